"""Messages that came by webhook. The API writes them (role api), ingest takes and answers them (role ingest)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import may
from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.times import hour_of

SQL = load("posts")

MOST_RECORDS = 1000
MOST_BYTES = 8 * 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A source that takes messages over HTTP."""

    id: int
    name: str
    envelope: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One message as a request holds it."""

    topic: str
    payload: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How much of a source waits for ingest."""

    records: int
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingRecord:
    """One record that waits for ingest; `post_id` and `index` name it.

    `speaks_for`: numbers of the sources whose devices its sender may speak for; None: of all.
    """

    post_id: int
    index: int
    source_id: int
    topic: str
    payload: bytes
    received_at: datetime
    speaks_for: Sequence[int] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What became of one record."""

    post_id: int
    index: int
    outcome: str
    reason: str | None
    detail: str | None


def hear_posts(connection: Connection) -> None:
    """From now on this connection is notified of every request that was written down."""
    connection.execute(SQL["hear_posts"])


def hear_answers(connection: Connection) -> None:
    """From now on this connection is notified, with their numbers, of requests of which records were answered."""
    connection.execute(SQL["hear_answers"])


def find_feed(connection: Connection, name: str) -> Feed | None:
    """The source of that name, where it is switched on and takes messages."""
    row = connection.execute(SQL["feed"], (name,)).fetchone()
    return Feed(id=row[0], name=name, envelope=row[1]) if row else None


def sources_fed_by(connection: Connection, principal_id: int) -> frozenset[str]:
    """Names of the sources that a feeder may hand in messages of; empty for everybody else."""
    row = connection.execute(SQL["sources_fed_by"], (principal_id,)).fetchone()
    return frozenset(row[0]) if row else frozenset()


def next_post(connection: Connection) -> int:
    """A number for a request, never given before."""
    row = connection.execute(SQL["next_post"]).fetchone()
    return int(row[0]) if row else 0


def add_post(
    connection: Connection,
    post_id: int,
    feed: Feed,
    records: Sequence[Record],
    received_at: datetime,
    *,
    speaks_for: Collection[str] | None,
) -> None:
    """Write a request's records down and ring for ingest, inside `acting(...)`: heard when it commits.

    They may speak for devices of the sources `speaks_for`, or for any.
    """
    columns = as_columns([(i, record.topic, record.payload) for i, record in enumerate(records)], 3)
    names = None if speaks_for is None else sorted(speaks_for)
    connection.execute(SQL["add"], (post_id, feed.id, received_at, *columns, names))
    connection.execute(SQL["ring"])


def take_signed(connection: Connection, feed: Feed, digest: bytes, post_id: int, received_at: datetime) -> int:
    """Take `post_id` for a signed request, if it is new; returns its number, or that of the same one that came before.

    Inside a transaction, in which the request's records are written down. Of two copies at once the second waits here
    until the first is committed.
    """
    values = {"source": feed.id, "digest": digest, "post": post_id, "at": received_at}
    while True:  # what stood in the way may be purged before it is read
        taken = connection.execute(SQL["take_signed"], values).fetchone()
        found = taken or connection.execute(SQL["signed"], values).fetchone()
        if found is not None:
            return int(found[0])


def count_waiting_of(connection: Connection, source_id: int, most: Waiting) -> Waiting:
    """How much of a source waits for ingest, counted up to `most` records."""
    row = connection.execute(SQL["waiting_of"], (source_id, most.records)).fetchone()
    return Waiting(records=row[0], bytes=row[1]) if row else Waiting(records=0, bytes=0)


def answers_of(connection: Connection, principal: Principal, source: str, post_id: int) -> list[dict[str, Any]]:
    """What became of each record of a request (index, outcome, reason, detail).

    Empty when there is no such request, or it is somebody else's; administrators see everybody's.
    """
    anybody = may(principal, Action.ADMINISTER, Resource.UPLINKS)
    values = {"post": post_id, "source": source, "principal": principal.id, "anybody": anybody}
    return connection.cursor(row_factory=dict_row).execute(SQL["answers"], values).fetchall()


def count_waiting(connection: Connection, post_id: int) -> int:
    """How many records of a request have no outcome yet."""
    row = connection.execute(SQL["waiting"], (post_id,)).fetchone()
    return int(row[0]) if row else 0


def claim(connection: Connection, sources: Sequence[int]) -> list[WaitingRecord]:
    """The oldest waiting records of `sources`, at most a batch of them; no other worker takes them in this transaction.

    All of one batch came in within the same hour, and hold 8 MiB at the most unless a single one is larger.
    """
    found = connection.execute(SQL["claim"], {"sources": list(sources), "most": MOST_RECORDS}).fetchall()
    chosen: list[tuple[int, int]] = []
    size = 0
    for post_id, index, _, received_at, length in found:
        size += length
        if chosen and (size > MOST_BYTES or hour_of(received_at) != hour_of(found[0][3])):
            break
        chosen.append((post_id, index))
    return [
        WaitingRecord(
            post_id=row[0],
            index=row[1],
            source_id=row[2],
            topic=row[3],
            payload=row[4],
            received_at=row[5],
            speaks_for=row[6],
        )
        for row in (connection.execute(SQL["read"], as_columns(chosen, 2)) if chosen else ())
    ]


def answer(connection: Connection, answers: Sequence[Answer]) -> None:
    """Write down what became of records, in the transaction that stores their messages, and ring for who waits."""
    rows = sorted((a.post_id, a.index, a.outcome, a.reason, a.detail) for a in answers)
    connection.execute(SQL["answer"], as_columns(rows, 5))
    connection.execute(SQL["tell"], (sorted({a.post_id for a in answers}),))


def forget_answered(connection: Connection, before: datetime) -> int:
    """Delete requests that were answered in full, the records answered before `before`; returns how many records.

    By what signed ones are known again goes with them.
    """
    forgotten = connection.execute(SQL["forget"], {"before": before}).rowcount
    connection.execute(SQL["forget_signed"], {"before": before})
    return forgotten
