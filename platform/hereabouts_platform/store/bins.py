"""Bin slots with what their forecasts say, as people read them; inside `acting(...)`, role api."""

from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.rules.waste_places import slot_facts
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.places import Box
from hereabouts_platform.store.queries import load
from hereabouts_schemas.errors import InputError

SQL = load("bins")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class BinFilter:
    """Which bins.

    Attributes:
        site: parts of this place.
        depot: whose next round is from there.
        area: code and vintage of the area that they, or their sites, lie in.
        box: that they, or their sites, lie in.
    """

    place: str | None = None
    site: str | None = None
    depot: str | None = None
    area: tuple[str, str] | None = None
    box: Box | None = None


def list_bins(connection: Connection, wanted: BinFilter, *, after: str | None, most: int) -> list[Row]:
    """Bins in order of id, with their stream, group and litres; what cannot be used of one is said in `look_at`."""
    box = wanted.box
    edges = {name: None if box is None else getattr(box, name) for name in ("west", "south", "east", "north")}
    code, vintage = wanted.area or (None, None)
    asked = {
        "place": wanted.place, "site": wanted.site, "depot": wanted.depot, "code": code, "vintage": vintage,
        "after": after, "most": most, **edges,
    }  # fmt: skip
    rows = connection.cursor(row_factory=dict_row).execute(SQL["bins"], asked)
    return [_with_facts(row) for row in rows]


def find_bin(connection: Connection, place: str) -> Row | None:
    """One bin as lists have it."""
    return next(iter(list_bins(connection, BinFilter(place=place), after=None, most=1)), None)


def _with_facts(row: Row) -> Row:
    attributes = row.pop("attributes")
    if row["lon"] is None:
        row["look_at"] = [*row["look_at"], "It has no position, so it is not forecast. Give it, or its site, one."]
    try:
        facts = slot_facts(attributes)
    except InputError as error:
        said = f"It is not forecast, as what is kept about it cannot be used. {error}"
        return {**row, "stream": None, "group": None, "capacity_l": None, "look_at": [*row["look_at"], said]}
    return {**row, "stream": facts.stream, "group": facts.group or facts.stream, "capacity_l": facts.capacity_l}
