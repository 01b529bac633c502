"""What the database server is and can: the only module that knows plain PostgreSQL from TimescaleDB, and PostGIS."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import LiteralString

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.errors import ConfigError

SQL = load("engine")
OLDEST_POSTGRES = 15
OLDEST_TIMESCALE = (2, 19)

Statement = tuple[LiteralString, tuple[object, ...]]


class Engine(StrEnum):
    """The two servers Hereabouts runs on."""

    PLAIN = "plain"
    TIMESCALE = "timescale"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What was found on the server. Detected, never guessed.

    Attributes:
        engine: how `reading` is, or is going to be, divided.
        server_version: PostgreSQL's, as it says it.
        extensions: installed in this database: name -> version.
        licence: TimescaleDB's: `timescale`, or `apache` in Debian's build; None without it.
        has_geometry: whether the view `place_geometry` is there.
    """

    engine: Engine
    server_version: str
    extensions: dict[str, str]
    licence: str | None
    has_geometry: bool

    @property
    def has_columnstore(self) -> bool:
        """Whether the server can keep old readings by column."""
        return self.engine is Engine.TIMESCALE and self.licence == "timescale"


def detect(connection: Connection) -> Capabilities:
    """Ask the server what it is.

    TimescaleDB counts only where it is installed in this database, and was before `reading` was made: a table made of
    native partitions stays one when the extension comes later.

    Raises:
        ConfigError: PostgreSQL or TimescaleDB is older than what Hereabouts works on.
    """
    extensions: dict[str, str] = dict(connection.execute(SQL["installed_extensions"]).fetchall())
    row = connection.execute(SQL["server"]).fetchone()
    if row is None:
        raise LookupError("a statement without FROM returned no row")
    number, version, partitioned, licence, has_geometry = row
    engine = Engine.TIMESCALE if "timescaledb" in extensions and not partitioned else Engine.PLAIN
    _refuse_old(number, version, extensions["timescaledb"] if engine is Engine.TIMESCALE else None)
    return Capabilities(
        engine=engine,
        server_version=version,
        extensions=extensions,
        licence=licence if engine is Engine.TIMESCALE else None,
        has_geometry=has_geometry,
    )


def _refuse_old(number: int, version: str, timescale: str | None) -> None:
    if number < OLDEST_POSTGRES * 10_000:
        raise ConfigError(f"The server is PostgreSQL {version}; Hereabouts needs {OLDEST_POSTGRES} or later.")
    if timescale is not None and tuple(map(int, re.findall(r"\d+", timescale)[:2])) < OLDEST_TIMESCALE:
        oldest = ".".join(map(str, OLDEST_TIMESCALE))
        raise ConfigError(
            f"The database has TimescaleDB {timescale}; Hereabouts needs {oldest} or later. Install it on the server, "
            "then run ALTER EXTENSION timescaledb UPDATE in the database."
        )


def month_of(at: datetime) -> datetime:
    """The first instant of the UTC month that holds `at`."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def months_of(times: Collection[datetime]) -> set[datetime]:
    """The months that hold these instants."""
    if not times:
        return set()
    first, last = month_of(min(times)), month_of(max(times))
    return {first} if first == last else {month_of(at) for at in times}


def make_room(connection: Connection, engine: Engine, table: str, times: Sequence[datetime]) -> None:
    """Make the monthly partitions of `table` (batch, uplink or reading) that `times` fall in.

    A hypertable makes its own chunks, so on TimescaleDB `reading` needs nothing.
    """
    if table == "reading" and engine is Engine.TIMESCALE:
        return
    for month in sorted(months_of(times)):
        connection.execute(SQL["make_partition"], (table, month))


def columnstore_statements() -> list[Statement]:
    """What makes TimescaleDB keep old readings by column; for a server that has a columnstore, once a table.

    Cannot run on Debian's build of TimescaleDB (licence `apache`): there the tests see to it that the server
    understands each statement and refuses it for its licence alone.
    """
    return [(SQL["enable_columnstore"], ()), (SQL["columnstore_policy"], ())]


def equip(connection: Connection) -> None:
    """Make use of what this server has beyond plain PostgreSQL, as far as that has not been done; role owner.

    Run at the end of every `migrate`: extensions and licences come and go between releases.
    """
    found = detect(connection)
    if found.has_columnstore and connection.execute(SQL["columnstore_is_on"]).fetchone() != (True,):
        for statement, values in columnstore_statements():
            connection.execute(statement, values)
    if "postgis" in found.extensions and not found.has_geometry:
        with connection.transaction():
            connection.execute(SQL["make_geometry"])
    if "postgis" in found.extensions:
        connection.execute(SQL["publish_geometry"])


def have_postgis(connection: Connection) -> None:
    """Install PostGIS where the server has it and the login may: a superuser, as it is not a trusted extension."""
    if connection.execute(SQL["may_install_postgis"]).fetchone() == (True,):
        connection.execute(SQL["install_postgis"])
