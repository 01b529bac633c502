"""What `doctor` asks the database about clocks and about the feed."""

from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("vitals")


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """The database server's time, and when its newest migration was applied; both UTC."""

    now: datetime
    newest_migration_at: datetime | None


def clocks(connection: Connection) -> Clocks:
    """Read the database's clock."""
    row = connection.execute(SQL["clocks"]).fetchone()
    if row is None:
        raise LookupError("an aggregate returned no row")
    return Clocks(now=row[0], newest_migration_at=row[1])


def busiest_hour(connection: Connection, since: datetime) -> int:
    """Messages received in the fullest hour from `since` on, over all sources; 0 when none came."""
    row = connection.execute(SQL["busiest_hour"], (since,)).fetchone()
    return int(row[0]) if row else 0
