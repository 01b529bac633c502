"""Datasets of time and place as an import writes them, inside its own transaction, role owner."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson
from psycopg.types.json import Jsonb

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.copy_rows import copy_rows
from hereabouts_platform.store.queries import load

SQL = load("datasets")

_TYPES = ("text", "int4", "text", "text", "float8", "float8", "timestamptz", "timestamptz", "text", "bytea")

Column = tuple[str, str, str, str | None, str, Mapping[str, str] | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Double:
    """A row whose key stands in line `first` of the same file already; `same`: with the same content."""

    line: int
    key: str
    first: int
    same: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a file's rows."""

    stored: int
    updated: int
    duplicate: int
    removed: int
    refused: int
    causes: Mapping[str, int]


def take_turn(connection: Connection, dataset: str) -> None:
    """Wait until no other import of this dataset runs; the turn ends with the transaction."""
    connection.execute(SQL["take_turn"], (dataset,))


def shape_of(connection: Connection, dataset: str, vintage: str) -> str | None:
    """What the rows of a vintage rest on, as a hash; None where there is no such vintage."""
    row = connection.execute(SQL["shape"], (dataset, vintage)).fetchone()
    return str(row[0]) if row else None


def save_dataset(connection: Connection, dataset: Mapping[str, object]) -> None:
    """Make a dataset or change what is said of it: name, title, description, source, licence, ..."""
    connection.execute(SQL["save_dataset"], dataset)


def save_vintage(connection: Connection, vintage: Mapping[str, object], columns: Sequence[Column]) -> None:
    """Make a vintage or change it; `columns` (name, title, type, unit, meaning, categories) in their order."""
    of = (vintage["dataset"], vintage["vintage"])
    connection.execute(SQL["save_vintage"], vintage)
    connection.execute(SQL["forget_columns"], of)
    names, titles, types, units, meanings, categories = zip(*columns, strict=True)
    codes = [orjson.dumps(found).decode() if found is not None else None for found in categories]
    given = (list(range(1, len(names) + 1)), list(names), list(titles), list(types), list(units), list(meanings), codes)
    connection.execute(SQL["add_columns"], (*of, *given))


def last_load(connection: Connection, dataset: str, vintage: str) -> tuple[str, str, bool] | None:
    """SHA-256 of the file and of the description that a vintage was last loaded from, and whether as a whole."""
    row = connection.execute(SQL["last_load"], (dataset, vintage)).fetchone()
    return (row[0], row[1], row[2]) if row else None


def begin_load(connection: Connection, load_: Mapping[str, object]) -> int:
    """Note down a load; gives its number."""
    row = connection.execute(SQL["begin_load"], load_).fetchone()
    return int(row[0]) if row else 0


def end_load(connection: Connection, number: int, outcome: Outcome) -> None:
    """Write down what became of a load's rows."""
    counts = {
        "load": number, "stored": outcome.stored, "updated": outcome.updated, "duplicate": outcome.duplicate,
        "removed": outcome.removed, "refused": outcome.refused, "causes": Jsonb(dict(outcome.causes)),
    }  # fmt: skip
    connection.execute(SQL["end_load"], counts)


def bring(connection: Connection, rows: Iterable[tuple[object, ...]]) -> None:
    """Copy rows into the temporary table of this transaction, as they come.

    Each is (key, line, given, identifier, lon, lat, from, to, content as JSON text, hash of 16 bytes).
    """
    connection.execute(SQL["make_incoming"])
    copy_rows(connection, SQL["copy_incoming"], _TYPES, rows)
    connection.execute(SQL["know_incoming"])


def doubles(connection: Connection) -> Iterator[Double]:
    """Rows that were brought whose key stands in an earlier line, in order, by a cursor on the server."""
    with connection.cursor(name="dataset_doubles") as cursor:
        cursor.itersize = 1000
        for line, key, first, same in cursor.execute(SQL["doubles"]):
            yield Double(line=line, key=key, first=first, same=same)


def merge(connection: Connection, dataset: str, vintage: str, number: int) -> tuple[int, int]:
    """Store what was brought; gives how many rows are new and how many changed."""
    values = {"dataset": dataset, "vintage": vintage, "load": number}
    row = connection.execute(SQL["merge_incoming"], values).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def remove_missing(connection: Connection, dataset: str, vintage: str) -> int:
    """Take out the rows of a vintage that were not brought; gives how many."""
    return connection.execute(SQL["remove_missing"], (dataset, vintage)).rowcount


def link(connection: Connection, dataset: str, vintage: str) -> int:
    """Find again which places the rows of a vintage name, and count them; gives how many changed.

    Role owner or jobs.
    """
    row = connection.execute(SQL["link"], (dataset, vintage)).fetchone()
    return int(row[0]) if row else 0


def linked(connection: Connection, dataset: str, vintage: str) -> tuple[int, int]:
    """How many rows a vintage has, and how many of them name a place or area that is known."""
    row = connection.execute(SQL["linked"], (dataset, vintage)).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def to_link(connection: Connection) -> list[tuple[str, str]]:
    """Vintages whose links may be out of date, as places have changed since. Role owner or jobs."""
    return [(dataset, vintage) for dataset, vintage in connection.execute(SQL["to_link"])]
