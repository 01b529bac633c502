"""The books of ingest as the database keeps them. Role jobs, inside `acting(...)`: one check at a time."""

import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import zstandard
from psycopg.rows import TupleRow

from hereabouts_platform.rules.accounting import HourBooks
from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.raw_blob import unpack
from hereabouts_schemas.times import hour_of

SQL = load("accounting")

MOST_BATCHES = 50_000  # read in one run; the next goes on behind them
MOST_FAULTS = 1_000
MOST_HOURS = 500
LOOK_BACK = timedelta(days=35)
LONGEST_WAIT = timedelta(days=3)  # what a message can wait in ingest, between the door and its batch
BLOBS_AT_ONCE = 20

NUMBERS = ("door", "kept", "received", "outcomes", "untold")
"""Of an hour's books, in the order of the statements."""

SourceHour = tuple[int, datetime]
"""Number of a source, and the start of an hour."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    id: int
    received_at: datetime
    message_count: int
    door: dict[SourceHour, int]
    blob: bytes | None
    xid: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one run read: how many batches, which hours they name, and how many do not hold what came in."""

    batches: int
    hours: frozenset[SourceHour]
    faulty: int


def read_batches(connection: Connection) -> Reading:
    """Unpack batches that are new, and those that were at fault, and note which do not hold what came in at the door.

    Reads in order of transaction up to the oldest that is still open, so that none is passed over; one blob after the
    other, so that memory does not grow with their number.
    """
    below, since, horizon = _one(connection.execute(SQL["progress"]).fetchone())
    again = list(_stream(connection, "faulty_batches", {"most": MOST_FAULTS}))
    hours: set[SourceHour] = {key for batch in again for key in batch.door}
    faults = [fault for batch in again for fault in _faults(batch)]
    count, last = 0, horizon
    for batch in _stream(connection, "new_batches", {"below": below, "horizon": horizon, "most": MOST_BATCHES}):
        count, last = count + 1, batch.xid
        hours.update(batch.door)
        faults += _faults(batch)
    looked_at = {"ids": [batch.id for batch in again], "received": [batch.received_at for batch in again]}
    connection.execute(SQL["forget_faults"], looked_at)
    if faults:
        connection.execute(SQL["add_faults"], as_columns(sorted(set(faults)), 6))
    first = min((hour for _, hour in hours), default=since)
    below = last if count == MOST_BATCHES else horizon
    connection.execute(SQL["move_on"], {"below": below, "since": first})
    return Reading(batches=count, hours=frozenset(hours), faulty=len({fault[:2] for fault in faults}))


def check_hours(connection: Connection, named: Iterable[SourceHour], now: datetime) -> int:
    """Compare the numbers of every hour that `named` holds or whose counts have moved, and record what is found.

    Returns how many hours of sources were compared.
    """
    (_, since, _) = _one(connection.execute(SQL["progress"]).fetchone())
    if since is None:
        return 0
    sources, hours = as_columns(sorted(named), 2)
    asked = {"since": max(since, now - LOOK_BACK), "sources": sources, "hours": hours, "most": MOST_HOURS}
    pairs = connection.execute(SQL["hours_to_check"], asked).fetchall()
    sources, hours = as_columns(pairs, 2)
    asked = {"sources": sources, "hours": hours, "longest_wait": LONGEST_WAIT}
    rows = [_row(*found) for found in connection.execute(SQL["compare"], asked)]
    if rows:
        connection.execute(SQL["record"], (now, *as_columns(sorted(rows, key=lambda row: row[:2]), 8)))
    return len(rows)


def standing(connection: Connection) -> dict[str, tuple[list[HourBooks], int]]:
    """Each source that was ever looked at: its hours that differ, in order of time, and how many agree."""
    agreed: dict[str, int] = dict(connection.execute(SQL["agreed"]).fetchall())
    rows = connection.execute(SQL["differing"]).fetchall()
    differing = {name: [_books(*row[1:]) for row in group] for name, group in groupby(rows, key=lambda row: row[0])}
    return {name: (differing.get(name, []), count) for name, count in agreed.items()}


def _stream(connection: Connection, statement: str, values: dict[str, object]) -> Iterable[_Batch]:
    with connection.cursor(name=f"account_{statement}") as cursor:
        cursor.itersize = BLOBS_AT_ONCE
        for id_, received_at, count, sources, hours, counts, blob, xid in cursor.execute(SQL[statement], values):
            door = {(source, hour): number for source, hour, number in zip(sources, hours, counts, strict=True)}
            yield _Batch(id=id_, received_at=received_at, message_count=count, door=door, blob=blob, xid=xid)


def _faults(batch: _Batch) -> list[tuple[int, datetime, int, datetime, int, int]]:
    """Hours of sources in which a batch holds another number of messages than came in at the door."""
    kept = _kept(batch.blob)
    differing = {key: kept[key] for key in {*kept, *batch.door} if kept[key] != batch.door.get(key, 0)}
    came = sum(batch.door.values())
    if not differing and batch.message_count != came:  # the blob is right, what is written of it is not
        first = min(batch.door)
        differing[first] = batch.door[first] + batch.message_count - came
    return [
        (batch.id, batch.received_at, source, hour, batch.door.get((source, hour), 0), number)
        for (source, hour), number in differing.items()
    ]


def _kept(blob: bytes | None) -> Counter[SourceHour]:
    """Messages in a blob by source and hour of arrival; none when it cannot be read."""
    try:
        messages = unpack(blob) if blob is not None else []
    except (ValueError, struct.error, zstandard.ZstdError):
        return Counter()
    return Counter((message.source_id, hour_of(message.received_at)) for message in messages)


def _row(source: int, hour: datetime, *numbers: int) -> tuple[Any, ...]:
    return source, hour, *numbers, _books(hour, *numbers).agrees


def _books(hour: datetime, *numbers: int) -> HourBooks:
    return HourBooks(hour=hour, **dict(zip(NUMBERS, numbers, strict=True)))


def _one(row: TupleRow | None) -> TupleRow:
    if row is None:
        raise LookupError("the books have no progress row")
    return row
