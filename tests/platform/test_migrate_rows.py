"""A store of an earlier release is brought up to this one with every row of every table as it was."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from every_table import BY_0012, PART_1, fill

from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store import migrate as module
from hereabouts_platform.store.backup import SQL
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import Engine
from hereabouts_platform.store.migrate import is_current, migrate, migrations_for

# Migration 0007 widens the filter that part 1 came with. The registry's version counts changes, also by migrations.
NARROW, WIDE = "application/+/device/+/event/up", "application/+/device/+/event/+"
COUNTER = "public.registry_version"


@pytest.fixture
def make(postgres_server: Postgres) -> Iterator[Callable[[int], str]]:
    """Makes a database at a migration."""
    name = "of_another_time"

    def made(number: int) -> str:
        with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} OWNER hereabouts_owner")
        url = postgres_server.url(database=name)
        with pytest.MonkeyPatch.context() as earlier:
            ours = lambda engine: [m for m in migrations_for(engine) if m.number <= number]  # noqa: E731 - said once
            earlier.setattr(module, "migrations_for", ours)
            earlier.setattr(module, "equip", lambda _: None)  # this release's views, of which there were none
            migrate(url)
        return url

    yield made
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def tables(owner: Connection) -> dict[str, list[str]]:
    """Every table with its columns, transaction numbers too: they stay what they were in the same database."""
    found = {f"{schema}.{name}": names for schema, name, names in owner.execute(SQL["tables"]).fetchall()}
    found["public.batch"] = [*found["public.batch"], "xid"]
    return found


def rows(owner: Connection, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        table: [
            row
            for (row,) in owner.execute(f"SELECT ROW({', '.join(names)})::text FROM {table} ORDER BY 1")  # type: ignore[arg-type]
        ]
        for table, names in columns.items()
    }


@pytest.mark.parametrize(("number", "scripts"), [(5, [PART_1]), (12, [PART_1, BY_0012])], ids=["part_1", "0012"])
def test_every_row_of_an_earlier_store_is_kept(
    make: Callable[[int], str], engine: Engine, number: int, scripts: list[str]
) -> None:
    url = make(number)
    fill(url, engine, *scripts)
    with connect(url, DatabaseRole.OWNER) as owner:
        columns = tables(owner)
        before = rows(owner, columns)
    empty = [table for table, found in before.items() if not found]
    assert empty == [], "these tables were there and got no row"
    migrate(url)
    with connect(url, DatabaseRole.OWNER) as owner:
        assert is_current(owner)
        after = rows(owner, columns)
    if number < 7:
        before["public.source"] = [row.replace(NARROW, WIDE) for row in before["public.source"]]
    assert {table: set(found) - set(after[table]) for table, found in before.items() if table != COUNTER} == {
        table: set() for table in before if table != COUNTER
    }
    more = {table for table, found in before.items() if len(after[table]) != len(found)}
    assert more <= {"public.source"}, "of what was there, migrations add to these alone"
