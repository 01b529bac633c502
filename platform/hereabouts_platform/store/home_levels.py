"""What was last said of homes and their rooms, and of which nothing can be said: for pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("home_levels")

Row = dict[str, Any]
MOST = 500  # of those that cannot be judged: who has more has another question
STALE = timedelta(hours=6)  # what was said up to that long ago still speaks of now


def levels_of(connection: Connection, home: str) -> list[Row]:
    """The newest day of each measured room of a home, or of one room: place, room (None: the home), day, until, levels
    and since which day each stands (`<hazard>_since`), faults, figures, was_read; without a day where nothing was said
    yet."""
    return connection.cursor(row_factory=dict_row).execute(SQL["levels"], {"home": home}).fetchall()


def not_judged(connection: Connection, now: datetime) -> list[Row]:
    """Homes with a room that cannot be judged, by name: home, home_name, rooms, faulty (sensors), last (day)."""
    values = {"since": _since(now), "most": MOST}
    return connection.cursor(row_factory=dict_row).execute(SQL["not_judged"], values).fetchall()


def count_not_judged(connection: Connection, now: datetime) -> int:
    """How many homes that are."""
    row = connection.execute(SQL["count_not_judged"], {"since": _since(now)}).fetchone()
    return int(row[0]) if row else 0


def waiting(connection: Connection) -> set[str]:
    """Homes that have been read and not been assessed yet, by id."""
    return {row[0] for row in connection.execute(SQL["waiting"])}


def _since(now: datetime) -> object:
    return (now - STALE).astimezone(UTC).date()
