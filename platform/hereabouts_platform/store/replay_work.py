"""Which messages a replay reads again: a work list of batches beside the client, read page by page."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass

from psycopg.rows import TupleRow

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.replay_rows import Content, Seen, Selection, Waiting, Was
from hereabouts_schemas.outcome import Outcome

SQL = load("replay")

BATCHES_A_PAGE = 8  # blobs are compressed, and a batch holds 8 MiB of payload at the most
ROWS_A_PAGE = 50  # each with its payload


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredBatch:
    """A batch with its bytes, None where they have expired, and what its messages were taken for."""

    batch_id: int
    blob: bytes | None
    uplinks: tuple[Was, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LoneRow:
    """A waiting row of quarantine whose batch has expired, with its own bytes."""

    row: Waiting
    topic: str
    payload: bytes


def list_work(connection: Connection, wanted: Selection) -> int:
    """Make the work list of this session; returns how many batches are on it, oldest first."""
    connection.execute(SQL["make_scratch"])
    statement = SQL["list_waiting"] if wanted.waiting else SQL["list_received"]
    connection.execute(statement, asdict(wanted))
    row = connection.execute(SQL["count_work"]).fetchone()
    return int(row[0]) if row else 0


def batches(connection: Connection) -> Iterator[StoredBatch]:
    """The batches of the work list in its order."""
    behind = 0
    while page := connection.execute(SQL["work"], (behind, BATCHES_A_PAGE)).fetchall():
        behind = page[-1][0]
        uplinks: dict[int, list[Was]] = {}
        for row in connection.execute(SQL["uplinks"], ([batch_id for _, batch_id, _ in page],)):
            uplinks.setdefault(row[0], []).append(_was(row))
        for _, batch_id, blob in page:
            yield StoredBatch(batch_id=batch_id, blob=blob, uplinks=tuple(uplinks.get(batch_id, ())))


def listed_batch(connection: Connection, batch_id: int) -> StoredBatch | None:
    """A batch of the work list; None where it is not on it, or its bytes have expired."""
    found = connection.execute(SQL["listed_batch"], (batch_id,)).fetchone()
    if found is None:
        return None
    uplinks = uplinks_of(connection, [batch_id]).values()
    return StoredBatch(batch_id=batch_id, blob=found[2], uplinks=tuple(uplinks))


def lone_rows(connection: Connection, wanted: Selection) -> Iterator[LoneRow]:
    """Waiting rows whose batch has no bytes any more, oldest first."""
    behind = 0
    values = {**asdict(wanted), "most": ROWS_A_PAGE}
    while page := connection.execute(SQL["without_bytes"], {**values, "behind": behind}).fetchall():
        behind = page[-1][0]
        for *row, topic, payload in page:
            yield LoneRow(row=_waiting(row), topic=topic, payload=payload)


def uplinks_of(connection: Connection, batch_ids: Sequence[int]) -> dict[tuple[int, int], Was]:
    """What the messages of batches were taken for, by batch and index."""
    found = (_was(row) for row in connection.execute(SQL["uplinks"], (list(batch_ids),)))
    return {was.where: was for was in found}


def waiting_rows(connection: Connection, contents: Collection[Content]) -> dict[Content, list[Waiting]]:
    """The waiting rows of these contents, oldest first."""
    found: dict[Content, list[Waiting]] = {}
    if contents:
        columns = as_columns(sorted(set(contents)), 2)
        for row in map(_waiting, connection.execute(SQL["waiting"], columns)):
            found.setdefault((row.source_id, row.content_hash), []).append(row)
    return found


def seen_to(connection: Connection, contents: Collection[Content]) -> Seen:
    """What of these contents this replay has seen to."""
    columns = as_columns(sorted(set(contents)), 2)
    messages = {tuple(key): count for *key, count in connection.execute(SQL["seen"], columns)}
    values = {tuple(key): wanted for *key, wanted in connection.execute(SQL["seen_values"], columns)}
    return Seen(messages=Counter(messages), values=values)


def note_seen(connection: Connection, seen: Seen) -> None:
    """Keep in this session, for the steps behind, what has been seen to."""
    if seen.messages:
        connection.execute(SQL["note_seen"], as_columns([(*key, n) for key, n in sorted(seen.messages.items())], 4))
    if seen.values:
        rows = [(*key, wanted) for key, wanted in sorted(seen.values.items())]
        connection.execute(SQL["note_seen_values"], as_columns(rows, 4))


def _was(row: TupleRow) -> Was:
    batch_id, index, received_at, source_id, outcome, device, observed_at, time_source, clock_bad, port, count, by = row
    return Was(
        batch_id=batch_id, index=index, received_at=received_at, source_id=source_id, outcome=Outcome(outcome),
        device_id=device, observed_at=observed_at, time_source=time_source, clock_bad=clock_bad, f_port=port,
        f_cnt=count, decoder=by,
    )  # fmt: skip


def _waiting(row: Sequence[object]) -> Waiting:
    return Waiting(**dict(zip(Waiting.__slots__, row, strict=True)))  # type: ignore[arg-type]
