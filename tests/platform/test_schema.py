"""All migrations together make the schema that is kept in `schema.<engine>.txt`: a change of it is seen in review."""

import difflib
from pathlib import Path

import pytest
from schema_text import schema_text

from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.engine import Engine

HERE = Path(__file__).parent


def kept(engine: Engine) -> Path:
    return HERE / f"schema.{engine}.txt"


def test_the_migrations_make_the_schema_that_is_kept(
    database_url: str, engine: Engine, pytestconfig: pytest.Config
) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        found = schema_text(owner)
    if pytestconfig.getoption("renew_schema"):
        kept(engine).write_text(found, encoding="utf-8")
    was = kept(engine).read_text(encoding="utf-8")
    changes = "\n".join(difflib.unified_diff(was.splitlines(), found.splitlines(), "kept", "made", lineterm="", n=1))
    assert not changes, f"Where this is what the migrations were meant to do: make schema\n{changes}"


def test_a_change_would_be_seen(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        was = schema_text(owner)
        for change in (
            "ALTER TABLE place ADD extra int",
            "ALTER TABLE place ALTER name DROP NOT NULL",
            "ALTER TABLE source ALTER enabled SET DEFAULT false",
            "ALTER TABLE device_health ADD CHECK (gaps >= 0)",
            "CREATE INDEX more ON latest (time)",
            "DROP POLICY place_seen ON place",
            "ALTER TABLE place DISABLE ROW LEVEL SECURITY",
            "GRANT SELECT ON reading TO hereabouts_api",
            "GRANT SELECT (value) ON latest TO hereabouts_api",
            "GRANT EXECUTE ON FUNCTION sources_fed_by(int) TO hereabouts_ingest",
            "DROP TRIGGER source_moves ON source",
            "CREATE OR REPLACE FUNCTION may_see() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'",
            "ALTER TABLE latest RESET (fillfactor)",
            "ALTER SEQUENCE batch_number NO CYCLE",
        ):
            with owner.transaction(force_rollback=True):
                owner.execute(change.encode())
                assert schema_text(owner) != was, change
