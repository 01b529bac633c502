"""Backup and restore: a filled store moves from one engine to the other and back, and nothing else is let in."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from every_table import BY_0012, PART_1, SINCE, fill

from hereabouts_deploy.embedded.postgres import SUPERUSER
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.backup import SQL, back_up
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import Engine, detect
from hereabouts_platform.store.migrate import is_set_up
from hereabouts_platform.store.restore import restore
from hereabouts_schemas.errors import ConfigError, InputError

NOW = datetime(2026, 7, 10, 12, tzinfo=UTC)
# What was ended since must not come back to life, and the file does not know which sessions a broker holds.
ENDED = ("public.session", "public.sign_in_link", "public.ingest_session")
_numbers = count(1)


def silent(_table: str, _rows: int) -> None:
    """Nobody looks on."""


@pytest.fixture
def filled(town, engine: Engine) -> str:
    """A store with something in every table: trees, histories over months, blobs, triggers, row security."""
    fill(town.url, engine, PART_1, BY_0012, SINCE)
    town.place("block", "building", lon=-1.5, lat=53.8)
    town.place("block/flat", parent_id="block", name="Flat \\N\t'1\"\n")
    streams = town.sensor("block/flat", room="hall")
    town.air(streams, 18.25, 71.5, NOW - timedelta(days=100), NOW)
    owner: Connection = town.owner
    for month in (5, 6):
        at = datetime(2026, month, 3, tzinfo=UTC)
        owner.execute("SELECT make_partition('batch', %s), make_partition('uplink', %s)", (at, at))
        batch = "INSERT INTO batch (received_at, slot, message_count, blob) VALUES (%s, 0, 1, %s) RETURNING id"
        (number,) = owner.execute(batch, (at, b"\x00\xff\\" * 700_000)).fetchone()
        owner.execute(
            "INSERT INTO uplink (batch_id, index, received_at, source_id, outcome) VALUES (%s, 0, %s, 1, 'stored')",
            (number, at),
        )
    owner.execute("INSERT INTO household.circumstance VALUES ('h-1', true, now(), 1)")
    owner.execute("INSERT INTO audit (principal_id, action, resource) VALUES (1, 'read', 'places')")
    return town.url


@pytest.fixture
def empty(servers: Callable) -> Iterator[Callable[[Engine], str]]:
    """Makes a database on a server of the engine asked for that was never set up."""
    made = []

    def make(engine: Engine) -> str:
        server, name = servers(engine), f"empty_{next(_numbers)}"
        with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER hereabouts_owner")
        made.append((server, name))
        return server.url(database=name)

    yield make
    for server, name in made:
        with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def back_up_to(url: str, path: Path) -> dict[str, int]:
    with connect(url, DatabaseRole.OWNER) as connection:
        return back_up(connection, principal_named(connection, "system:command"), path, silent)


def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, but for what a restore adds (a row of the audit) and batches' transactions."""
    found = {}
    with connect(url, DatabaseRole.OWNER) as connection:
        for schema, table, columns in connection.execute(SQL["tables"]).fetchall():
            names = ", ".join(f'"{column}"' for column in columns)
            rows = connection.execute(f"SELECT ({names})::text FROM {schema}.{table} ORDER BY 1").fetchall()
            found[f"{schema}.{table}"] = [row for (row,) in rows if "restored_from" not in row]
        found["sequences"] = [
            str(row) for row in connection.execute(SQL["sequences"]).fetchall() if row[1] != "audit_id_seq"
        ]
    return found


@pytest.mark.parametrize("target", list(Engine), ids=lambda engine: f"to-{engine}")
def test_a_store_moves_whole(filled: str, empty: Callable, tmp_path: Path, target: Engine, has_timescale: bool) -> None:
    if target is Engine.TIMESCALE and not has_timescale:
        target = Engine.PLAIN
    counts = back_up_to(filled, tmp_path / "all")
    assert (tmp_path / "all").stat().st_mode & 0o777 == 0o600
    assert counts["public.reading"] > 2 * 100 * 48
    assert [table for table, rows in counts.items() if not rows] == [], "give it a row in tests/rows/every_table.py"
    before = contents(filled)
    before |= {table: [] for table in ENDED}
    url = empty(target)
    assert restore(url, tmp_path / "all", silent, keep_keys=True).rows == counts
    assert contents(url) == before
    assert {name: len(rows) for name, rows in before.items() if name in counts} | dict.fromkeys(ENDED, 1) == counts
    with connect(url, DatabaseRole.OWNER) as connection:
        assert detect(connection).engine is target
        goes_on = connection.execute(
            "INSERT INTO principal (kind, name) VALUES ('person', 'Bo') RETURNING id"
        ).fetchone()
        assert goes_on == (connection.execute("SELECT max(id) FROM principal").fetchone() or ())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM audit")
        settled = "SELECT count(*) FROM batch WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"
        assert connection.execute(settled).fetchone() == (0,)
        (version,) = connection.execute("SELECT version FROM registry_version").fetchall()[0]
        connection.execute("UPDATE device SET decoder_version = '2'")
        assert connection.execute("SELECT version FROM registry_version").fetchall() == [(version + 1,)]


