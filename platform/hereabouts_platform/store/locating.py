"""Which places lie in which areas: computed once, at the end of every import of either, and kept in `place_area`.

A place lies in an area when its point does, edges included. Of the areas of one kind and vintage a place lies in one at
most: on a shared border in the one with the lowest code. A place without a point has its parent's, and so on upwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from hereabouts_platform.geography.shapes import pairs_within, shape_of
from hereabouts_platform.store.areas import Edition
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("locating")

MOST_CORNERS = 500_000  # of boundaries held at once: about 40 MB
MOST_POINTS = 50_000
_FETCHED = 50


@dataclass(slots=True)
class _Batch:
    """Some areas in order of kind, vintage and code."""

    keys: list[tuple[str, str, str]] = field(default_factory=list)
    shapes: list[BaseGeometry] = field(default_factory=list)
    corners: int = 0


def note_moved(connection: Connection, places: Sequence[str]) -> None:
    """Remember, to the end of this transaction, that these places are new, elsewhere now, or part of another place."""
    if places:
        connection.execute(SQL["make_moved"])
        connection.execute(SQL["note_moved"], (list(places),))


def locate_moved(connection: Connection) -> int:
    """Find the areas of every place noted since the last time, and of its parts; returns how many places changed areas.

    Inside the transaction of an import, role owner.
    """
    _begin(connection)
    connection.execute(SQL["make_moved"])
    connection.execute(SQL["gather_moved"])
    connection.execute(SQL["forget_moved"])
    return _locate(connection, None)


def locate_all(connection: Connection, edition: Edition) -> int:
    """Find every place's area among those of one kind and vintage; returns how many rows changed.

    Inside the transaction of an import, role owner.
    """
    _begin(connection)
    connection.execute(SQL["gather_all"])
    return _locate(connection, edition)


def _begin(connection: Connection) -> None:
    connection.execute(SQL["make_locating"])
    connection.execute(SQL["make_located"])
    connection.execute(SQL["clear"])


def _locate(connection: Connection, edition: Edition | None) -> int:
    scope = {"kind": edition.kind if edition else None, "vintage": edition.vintage if edition else None}
    extent = connection.execute(SQL["extent"]).fetchone()
    if extent is not None and extent[0] is not None:
        box = dict(zip(("west", "south", "east", "north"), extent, strict=True))
        for batch in _batches(connection, {**scope, **box}):
            _find(connection, batch)
    left = connection.execute(SQL["drop_left"], scope).rowcount
    return left + connection.execute(SQL["add_found"]).rowcount


def _batches(connection: Connection, wanted: dict[str, object]) -> Iterator[_Batch]:
    batch = _Batch()
    with connection.cursor("boundaries") as cursor:
        cursor.itersize = _FETCHED
        for kind, vintage, code, boundary in cursor.execute(SQL["boundaries"], wanted):
            shape = shape_of(boundary)
            batch.keys.append((kind, vintage, code))
            batch.shapes.append(shape)
            batch.corners += int(shapely.get_num_coordinates(shape))
            if batch.corners >= MOST_CORNERS:
                yield batch
                batch = _Batch()
    if batch.keys:
        yield batch


def _find(connection: Connection, batch: _Batch) -> None:
    """Write down which of the gathered points lie in the areas of this batch."""
    bounds = shapely.total_bounds(np.array(batch.shapes, dtype=object)).tolist()
    box = dict(zip(("west", "south", "east", "north"), bounds, strict=True))
    with connection.cursor("points") as cursor:
        cursor.execute(SQL["points"], box)
        while rows := cursor.fetchmany(MOST_POINTS):
            places, lon, lat = zip(*rows, strict=True)
            of_shape, of_point = pairs_within(batch.shapes, np.array(lon), np.array(lat))
            found = [(places[point], *batch.keys[shape]) for shape, point in zip(of_shape, of_point, strict=True)]
            if found:
                connection.execute(SQL["keep_found"], [list(column) for column in zip(*found, strict=True)])
