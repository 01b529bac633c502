"""Logins of analysts: each a member of hereabouts_analyst, which may read the views of `published` and nothing else."""

import re
import secrets

import psycopg
from psycopg import sql

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.roles import ANALYST
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import ConfigError, InputError

SQL = load("analysts")

_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
# Of a login, not of its group: PostgreSQL takes settings from the role that logs in alone.
SETTINGS = {
    "default_transaction_read_only": ("on",),
    "statement_timeout": ("60s",),
    "idle_in_transaction_session_timeout": ("10min",),
    "search_path": ("published", "public"),  # PostGIS, where it is, lies in public
    "timezone": ("UTC",),
}
MOST_CONNECTIONS = 8


def add_login(administrator: Connection, owner: Connection, by: Principal, name: str) -> str:
    """Make a login for an analyst and return its password; this is the only time it can be seen. Writes the audit.

    The same name again gets a new password, and the old one no longer works.

    Args:
        administrator: may make roles.
        owner: role owner, for the audit.

    Raises:
        NotAllowed: `by` may not administer access.
        InputError: the name cannot be one of a role, or is that of a role which is something else.
        ConfigError: `administrator` may not make roles; the message holds what to run.
    """
    require(by, Action.ADMINISTER, Resource.ACCESS)
    if not _NAME.fullmatch(name):
        raise InputError("NAME", name, "Give 2 to 41 small letters, digits and _, beginning with a letter.")
    known = administrator.execute(SQL["login"], (name,)).fetchone()
    if known is not None and known != (True,):
        raise InputError("NAME", name, "The server has a role of that name that is no analyst's: choose another.")
    password = secrets.token_urlsafe(24)
    try:
        with administrator.transaction():
            _make(administrator, name, password, is_new=known is None)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigError(_ask(administrator, name)) from error
    with acting(owner, by.id):
        record(owner, by, Action.ADMINISTER, Resource.ACCESS, {"analyst_login": name, "is_new": known is None})
    return password


def _make(administrator: Connection, name: str, password: str, *, is_new: bool) -> None:
    """Only a hash of the password reaches the server, so that none of its logs can hold it."""
    hashed = administrator.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    role = sql.Identifier(name)
    verb = sql.SQL("CREATE" if is_new else "ALTER")
    options = sql.SQL("LOGIN PASSWORD {} CONNECTION LIMIT {}").format(hashed, MOST_CONNECTIONS)
    administrator.execute(sql.SQL("{} ROLE {} {}").format(verb, role, options))
    for setting, values in SETTINGS.items():
        statement = sql.SQL("ALTER ROLE {} SET {} TO {}")
        listed = sql.SQL(", ").join(map(sql.Literal, values))
        administrator.execute(statement.format(role, sql.Identifier(setting), listed))
    administrator.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(ANALYST), role))


def _ask(administrator: Connection, name: str) -> str:
    settings = " ".join(
        f"ALTER ROLE {name} SET {setting} TO {', '.join(map(repr, values))};" for setting, values in SETTINGS.items()
    )
    return (
        f"The login {administrator.info.user} may not make roles. As an administrator of the server run "
        f"CREATE ROLE {name} LOGIN PASSWORD '...' CONNECTION LIMIT {MOST_CONNECTIONS}; {settings} "
        f"GRANT {ANALYST} TO {name};"
    )


def rotate_pseudonyms(owner: Connection, by: Principal) -> int:
    """Give every place a new pseudonym from a new key; returns how many. Writes the audit.

    Nothing that analysts took out before can be joined to what they see from now on.

    Raises:
        NotAllowed: `by` may not administer access.
    """
    require(by, Action.ADMINISTER, Resource.ACCESS)
    with acting(owner, by.id):
        row = owner.execute(SQL["rotate"]).fetchone()
        renamed = int(row[0]) if row else 0
        record(owner, by, Action.ADMINISTER, Resource.ACCESS, {"pseudonyms_rotated": renamed})
    return renamed
