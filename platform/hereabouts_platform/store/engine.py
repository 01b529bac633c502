"""What the database server is and can: the only module that knows plain PostgreSQL from TimescaleDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("engine")


class Engine(StrEnum):
    """The two servers Hereabouts runs on."""

    PLAIN = "plain"
    TIMESCALE = "timescale"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What was found on the server. Detected, never guessed."""

    engine: Engine
    server_version: str
    extensions: tuple[str, ...]


def detect(connection: Connection) -> Capabilities:
    """Ask the server what it is.

    TimescaleDB counts only where it is installed in this database, and was before `reading` was made: a table made of
    native partitions stays one when the extension comes later.
    """
    version = connection.execute(SQL["server_version"]).fetchone()
    extensions = tuple(row[0] for row in connection.execute(SQL["installed_extensions"]))
    partitioned = connection.execute(SQL["reading_is_partitioned"]).fetchone() == (True,)
    engine = Engine.TIMESCALE if "timescaledb" in extensions and not partitioned else Engine.PLAIN
    return Capabilities(engine=engine, server_version=version[0] if version else "", extensions=extensions)


def month_of(at: datetime) -> datetime:
    """The first instant of the UTC month that holds `at`."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def make_room(connection: Connection, engine: Engine, table: str, times: Sequence[datetime]) -> None:
    """Make the monthly partitions of `table` (batch, uplink or reading) that `times` fall in.

    A hypertable makes its own chunks, so on TimescaleDB `reading` needs nothing.
    """
    if table == "reading" and engine is Engine.TIMESCALE:
        return
    for month in sorted({month_of(at) for at in times}):
        connection.execute(SQL["make_partition"], (table, month))