def test_pseudonyms_stay_and_transactions_are_read_anew(
    filled: str, empty: Callable, tmp_path: Path, engine: Engine
) -> None:
    with connect(filled, DatabaseRole.OWNER) as connection:
        homes = connection.execute("SELECT * FROM published.home ORDER BY 1").fetchall()
        to_be = connection.execute("SELECT publishing.pseudonym_of('place new')").fetchone()
        assert connection.execute("SELECT below FROM rollup_progress").fetchone() == ("77",)
    back_up_to(filled, tmp_path / "all")
    restore(url := empty(engine), tmp_path / "all", silent)
    with connect(url, DatabaseRole.OWNER) as connection:
        assert len(homes) == 2
        assert connection.execute("SELECT * FROM published.home ORDER BY 1").fetchall() == homes
        connection.execute("SELECT set_config('hereabouts.principal', '1', false)")
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('new', 'home', 'New')")
        new = connection.execute("SELECT name FROM publishing.pseudonym WHERE place_id = 'new'").fetchone()
        assert new == to_be
        assert connection.execute("SELECT below FROM rollup_progress").fetchone() == (None,)
        assert connection.execute("SELECT below FROM account_progress").fetchone() == ("0",)


def test_a_store_in_use_is_refused_and_left_as_it_is(filled: str, tmp_path: Path) -> None:
    back_up_to(filled, tmp_path / "all")
    before = contents(filled)
    with pytest.raises(ConfigError, match="is in use: a backup goes into an empty one"):
        restore(filled, tmp_path / "all", silent)
    assert contents(filled) == before


def damaged(whole: bytes, how: str) -> bytes:
    middle = len(whole) // 2
    return {
        "cut off": whole[:middle],
        "one bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "something else": b"id,kind,name\n",
    }[how]


@pytest.mark.parametrize("how", ["cut off", "one bit", "empty", "something else"])
def test_a_damaged_file_restores_nothing(
    filled: str, empty: Callable, tmp_path: Path, how: str, engine: Engine
) -> None:
    back_up_to(filled, tmp_path / "all")
    (tmp_path / "bad").write_bytes(damaged((tmp_path / "all").read_bytes(), how))
    url = empty(engine)
    with pytest.raises(InputError, match="FILE"):
        restore(url, tmp_path / "bad", silent)
    with psycopg.connect(url, autocommit=True) as connection:
        if is_set_up(connection):
            assert connection.execute(SQL["is_unused"]).fetchone() == (True,)
    assert restore(url, tmp_path / "all", silent).rows["public.reading"] > 9600


def test_a_backup_of_another_release_is_refused(filled: str, empty: Callable, tmp_path: Path, engine: Engine) -> None:
    with connect(filled, DatabaseRole.OWNER) as connection:
        connection.execute("INSERT INTO migration (number, name, checksum) VALUES (9999, 'later', 'x')")
    back_up_to(filled, tmp_path / "all")
    with pytest.raises(InputError, match=r"It is of a later release \(migrations 9999"):
        restore(empty(engine), tmp_path / "all", silent)


def test_a_file_that_is_there_is_not_written_over(filled: str, tmp_path: Path) -> None:
    (tmp_path / "all").write_text("precious")
    with pytest.raises(InputError, match="choose another"):
        back_up_to(filled, tmp_path / "all")
    assert (tmp_path / "all").read_text() == "precious"


def test_a_backup_that_fails_leaves_no_file(filled: str, tmp_path: Path) -> None:
    def fail(_table: str, _rows: int) -> None:
        raise KeyboardInterrupt

    with connect(filled, DatabaseRole.OWNER) as connection, pytest.raises(KeyboardInterrupt):
        back_up(connection, principal_named(connection, "system:command"), tmp_path / "all", fail)
    assert list(tmp_path.iterdir()) == []
