"""`hereabouts backup` and `hereabouts restore`, as typed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from typer.testing import CliRunner, Result

from hereabouts_deploy.embedded.postgres import SUPERUSER
from hereabouts_deploy.main import app
from hereabouts_platform.access.keys import token_hash
from hereabouts_platform.store.access import principal_of_key
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_schemas.errors import ConfigError


@pytest.fixture
def empty_url(postgres_server) -> Iterator[str]:
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE moved_to OWNER hereabouts_owner")
        yield postgres_server.url(database="moved_to")
        connection.execute("DROP DATABASE moved_to WITH (FORCE)")


@pytest.fixture
def hereabouts() -> Callable[..., Result]:
    def run(url: str, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, env={"HEREABOUTS_DATABASE_URL": url})

    return run


def test_a_backup_is_restored_and_both_are_in_the_audit(
    hereabouts: Callable[..., Result], database_url: str, empty_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'A home')")
    file = tmp_path / "store.backup"
    done = hereabouts(database_url, "backup", str(file))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{file}: ")
    assert f"tables, {file.stat().st_size:,} bytes." in done.stdout
    done = hereabouts(empty_url, "restore", str(file), "--json")
    assert done.exit_code == 0, done.output
    assert orjson.loads(done.stdout)["rows"]["public.place"] == 1
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT id FROM place").fetchall() == [("h1",)]
        told = connection.execute("SELECT action, resource, detail FROM audit ORDER BY id").fetchall()
    assert told == [
        ("read", "store", {"backup": "store.backup"}),
        ("write", "store", {"restored_from": "store.backup", "keys_kept": False, "keys_revoked": 0}),
    ]


@pytest.mark.parametrize("kept", [False, True])
def test_keys_of_a_backup_work_only_where_that_is_asked_for(
    hereabouts: Callable[..., Result], database_url: str, empty_url: str, tmp_path: Path, kept: bool
) -> None:
    file = tmp_path / "store.backup"
    key = hereabouts(database_url, "key", "add", "power-bi", "--role", "reader").stdout.strip()
    assert hereabouts(database_url, "backup", str(file)).exit_code == 0
    assert hereabouts(database_url, "key", "revoke", "power-bi").exit_code == 0
    done = hereabouts(empty_url, "restore", str(file), *(["--keep-keys"] if kept else []))
    assert done.exit_code == 0, done.output
    said = "work as they did in the backup" if kept else "1 API keys of the backup are revoked"
    assert said in done.stdout
    with connect(empty_url, DatabaseRole.API) as connection:
        assert (principal_of_key(connection, token_hash(key)) is not None) is kept


def test_a_database_in_use_is_1_with_the_cure(
    hereabouts: Callable[..., Result], database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "store.backup"
    assert hereabouts(database_url, "backup", str(file), "--json").exit_code == 0
    refused = hereabouts(database_url, "restore", str(file))
    assert refused.exit_code == 1
    assert isinstance(refused.exception, ConfigError)
    assert "a backup goes into an empty one" in str(refused.exception)
