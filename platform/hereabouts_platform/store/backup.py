"""Everything in the store as one file, over the wire: no program of PostgreSQL is needed, on either engine."""

from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from psycopg import sql

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.backup_file import ABOUT, COUNTS, FORMAT, BackupWriter, writing
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.migrate import applied_migrations
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource

SQL = load("backup")

Table = tuple[str, str]
Tell = Callable[[str, int], None]


def back_up(connection: Connection, by: Principal, path: Path, tell: Tell) -> dict[str, int]:
    """Write all tables, as they stand at one moment, to `path`; writers are not held up.

    Args:
        connection: role owner, in no transaction.
        tell: called after each table with its name and rows.

    Returns:
        Rows by table.

    Raises:
        InputError: the file cannot be written, or is there already.
        NotAllowed: `by` may not administer the store.
    """
    require(by, Action.ADMINISTER, Resource.STORE)
    with writing(path) as file:
        with acting(connection, by.id):
            record(connection, by, Action.READ, Resource.STORE, {"backup": path.name})
        with connection.transaction():
            connection.execute(SQL["freeze"])
            return _write(connection, file, tell)


def _write(connection: Connection, file: BackupWriter, tell: Tell) -> dict[str, int]:
    columns = {(schema, name): names for schema, name, names in connection.execute(SQL["tables"]).fetchall()}
    order = in_order(connection, list(columns))
    file.note(ABOUT, _about(connection, [(table, columns[table]) for table in order]))
    counts = {}
    for table in order:
        name = ".".join(table)
        with connection.cursor() as cursor:
            file.rows(name, _copy_out(cursor, table, columns[table]))
            counts[name] = cursor.rowcount
        tell(name, counts[name])
    # Read last: numbers given out meanwhile are skipped after a restore, never given out twice.
    file.note(COUNTS, {"rows": counts, "sequences": connection.execute(SQL["sequences"]).fetchall()})
    return counts


def _about(connection: Connection, tables: list[tuple[Table, list[str]]]) -> dict[str, Any]:
    found = detect(connection)
    months = {}
    for name, column in connection.execute(SQL["divided"]).fetchall():
        statement = sql.SQL(SQL["months"]).format(column=sql.Identifier(column), table=sql.Identifier(name))
        months[name] = [month for (month,) in connection.execute(statement)]
    return {
        "format": FORMAT,
        "server": found.server_version,
        "engine": found.engine,
        "migrations": applied_migrations(connection),
        "tables": [{"schema": schema, "name": name, "columns": columns} for (schema, name), columns in tables],
        "months": months,
    }


def in_order(connection: Connection, tables: list[Table]) -> list[Table]:
    """The tables, each after those that its rows point to."""
    needs: dict[Table, set[Table]] = {table: set() for table in tables}
    for schema, name, other_schema, other_name in connection.execute(SQL["references"]).fetchall():
        if (schema, name) in needs:
            needs[schema, name].add((other_schema, other_name))
    return [table for table in TopologicalSorter(needs).static_order() if table in needs]


def _copy_out(cursor: Any, table: Table, columns: list[str]) -> Iterator[bytes]:
    statement = sql.SQL(SQL["copy_out"]).format(columns=listed(columns), table=sql.Identifier(*table))
    with cursor.copy(statement) as copy:
        for chunk in copy:
            yield bytes(chunk)


def listed(columns: list[str]) -> sql.Composed:
    """Names of columns, with commas between."""
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)
