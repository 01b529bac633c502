"""Datasets and their rows as the API and the pages list them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("dataset_list")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowFilter:
    """Which rows of a dataset are wanted; None asks for nothing.

    Attributes:
        place: rows of it and its rooms or slots, and of its postcode and areas.
        area: rows of this GSS code, and of places in the area.
        from_at, to_at: rows that hold at some time in [from_at, to_at); rows without a time are left out then.
    """

    vintage: str | None = None
    place: str | None = None
    area: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


def list_datasets(
    connection: Connection, *, only: Sequence[str] | None = None, after: str | None = None, most: int
) -> list[Row]:
    """At most `most` datasets in order of name, each with its newest vintage and that one's columns."""
    values = {"only": list(only) if only is not None else None, "after": after, "most": most}
    rows = _rows(connection, "datasets", values)
    columns = columns_of(connection, [(row["name"], row["vintage"]) for row in rows])
    return [{**row, "columns": columns[row["name"]]} for row in rows]


def columns_of(connection: Connection, vintages: Sequence[tuple[str, str]]) -> Mapping[str, list[Row]]:
    """The columns of one vintage of each of these datasets, by dataset."""
    names, editions = [name for name, _ in vintages], [vintage for _, vintage in vintages]
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in _rows(connection, "columns", {"datasets": names, "vintages": editions}):
        found[row.pop("dataset")].append(row)
    return found


def vintages_of(connection: Connection, dataset: str) -> list[Row]:
    """Every vintage of a dataset, the newest first, with its counts."""
    return _rows(connection, "vintages", {"dataset": dataset})


def loads_of(connection: Connection, dataset: str) -> list[Row]:
    """Which files came in when, by whom, and what became of their rows; the newest first."""
    return _rows(connection, "loads", {"dataset": dataset})


def list_rows(
    connection: Connection, dataset: str, wanted: RowFilter, *, after: tuple[str, str] | None, most: int
) -> list[Row]:
    """At most `most` rows of a dataset in order of vintage and key, after those."""
    after_vintage, after_key = after or (None, None)
    values = {
        "dataset": dataset, "vintage": wanted.vintage, "place": wanted.place, "area": wanted.area,
        "from_at": wanted.from_at, "to_at": wanted.to_at, "after_vintage": after_vintage, "after_key": after_key,
        "most": most,
    }  # fmt: skip
    return _rows(connection, "rows", values)


def datasets_at(connection: Connection, place_id: str) -> list[Row]:
    """Which datasets know a place, its parts, its postcode or areas: of each how many rows, and the newest one.

    `fields` are the columns of that row's vintage with their values, in order; empty ones are left out.
    """
    found = _rows(connection, "at_place", {"place": place_id})
    columns = columns_of(connection, [(row["dataset"], row["vintage"]) for row in found])
    return [{"fields": _fields(columns[row["dataset"]], row.pop("values")), **row} for row in found]


def _fields(columns: Sequence[Row], values: Mapping[str, object]) -> list[Row]:
    return [
        {
            "name": column["name"],
            "title": column["title"],
            "unit": column["unit"],
            "value": values[column["name"]],
            "means": (column["categories"] or {}).get(str(values[column["name"]])),
        }
        for column in columns
        if column["name"] in values
    ]


def _rows(connection: Connection, name: str, values: Mapping[str, object]) -> list[Row]:
    return connection.cursor(row_factory=dict_row).execute(SQL[name], values).fetchall()
