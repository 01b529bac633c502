"""doctor's advice on tables, indexes and slow statements; and what the embedded server writes in its log."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.doctor.tables import check_tables
from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_deploy.secrets_file import secrets_of
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.migrate import migrate


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A migrated server that counts its statements."""
    folder = tmp_path_factory.mktemp("advice")
    account = choose_account(None)
    settings = {"shared_preload_libraries": "pg_stat_statements", "fsync": "off", "shared_buffers": "64MB"}
    made = Postgres(
        home=server_home(folder, account),
        log=folder / "postgres.log",
        passwords=secrets_of(folder / "secrets.json").database,
        account=account,
        extra_settings=settings | {"autovacuum": "off"},
    )
    made.start()
    migrate(made.url())
    yield made
    made.stop()
    shutil.rmtree(made.home)


def advice_on(server: Postgres) -> Check:
    with connect(server.url(), DatabaseRole.OWNER) as connection:
        return check_tables(connection)


def wait_for(server: Postgres, expected: Callable[[Check], bool]) -> Check:
    """The server counts a moment behind."""
    deadline = time.monotonic() + 30
    while not expected(found := advice_on(server)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_a_new_store_needs_no_advice(server: Postgres) -> None:
    found = advice_on(server)
    assert found.state is State.OK
    assert "pg_stat_statements is not there" in found.message


def test_dead_rows_missing_statistics_unused_indexes_and_slow_statements_are_told(server: Postgres) -> None:
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute("GRANT pg_read_all_stats TO hereabouts_owner")
        connection.execute(
            "INSERT INTO place (id, kind, name) SELECT 'p' || n, 'home', 'Mrs Smith' FROM generate_series(1, 12000) n"
        )
        connection.execute("UPDATE place SET name = 'x'")
        connection.execute("SELECT count(*) FROM place, pg_sleep(1.2) WHERE name = 'Mrs Smith'")
    found = wait_for(server, lambda check: "Slow" in check.message and "dead rows" in check.message)
    assert found.state is State.WARNING
    assert "place has 12,000 dead rows beside 12,000 (last vacuumed: never)" in found.message
    assert "place has 12,000 rows and no statistics: ANALYZE place;" in found.message
    assert "in 1 calls: SELECT count(*) FROM place, pg_sleep($1) WHERE name = $2" in found.message
    assert "Smith" not in found.message + str(found.detail)
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("SELECT pg_stat_statements_reset()")
    assert (
        wait_for(server, lambda check: check.state is State.OK).message
        == "Vacuum, statistics and indexes are in order."
    )


def test_an_unused_index_and_a_table_read_whole_are_told_after_a_week(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hereabouts_deploy.doctor.tables.LONG_ENOUGH", timedelta(0))
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        long = " || ".join(f"md5((n * 12 + {part})::text)" for part in range(12))
        connection.execute(f"CREATE TABLE wide AS SELECT {long} AS t FROM generate_series(1, 260000) n".encode())
        connection.execute("CREATE INDEX wide_t ON wide (t)")
        connection.execute("ANALYZE wide")
        connection.execute("DO $$ BEGIN FOR i IN 1..1001 LOOP PERFORM 1 FROM wide LIMIT 1; END LOOP; END $$")
    found = wait_for(server, lambda check: "from end to end" in check.message)
    assert "The index wide_t (" in found.message
    assert "wide (260,000 rows) was read from end to end 1,00" in found.message


def test_the_log_tells_slow_statements_and_nobodys_data(server: Postgres) -> None:
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        connection.execute("SET log_min_duration_statement = 0")
        connection.execute("SELECT 1 AS told FROM place WHERE name = %s", ("Mrs Jones",))
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO place (id, kind, name) VALUES (%s, 'castle', %s)", ("c", "Mrs Jones"))
    text = Path(server.log).read_text(encoding="utf-8")
    assert "SELECT 1 AS told FROM place WHERE name = $1" in text
    assert "Jones" not in text
    assert server.passwords[DatabaseRole.API] not in text
