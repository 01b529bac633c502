"""The database roles, made once for the whole server: the four that act, and the one that analysts belong to."""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from hereabouts_platform.store.connection import Connection, DatabaseRole
from hereabouts_platform.store.queries import load
from hereabouts_schemas.errors import ConfigError

SQL = load("roles")

ANALYST = "hereabouts_analyst"  # nobody logs in as it: analysts' logins are its members (store/analysts.py)


def ensure_roles(connection: Connection) -> None:
    """Make sure the roles exist and that this login may act as each of them.

    Raises:
        ConfigError: they do not exist and this login may not make them; the message holds the statements to run.
    """
    try:
        for role in DatabaseRole:
            _have(connection, role)
            if not _may_act_as(connection, role):
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role.value)))
        _have(connection, ANALYST)
    except psycopg.errors.InsufficientPrivilege as error:
        names = ", ".join(role.value for role in DatabaseRole)
        raise ConfigError(
            "The database roles are missing and this login may not make them. As an administrator of the server run "
            + " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in (*DatabaseRole, ANALYST))
            + f" GRANT {names} TO the login of HEREABOUTS_DATABASE_URL; then run this again."
        ) from error


def _have(connection: Connection, role: str) -> None:
    if connection.execute(SQL["role_exists"], (role,)).fetchone():
        return
    try:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return  # another command made it in this very moment


def _may_act_as(connection: Connection, role: DatabaseRole) -> bool:
    """Tried rather than asked: membership alone does not tell whether SET ROLE is granted (PostgreSQL 16)."""
    try:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role.value)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    connection.execute("RESET ROLE")
    return True


def provision(superuser_url: str, passwords: Mapping[DatabaseRole, str]) -> None:
    """Set up a server that is ours alone: the four roles with their passwords, the analysts', and the database."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        _have(connection, ANALYST)
        connection.execute(SQL["log_nothing"])
        for role, password in passwords.items():
            exists = connection.execute(SQL["role_exists"], (role.value,)).fetchone()
            verb = sql.SQL("ALTER" if exists else "CREATE")
            statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
            connection.execute(statement.format(verb, sql.Identifier(role), sql.Literal(password)))
            if role is not DatabaseRole.OWNER:
                connection.execute(sql.SQL("GRANT {} TO hereabouts_owner").format(sql.Identifier(role)))
        if not connection.execute(SQL["database_exists"]).fetchone():
            connection.execute(SQL["create_database"])
