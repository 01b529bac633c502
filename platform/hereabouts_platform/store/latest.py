"""The newest value of everything that is measured now, for a map."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.rules.health import health, patience
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.places import Box
from hereabouts_platform.store.queries import load

SQL = load("latest")

Row = dict[str, Any]


def list_latest(
    connection: Connection, *, now: datetime, box: Box | None, quantities: Sequence[str] | None, after: int, most: int
) -> list[Row]:
    """At most `most` datastreams in order of number, after `after`, with newest value and time (None: none yet).

    Each with its place and position (WGS 84; a room's is its parent's), and the health of its device at `now`.
    """
    values = {
        "now": now,
        "quantities": list(quantities) if quantities is not None else None,
        "west": box.west if box else None,
        "south": box.south if box else None,
        "east": box.east if box else None,
        "north": box.north if box else None,
        "after": after,
        "most": most,
    }
    rows = connection.cursor(row_factory=dict_row).execute(SQL["latest"], values).fetchall()
    return [_with_health(row, now) for row in rows]


def _with_health(row: Row, now: datetime) -> Row:
    found = health(row["last_heard"], row["expected_from"], patience(row["interval_s"]), now)
    hidden = ("last_heard", "expected_from", "interval_s")
    return {**{name: value for name, value in row.items() if name not in hidden}, "health": found}
