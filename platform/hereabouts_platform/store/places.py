"""Places as the API and the pages see them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.errors import InputError

SQL = load("places")

Row = dict[str, Any]
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A part of the map in WGS 84 degrees, all edges included."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, field: str, text: str) -> Self:
        """Read `west,south,east,north` in degrees; `field` is what the reader calls it.

        Raises:
            InputError: not four numbers on the globe, or the wrong way round.
        """
        cure = "Give west,south,east,north in WGS 84 degrees, like -1.80,53.70,-1.40,53.95."
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError as error:
            raise InputError(field, text, cure) from error
        on_globe = all(map(math.isfinite, (west, south, east, north))) and -180 <= west <= east <= 180
        if not (on_globe and -90 <= south <= north <= 90):
            raise InputError(field, text, cure)
        return cls(west=west, south=south, east=east, north=north)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceFilter:
    """Which places are wanted; None asks for nothing.

    Attributes:
        q: words of a name or id in any case and order (of a bin also of its site's), or a whole UPRN or USRN.
        box: where the place's own position lies.
        ring: the edge of the part of the map where it lies, as longitudes and latitudes, if that is no such box.
        area: code and vintage of the area that it lies in.
    """

    kind: str | None = None
    parent: str | None = None
    q: str | None = None
    box: Box | None = None
    ring: Ring | None = None
    area: tuple[str, str] | None = None


def list_places(connection: Connection, wanted: PlaceFilter, *, after: str | None, most: int) -> list[Row]:
    """At most `most` places in order of id, after the id `after`."""
    box = wanted.box
    values = {
        "kind": wanted.kind,
        "parent": wanted.parent,
        "q": wanted.q,
        "words": words_in(wanted.q) if wanted.q is not None else None,
        "west": box.west if box else None,
        "south": box.south if box else None,
        "east": box.east if box else None,
        "north": box.north if box else None,
        "ring": str(wanted.ring) if wanted.ring else None,
        "code": wanted.area[0] if wanted.area else None,
        "vintage": wanted.area[1] if wanted.area else None,
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


def words_in(text: str) -> list[str]:
    """A pattern for each word of a text; of a text without any one for what is there."""
    return [contains(word) for word in text.split() or [text]]


def _rows(connection: Connection, name: str, values: Mapping[str, object]) -> list[Row]:
    return connection.cursor(row_factory=dict_row).execute(SQL[name], values).fetchall()
