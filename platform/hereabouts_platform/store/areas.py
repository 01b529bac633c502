"""Areas and their editions: what imports write, what the API and the pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.places import Box, contains
from hereabouts_platform.store.queries import load

SQL = load("areas")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One kind of area of one vintage: what a file of boundaries holds.

    Attributes:
        vintage: the year, or year and month, that the boundaries and their codes are of: `2024`, `2024-12`.
    """

    kind: str
    vintage: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewArea:
    """One area to be stored; `boundary` is a GeoJSON geometry, `box` its west, south, east, north."""

    code: str
    name: str
    boundary: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaFilter:
    """Which areas are wanted; None asks for nothing.

    Attributes:
        q: part of a name or code in any case.
        box: what the area's own box touches.
    """

    kind: str | None = None
    vintage: str | None = None
    q: str | None = None
    box: Box | None = None


def source_number(connection: Connection, name: str, licence: str) -> int:
    """The number of whoever published boundaries, with the licence they are under; made where it is new."""
    found = connection.execute(SQL["source_id"], (name, licence)).fetchone()
    if found is None:
        found = connection.execute(SQL["add_source"], (name, licence)).fetchone()
    if found is None:
        raise LookupError("an INSERT that returns a row returned none")
    return int(found[0])


def known_kinds(connection: Connection, vintage: str, codes: Sequence[str]) -> dict[str, str]:
    """The areas of a vintage among `codes` that the store holds, with the kind of each."""
    return dict(connection.execute(SQL["known"], (vintage, list(codes))).fetchall())


def save_areas(connection: Connection, edition: Edition, source: int | None, areas: Sequence[NewArea]) -> set[str]:
    """Store areas, none of which the store holds as another kind; returns the codes that were new or changed."""
    values = {
        "vintage": edition.vintage,
        "kind": edition.kind,
        "source": source,
        "codes": [area.code for area in areas],
        "names": [area.name for area in areas],
        "boundaries": [area.boundary for area in areas],
        "wests": [area.box[0] for area in areas],
        "souths": [area.box[1] for area in areas],
        "easts": [area.box[2] for area in areas],
        "norths": [area.box[3] for area in areas],
    }
    return {row[0] for row in connection.execute(SQL["save"], values)}


def find_area(connection: Connection, code: str, vintage: str | None = None) -> Row | None:
    """An area by its code, of its newest vintage or of the one asked for; None where there is no such area.

    Keys: code, vintage, kind, name, source, licence.
    """
    values = {"code": code, "vintage": vintage}
    return connection.cursor(row_factory=dict_row).execute(SQL["area"], values).fetchone()


def boundary_of(connection: Connection, code: str, vintage: str) -> str | None:
    """The boundary of one edition of an area as GeoJSON; None where it has none, or there is no such edition."""
    row = connection.execute(SQL["boundary"], (code, vintage)).fetchone()
    return row[0] if row is not None else None


def list_areas(
    connection: Connection, wanted: AreaFilter, *, after: tuple[str, str] | None, most: int, boundaries: bool = False
) -> list[Row]:
    """At most `most` areas in order of code and vintage, after the one with this key."""
    box = wanted.box
    values = {
        "kind": wanted.kind,
        "vintage": wanted.vintage,
        "like": contains(wanted.q) if wanted.q is not None else None,
        "west": box.west if box else None,
        "south": box.south if box else None,
        "east": box.east if box else None,
        "north": box.north if box else None,
        "after_code": after[0] if after else None,
        "after_vintage": after[1] if after else None,
        "boundaries": boundaries,
        "most": most,
    }
    return connection.cursor(row_factory=dict_row).execute(SQL["areas"], values).fetchall()


def vintages_of(connection: Connection, code: str, *, boundaries: bool = False) -> list[Row]:
    """Every edition of one area, the newest first, with how many places of each kind lie in it."""
    values = {"code": code, "boundaries": boundaries}
    return connection.cursor(row_factory=dict_row).execute(SQL["vintages"], values).fetchall()
