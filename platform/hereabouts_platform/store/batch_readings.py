"""The readings of a batch into `reading`, and the newest of each datastream into `latest`."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg

from hereabouts_platform.store.batch_entry import Instant
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.reading_block import ReadingBlock, block_of
from hereabouts_schemas.times import microseconds

SQL = load("batch_readings")

_COPY_PART = 1 << 20


def insert_readings(connection: Connection, batch_id: int, new: Mapping[Instant, float]) -> dict[Instant, float]:
    """Insert what is new; what stood at one of these instants before, by instant.

    Keys have told nearly every copy by now, so COPY goes straight into place; only where a row meets another does it
    start over with ON CONFLICT, which takes twice as long.
    """
    block = block_of(new)
    if copy_straight(connection, block.copy_frame(batch_id)):
        return {}
    named = (block.datastream.astype("int32"), block.us.view("datetime64[us]"))
    connection.execute(SQL["insert_readings"], (batch_id, *named, block.value))
    found = connection.execute(SQL["older_readings"], (*named, batch_id))
    return {(datastream, microseconds(at)): value for datastream, at, value in found}


def copy_straight(connection: Connection, frame: bytes) -> bool:
    """Copy readings into place; False, and none of them, where one meets another at its key."""
    try:
        with connection.transaction():
            copy_frame(connection, SQL["copy_readings"], frame)
    except psycopg.errors.UniqueViolation:
        return False
    return True


def copy_frame(connection: Connection, statement: LiteralString, frame: bytes) -> None:
    """Send what is in COPY's binary form already."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for start in range(0, len(frame), _COPY_PART):
            copy.write(frame[start : start + _COPY_PART])


def move_latest(connection: Connection, batch_id: int, inserted: ReadingBlock) -> None:
    """Move the newest value of each datastream forward in time, never back."""
    connection.execute(SQL["move_latest"], (batch_id, *inserted.newest()))
