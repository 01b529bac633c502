"""What people are shown of losses: by kind and hour, and what backfill brought back. Role api."""

from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.readings import Interval

SQL = load("losses")

Row = dict[str, Any]


def source_number(connection: Connection, name: str) -> int | None:
    """The number of the source called `name`; None where there is none."""
    row = connection.execute(SQL["source_number"], (name,)).fetchone()
    return row[0] if row else None


def lost(connection: Connection, source_id: int, interval: Interval) -> list[Row]:
    """By kind: how many, in how many hours, first and last of them."""
    return _rows(connection, "lost", source_id, interval)


def lost_hours(
    connection: Connection, source_id: int, interval: Interval, *, before: tuple[datetime, str] | None, most: int
) -> list[Row]:
    """By hour and kind, newest first, from behind `before`."""
    hour, kind = before or (None, None)
    return _rows(connection, "lost_hours", source_id, interval, hour=hour, kind=kind, most=most)


def brought_back(connection: Connection, source_id: int, interval: Interval) -> list[Row]:
    """By cause: how many requests, and what became of what they found."""
    return _rows(connection, "brought_back", source_id, interval)


def _rows(connection: Connection, name: str, source_id: int, interval: Interval, **more: object) -> list[Row]:
    values = {"source": source_id, "from_at": interval.from_at, "to_at": interval.to_at, **more}
    return connection.cursor(row_factory=dict_row).execute(SQL[name], values).fetchall()
