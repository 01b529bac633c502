"""Connections: each runs under one database role and names its principal in every transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from hereabouts_platform.store.arrays import send_columns
from hereabouts_platform.store.queries import load
from hereabouts_schemas.errors import ConfigError

SQL = load("connection")


class DatabaseRole(StrEnum):
    """The four database roles. None is a superuser; only the owner owns tables."""

    OWNER = "hereabouts_owner"
    INGEST = "hereabouts_ingest"
    JOBS = "hereabouts_jobs"
    API = "hereabouts_api"


Connection = psycopg.Connection[TupleRow]

# A server that vanishes without a word is noticed within seconds, not after hours.
_PATIENCE: dict[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}


def patiently(url: str) -> str:
    """The address with these limits, where it states none of its own."""
    own = conninfo_to_dict(url)
    return make_conninfo(url, **{name: value for name, value in _PATIENCE.items() if name not in own})


def connect(url: str, role: DatabaseRole, *, application: str = "hereabouts") -> Connection:
    """Open a connection that acts as `role`.

    The login may be the role itself (a real install) or any member of it such as the owner (embedded, commands).

    Raises:
        psycopg.OperationalError: the database cannot be reached.
        ConfigError: the server has no such role, or this login may not act as it.
    """
    connection = psycopg.connect(patiently(url), autocommit=True, application_name=application)
    try:
        take_role(connection, role)
    except ConfigError:
        connection.close()
        raise
    return connection


def take_role(connection: Connection, role: DatabaseRole) -> None:
    """Make an open connection act as `role`, in UTC.

    Raises:
        ConfigError: the server has no such role, or this login may not act as it.
    """
    connection.autocommit = True
    try:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role.value)))
    except psycopg.errors.InvalidParameterValue as error:
        raise ConfigError(
            f"The database server has no role {role}. Run `hereabouts migrate` with the owner's login first."
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        login = connection.info.user
        raise ConfigError(
            f"The login {login} may not act as {role}. Run as an administrator of the server: GRANT {role} TO {login};"
        ) from error
    connection.execute("SET TIME ZONE 'UTC'")
    send_columns(connection)
    if role is DatabaseRole.INGEST:
        connection.execute(SQL["keep_commits"])


def open_pool(url: str, role: DatabaseRole, *, max_size: int = 8) -> ConnectionPool[Connection]:
    """A pool of such connections; it opens in the background and heals itself."""

    def configure(connection: psycopg.Connection[Any]) -> None:
        take_role(connection, role)

    return ConnectionPool(
        patiently(url),
        min_size=1,
        max_size=max_size,
        open=True,
        configure=configure,
        kwargs={"application_name": role.value},
        check=ConnectionPool.check_connection,
    )


@contextmanager
def acting(connection: Connection, principal_id: int) -> Iterator[Connection]:
    """A transaction in which `principal_id` acts: committed at the end, rolled back on any error."""
    with connection.transaction():
        connection.execute("SELECT set_config('hereabouts.principal', %s, true)", (str(principal_id),))
        yield connection
