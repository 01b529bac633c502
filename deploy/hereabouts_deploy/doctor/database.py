"""The database: whether it answers, what it is, whether it is this release's, whose time it keeps."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.doctor.tables import check_tables
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import Capabilities, Engine, detect
from hereabouts_platform.store.migrate import is_current
from hereabouts_platform.store.vitals import busiest_hour, clocks
from hereabouts_schemas.errors import ConfigError

MOST_APART = timedelta(seconds=5)
FEED_OVER = timedelta(days=7)


def check_database(url: str) -> Iterator[Check]:
    """Everything about the database at `url`."""
    try:
        with connect(url, DatabaseRole.OWNER, application="hereabouts doctor") as connection:
            yield _server(connection)
            migrations = _migrations(connection)
            yield migrations
            if migrations.state is State.OK:
                yield _clock(connection)
                yield check_tables(connection)
    except ConfigError as error:  # no roles yet, or a login that may not act as them: the message holds the cure
        yield Check(name="database", state=State.BROKEN, message=str(error))
    except psycopg.Error as error:
        cause = " ".join(str(error).split())
        yield Check(name="database", state=State.BROKEN, message=f"The database cannot be used: {cause}")


def feed_of(url: str) -> int:
    """Messages in the fullest hour of the last 7 days; 0 when the database cannot tell, which is a check of its own."""
    try:
        with connect(url, DatabaseRole.OWNER, application="hereabouts doctor") as connection:
            return busiest_hour(connection, datetime.now(UTC) - FEED_OVER)
    except (psycopg.Error, ConfigError):
        return 0


def _server(connection: Connection) -> Check:
    found = detect(connection)
    detail = {
        "version": found.server_version,
        "engine": found.engine,
        "licence": found.licence,
        "columnstore": found.has_columnstore,
        "geometry": found.has_geometry,
        "extensions": found.extensions,
    }
    message = " ".join((f"PostgreSQL {found.server_version}.", _readings(found), _geometry(found), _h3(found))).rstrip()
    return Check(name="database", state=State.OK, message=message, detail=detail)


def _readings(found: Capabilities) -> str:
    if found.engine is Engine.PLAIN:
        late = "timescaledb" in found.extensions
        why = "TimescaleDB came after the tables were made and is not used" if late else "no TimescaleDB"
        return f"Plain: readings lie in monthly partitions ({why})."
    version = f"TimescaleDB {found.extensions['timescaledb']}, licence {found.licence}: readings lie in weekly chunks"
    if found.has_columnstore:
        return f"{version}; those older than 45 days are kept by column, at about a tenth of the size."
    return f"{version}; this licence has no columnstore, so old ones stay at full size."


def _geometry(found: Capabilities) -> str:
    if found.has_geometry:
        return f"PostGIS {found.extensions['postgis']}: GIS programs find places in the view place_geometry."
    if "postgis" in found.extensions:
        return "PostGIS is there and not made use of yet: run `hereabouts migrate`."
    return "No PostGIS: nothing of Hereabouts needs it, GIS programs use the API."


def _h3(found: Capabilities) -> str:
    return "h3 is there for queries of your own." if "h3" in found.extensions else ""


def _migrations(connection: Connection) -> Check:
    try:
        current = is_current(connection)
    except psycopg.errors.UndefinedTable:
        current = False
    if current:
        return Check(name="migrations", state=State.OK, message="Every migration of this release is applied.")
    message = "The database is not at this release: run `hereabouts migrate`."
    return Check(name="migrations", state=State.BROKEN, message=message)


def _clock(connection: Connection) -> Check:
    before = datetime.now(UTC)
    theirs = clocks(connection)
    apart = abs(theirs.now - before)
    detail = {"seconds_from_database": round(apart.total_seconds(), 1)}
    if theirs.newest_migration_at is not None and before < theirs.newest_migration_at - MOST_APART:
        message = "This machine's clock is behind what is already stored: set it right, or messages count as too early."
        return Check(name="clock", state=State.BROKEN, message=message, detail=detail)
    if apart > MOST_APART:
        message = f"This machine's clock and the database's are {apart.total_seconds():.0f} s apart."
        return Check(name="clock", state=State.WARNING, message=message, detail=detail)
    return Check(name="clock", state=State.OK, message=f"{say_time(before)}, as the database.", detail=detail)
