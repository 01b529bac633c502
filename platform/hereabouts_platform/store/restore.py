"""A backup back into a store, on the same engine or the other: how a pilot moves to a server of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import psycopg
from psycopg import sql

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import principal_named, record, revoke_every_key
from hereabouts_platform.store.backup import Table, Tell, listed
from hereabouts_platform.store.backup_file import ABOUT, FORMAT, reading
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.engine import detect, make_room
from hereabouts_platform.store.migrate import applied_migrations, is_set_up, migrate
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import ConfigError, InputError

SQL = load("backup")

Entries = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """Rows by table, and how many keys that worked in the backup were revoked."""

    rows: dict[str, int]
    keys_revoked: int


def restore(url: str, path: Path, tell: Tell, *, keep_keys: bool = False) -> Restored:
    """Fill the database at `url` from the backup at `path`: all of it, or nothing.

    The database is brought up to this release first. Rows are counted against the backup before anything is committed,
    and numbers given out later go on where the backup stopped. Nobody can tell from a file which of its keys were
    revoked after it was written, so all of them are, unless `keep_keys`: for a move, where nothing happened since.

    Args:
        url: for the owner's login.
        tell: called after each table with its name and rows.
        keep_keys: whether keys work as they did in the backup.

    Raises:
        InputError: the file is no whole backup, or one of another release.
        ConfigError: somebody has put something into this database already.
    """
    with reading(path) as entries:
        about = _about(path, entries)
        _refuse_used(url)
        migrate(url)
        with connect(url, DatabaseRole.OWNER, application="hereabouts restore") as connection:
            _refuse_other_release(path, about, connection)
            by = principal_named(connection, "system:command")
            require(by, Action.ADMINISTER, Resource.STORE)
            tables = [(entry["schema"], entry["name"]) for entry in about["tables"]]
            with acting(connection, by.id):
                counts = _fill(connection, path, about, entries, tell)
                revoked = 0 if keep_keys else revoke_every_key(connection)
                told = {"restored_from": path.name, "keys_kept": keep_keys, "keys_revoked": revoked}
                record(connection, by, Action.WRITE, Resource.STORE, told)
            connection.execute(_of_all("analyze", tables))
            return Restored(rows=counts, keys_revoked=revoked)


def _about(path: Path, entries: Entries) -> dict[str, Any]:
    name, content = next(entries, ("", b""))
    if name != ABOUT:
        raise InputError("FILE", path, "It is no backup of Hereabouts.")
    about: dict[str, Any] = orjson.loads(content)
    if about["format"] != FORMAT:
        raise InputError("FILE", path, "It was written by a later release: restore it with that one.")
    return about


def _refuse_used(url: str) -> None:
    """Before `migrate`: a database that is in use must not be changed in any way."""
    with psycopg.connect(url, autocommit=True, application_name="hereabouts restore") as connection:
        if is_set_up(connection) and connection.execute(SQL["is_unused"]).fetchone() != (True,):
            raise ConfigError(
                f"The database {connection.info.dbname} is in use: a backup goes into an empty one. Make one, and name "
                "it with HEREABOUTS_DATABASE_URL."
            )


def _refuse_other_release(path: Path, about: dict[str, Any], connection: Connection) -> None:
    theirs, ours = about["migrations"], applied_migrations(connection)
    if theirs != ours:
        which = "a later" if set(theirs) - set(ours) else "an earlier"
        raise InputError("FILE", path, f"It is of {which} release (migrations {max(theirs):04d} and {max(ours):04d}). "
                         "Restore it with that release into an empty database, then upgrade.")  # fmt: skip


def _fill(connection: Connection, path: Path, about: dict[str, Any], entries: Entries, tell: Tell) -> dict[str, int]:
    columns = {(entry["schema"], entry["name"]): entry["columns"] for entry in about["tables"]}
    engine = detect(connection).engine
    for name, months in about["months"].items():
        make_room(connection, engine, name, [datetime.fromisoformat(month) for month in months])
    triggers = [table for table in connection.execute(SQL["tables_with_triggers"]).fetchall() if table in columns]
    for table in triggers:
        connection.execute(_of("pause_triggers", table))
    connection.execute(_of_all("clear", list(columns)))
    counts, end = _copy_all(connection, columns, entries, tell)
    _check(path, counts, end)
    connection.execute(SQL["check_references"])
    connection.execute(SQL["end_sessions"])
    for table in triggers:
        connection.execute(_of("resume_triggers", table))
    for schema, name, last in orjson.loads(end)["sequences"]:
        sequence = sql.Literal(sql.Identifier(schema, name).as_string(connection))
        connection.execute(sql.SQL(SQL["set_sequence"]).format(sequence=sequence), (last,))
    return counts


def _copy_all(
    connection: Connection, columns: dict[Table, list[str]], entries: Entries, tell: Tell
) -> tuple[dict[str, int], bytes]:
    """Rows by table, and the document at the end of the file (empty where that is missing)."""
    counts, end = {}, b""
    for name, parts in groupby(entries, key=lambda entry: entry[0].rpartition("/")[0]):
        if not name:
            end = next(parts)[1]
            continue
        schema, _, table = name.partition(".")
        counts[name] = _copy_in(connection, (schema, table), columns[schema, table], map(itemgetter(1), parts))
        tell(name, counts[name])
    return counts, end


def _copy_in(connection: Connection, table: Table, columns: list[str], parts: Iterator[bytes]) -> int:
    statement = sql.SQL(SQL["copy_in"]).format(table=sql.Identifier(*table), columns=listed(columns))
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for part in parts:
                copy.write(part)
        return cursor.rowcount


def _check(path: Path, counts: dict[str, int], end: bytes) -> None:
    if not end:
        raise InputError("FILE", path, "It was cut off: its end is missing. Nothing was restored.")
    wanted = orjson.loads(end)["rows"]
    if counts != wanted:
        wrong = sorted(name for name in counts.keys() | wanted.keys() if counts.get(name) != wanted.get(name))
        raise InputError("FILE", path, f"The rows of {', '.join(wrong)} are not all there. Nothing was restored.")


def _of(name: str, table: Table) -> sql.Composed:
    return sql.SQL(SQL[name]).format(table=sql.Identifier(*table))


def _of_all(name: str, tables: list[Table]) -> sql.Composed:
    return sql.SQL(SQL[name]).format(tables=sql.SQL(", ").join(sql.Identifier(*table) for table in tables))
