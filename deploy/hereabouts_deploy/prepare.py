"""Bringing a database up to this release: migrations, device profiles, the administrator."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg

from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.scripts.folder import read_shelf
from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.migrate import Migration, is_current, migrate
from hereabouts_platform.store.registry import sync_profiles
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.errors import ConfigError, StoreUnavailable

ADMINISTRATOR = "administrator"
PATIENCE_S = 30.0

T = TypeVar("T")


def bring_up_to_date(database_url: str, scripts: Path | None = None) -> list[Migration]:
    """Apply this release's migrations and device profiles; returns the migrations applied now.

    Args:
        database_url: for a login that may act as the owner.
        scripts: folder of vendors' scripts, whose profiles are brought along.

    Raises:
        StoreUnavailable: the database cannot be reached.
        ConfigError: its migrations are not this release's, or the login may not make the roles.
    """
    applied = _patiently(lambda: migrate(database_url))
    with connect(database_url, DatabaseRole.OWNER, application="hereabouts migrate") as connection:
        principal = principal_named(connection, "system:command")
        with acting(connection, principal.id):
            sync_profiles(connection, (profile.spec for profile in load_profiles().values()))
            if scripts is not None:
                have_scripts(connection, scripts)
    return applied


def have_scripts(connection: Connection, scripts: Path) -> None:
    """Bring the profiles of vendors' scripts in the store up to date with a folder."""
    sync_profiles(connection, (script.spec for script in read_shelf(scripts, load_profiles()).scripts))


def is_prepared(database_url: str) -> bool:
    """Whether the database answers and has every migration of this release, so that processes can start on it."""
    try:
        with connect(database_url, DatabaseRole.OWNER, application="hereabouts up") as connection:
            return is_current(connection)
    except (psycopg.Error, ConfigError):  # not there, no roles or tables yet: `bring_up_to_date` makes them or says why
        return False


def have_administrator(database_url: str, key: str) -> Principal:
    """The administrator, with `key` as a key of theirs."""
    with connect(database_url, DatabaseRole.OWNER, application="hereabouts up") as connection:
        command = principal_named(connection, "system:command")
        with acting(connection, command.id):
            who = ensure_principal(connection, command, ADMINISTRATOR, PrincipalKind.PERSON, Role.ADMINISTRATOR)
            issue_key(connection, command, who, "run.json", key=key)
        return who


def _patiently(work: Callable[[], T]) -> T:
    """A database of one's own may start at the same time as we do."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return work()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or "authentication failed" in str(error):
                raise StoreUnavailable(f"The database cannot be reached: {_cause(error)}") from error
            time.sleep(0.5)


def _cause(error: psycopg.OperationalError) -> str:
    return " ".join(str(error).split())
