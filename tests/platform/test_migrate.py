"""Migrations bring an empty database up, once, and notice when they were tampered with."""

import time

import psycopg
import pytest

from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.migrate import is_current, migrate
from hereabouts_schemas.errors import ConfigError


def test_applying_again_changes_nothing(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        assert is_current(connection)
    assert migrate(database_url) == []


def test_a_changed_migration_is_refused(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        connection.execute("UPDATE migration SET checksum = 'other' WHERE number = 2")
    with pytest.raises(ConfigError, match="0002"):
        migrate(database_url)


def test_none_of_the_roles_is_a_superuser_and_only_the_owner_owns(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        supers = connection.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
        owners = connection.execute(
            "SELECT DISTINCT c.relowner::regrole::text FROM pg_class c"
            " WHERE c.relnamespace::regnamespace::text IN ('public', 'household', '_timescaledb_internal')"
            " AND c.relkind IN ('r', 'p', 'v') AND NOT EXISTS (SELECT FROM pg_depend d"
            " WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
        ).fetchall()
    assert supers == [("postgres",)]
    assert owners == [("hereabouts_owner",)]


@pytest.mark.parametrize(
    "table", ["reading", "latest", "tenancy", "api_key", "session", "household.circumstance", "dataset_row"]
)
def test_api_cannot_read_directly(database_url: str, table: str) -> None:
    with connect(database_url, DatabaseRole.API) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM {table}")


@pytest.mark.parametrize("role", [DatabaseRole.API, DatabaseRole.JOBS])
def test_only_ingest_reads_what_was_handed_in(database_url: str, role: DatabaseRole) -> None:
    with connect(database_url, role) as connection:
        connection.execute("SELECT post_id, outcome, answered_at FROM post")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT payload FROM post")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE post SET outcome = NULL, answered_at = NULL")


def test_a_feeder_without_sources_cannot_be(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        for scope in ("{}", '{"sources": "plain"}', '{"areas": []}'):
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(
                    "INSERT INTO principal_role (principal_id, role, scope) VALUES (1, 'feeder', %s)", (scope,)
                )


def test_audit_is_append_only_even_for_the_owner(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        connection.execute("INSERT INTO audit (principal_id, action, resource) VALUES (1, 'read', 'places')")
        for statement in ("DELETE FROM audit", "UPDATE audit SET action = 'x'", "TRUNCATE audit"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_later_releases_migration_leaves_this_one_current(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        connection.execute("INSERT INTO migration (number, name, checksum) VALUES (9999, 'later', 'x')")
        assert is_current(connection)
        connection.execute("DELETE FROM migration WHERE number = 3")
        assert not is_current(connection)
        connection.execute("DROP TABLE migration")
        assert not is_current(connection)


def test_a_login_that_may_not_make_tables_is_told_what_to_ask_for(
    postgres_server: Postgres, template_database: str
) -> None:
    assert template_database
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE not_ours")
        with pytest.raises(ConfigError, match="ALTER DATABASE not_ours OWNER TO hereabouts_owner"):
            migrate(postgres_server.url(database="not_ours"))
        connection.execute("DROP DATABASE not_ours WITH (FORCE)")


def test_a_login_that_may_not_act_as_a_role_leaves_no_connection_behind(
    postgres_server: Postgres, database_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    with pytest.raises(ConfigError, match="may not act as"):
        connect(postgres_server.url(DatabaseRole.API, str(name)), DatabaseRole.OWNER, application="turned away")
    with psycopg.connect(database_url, autocommit=True) as connection:
        deadline = time.monotonic() + 20  # a server process takes a moment to see that its client has gone
        while connection.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'turned away'").fetchall():
            assert time.monotonic() < deadline
            time.sleep(0.02)
