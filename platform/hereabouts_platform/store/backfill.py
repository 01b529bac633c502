"""Requests to fetch again what a network keeps: who asked, how far it has come, what it brought. Role ingest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.raw_blob import RawMessage, unpack
from hereabouts_schemas.outcome import Outcome

SQL = load("backfill")

_LOCK = 0x4261636B  # "Back": one worker a request
_RUNNER = 0  # numbers of requests begin at 1

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """An application of a network that ingest is set up to fetch from."""

    source_id: int
    application: str
    server: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A span to be fetched again, UTC.

    Attributes:
        application: None until it is looked up (see `device_id`).
        device: as the network calls it; None: of all devices.
        device_id: as we call it, where a gap of its frame counter asked.
        reached_at: everything up to here is fetched and committed.
        failures: how often it was put off because it failed.
    """

    id: int
    source_id: int
    source: str
    application: str | None
    device: str | None
    device_id: str | None
    from_at: datetime
    to_at: datetime
    cause: str
    reached_at: datetime | None
    failures: int


def set_up(connection: Connection, origins: Sequence[Origin]) -> None:
    """Say what ingest is set up to fetch from; what it was set up for before is forgotten."""
    sources, applications, servers = as_columns([(o.source_id, o.application, o.server) for o in origins], 3)
    connection.execute(SQL["set_up"], {"sources": sources, "applications": applications, "servers": servers})


def ask_by_hand(
    connection: Connection, origin: Origin, device: str | None, from_at: datetime, to_at: datetime
) -> Request:
    """Put down what a person asks for; what they asked for before and was cut off goes on, up to the new end."""
    values = {
        "source": origin.source_id,
        "application": origin.application,
        "device": device,
        "from_at": from_at,
        "to_at": to_at,
    }
    row = connection.execute(SQL["resumable"], values).fetchone()
    if row is None:
        made = connection.execute(SQL["request"], values).fetchone()
    else:
        connection.execute(SQL["extend"], {"id": row[0], "to_at": to_at})
        made = row
    if made is None:
        raise LookupError("an insert returned no row")
    return find(connection, made[0])


def ask_after_absence(
    connection: Connection, origin: Origin, from_at: datetime, to_at: datetime, next_at: datetime
) -> None:
    """Put down that nobody listened; nothing where an open request covers it."""
    values = {
        "source": origin.source_id,
        "application": origin.application,
        "from_at": from_at,
        "to_at": to_at,
        "next_at": next_at,
    }
    connection.execute(SQL["request_absence"], values)


def last_heard(connection: Connection, sources: Sequence[int], before: datetime) -> dict[int, datetime]:
    """When a message last came by itself before an instant, at most 30 days back; nothing where none did."""
    rows = connection.execute(SQL["last_heard"], {"sources": list(sources), "before": before})
    return {source: at for source, at in rows if at is not None}


def next_due(connection: Connection, now: datetime, passing_over: Collection[int]) -> Request | None:
    """The request to carry out next, of applications that ingest is set up for."""
    row = connection.execute(SQL["next_due"], {"now": now, "except": list(passing_over)}).fetchone()
    return _request(row) if row else None


def find(connection: Connection, request_id: int) -> Request:
    """A request by its number."""
    row = connection.execute(SQL["find"], (request_id,)).fetchone()
    if row is None:
        raise LookupError(f"backfill request {request_id} is not there")
    return _request(row)


def take(connection: Connection, request_id: int = _RUNNER) -> bool:
    """Whether this connection now holds a request (or, without one, is the runner), until it closes or lets go."""
    row = connection.execute(SQL["take"], (_LOCK, request_id)).fetchone()
    return row == (True,)


def let_go(connection: Connection, request_id: int) -> None:
    """Give a request back."""
    connection.execute(SQL["let_go"], (_LOCK, request_id))


def begin(connection: Connection, request_id: int) -> bool:
    """Mark it running; False when it has ended meanwhile."""
    return connection.execute(SQL["begin"], (request_id,)).fetchone() is not None


def name_device(connection: Connection, request_id: int, application: str, device: str | None) -> None:
    """Put down what the network calls a device, and which application it is in."""
    connection.execute(SQL["named"], {"id": request_id, "application": application, "device": device})


def progress(connection: Connection, request_id: int, reached_at: datetime, outcomes: Sequence[Outcome]) -> None:
    """Add what became of fetched messages, in the transaction that stores them."""
    counts = {each.value: outcomes.count(each) for each in Outcome}
    values = {"id": request_id, "reached_at": reached_at, "found": len(outcomes), **counts}
    connection.execute(SQL["progress"], values)


def finish(connection: Connection, request_id: int, state: str, error: str | None = None) -> None:
    """End it: done, or failed with a sentence."""
    connection.execute(SQL["finish"], {"id": request_id, "state": state, "error": error})


def put_off(connection: Connection, request_id: int, error: str, next_at: datetime) -> None:
    """It failed and will be tried again; what it has brought stays."""
    connection.execute(SQL["put_off"], {"id": request_id, "error": error, "next_at": next_at})


def counts_of(connection: Connection, request_id: int) -> Mapping[str, int]:
    """found = stored + duplicate + quarantined + ignored."""
    row = connection.cursor(row_factory=dict_row).execute(SQL["counts"], (request_id,)).fetchone()
    if row is None:
        raise LookupError(f"backfill request {request_id} is not there")
    return row


def list_requests(connection: Connection, most: int) -> list[Row]:
    """Requests, newest first."""
    return connection.cursor(row_factory=dict_row).execute(SQL["requests"], (most,)).fetchall()


def newest_message(connection: Connection, source_id: int, device: str, before: datetime) -> RawMessage | None:
    """A device's newest message up to `before`, as its bytes lie in the store; None where none is kept."""
    row = connection.execute(SQL["frame_of"], {"source": source_id, "device": device, "before": before}).fetchone()
    return unpack(row[0])[row[1]] if row else None


def _request(row: tuple[Any, ...]) -> Request:
    names = Request.__slots__
    return Request(**dict(zip(names, row, strict=True)))
