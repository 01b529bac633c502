"""Places as the API and the pages see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("places")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A part of the map in WGS 84 degrees, all edges included."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceFilter:
    """Which places are wanted; None asks for nothing.

    Attributes:
        q: part of a name or id in any case, or a whole UPRN or USRN.
        box: where the place's own position lies.
    """

    kind: str | None = None
    parent: str | None = None
    q: str | None = None
    box: Box | None = None


def list_places(connection: Connection, wanted: PlaceFilter, *, after: str | None, most: int) -> list[Row]:
    """At most `most` places in order of id, after the id `after`."""
    box = wanted.box
    values = {
        "kind": wanted.kind,
        "parent": wanted.parent,
        "q": wanted.q,
        "like": contains(wanted.q) if wanted.q is not None else None,
        "west": box.west if box else None,
        "south": box.south if box else None,
        "east": box.east if box else None,
        "north": box.north if box else None,
        "after": after,
        "most": most,
    }
    return _rows(connection, "places", values)


def find_place(connection: Connection, place_id: str) -> Row | None:
    """One place with its identifiers, its parent and the home it belongs to."""
    return next(iter(_rows(connection, "place", {"place": place_id})), None)


def areas_of(connection: Connection, place_id: str) -> list[Row]:
    """The boundaries a place falls in, each with its code and vintage."""
    return _rows(connection, "areas", {"place": place_id})


def children_of(connection: Connection, place_id: str) -> list[Row]:
    """The places that name this one as their parent."""
    return _rows(connection, "children", {"place": place_id})


def deployments_at(connection: Connection, place_id: str) -> list[Row]:
    """Devices at a place and its parts, now and before, with when each was last heard."""
    return _rows(connection, "deployments", {"place": place_id})


def latest_at(connection: Connection, place_id: str) -> list[Row]:
    """The newest value of every quantity and channel at a place and each of its parts."""
    return _rows(connection, "latest", {"place": place_id})


def contains(text: str) -> str:
    """A pattern for ILIKE that finds `text` anywhere."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _rows(connection: Connection, name: str, values: Mapping[str, object]) -> list[Row]:
    return connection.cursor(row_factory=dict_row).execute(SQL[name], values).fetchall()
