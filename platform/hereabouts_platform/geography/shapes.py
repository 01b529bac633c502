"""Boundaries and outlines: mended, in WGS 84, as GeoJSON; and which points lie in which of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from hereabouts_platform.geography.grid import DEGREE_DIGITS, to_degrees, to_metres

Numbers = NDArray[np.float64]

_POLYGONS = ("Polygon", "MultiPolygon")
_MERCATOR, _GRID = 3857, 27700
KNOWN_CRS = (4326, 4258, _GRID, _MERCATOR)  # 4258 is ETRS89, taken for WGS 84


class NoArea(ValueError):
    """A geometry that encloses nothing, or lies nowhere; the message is a sentence for the reader."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """A polygon or several, in WGS 84 degrees to 7 places.

    Attributes:
        was_mended: whether it crossed itself, or was broken in another way.
    """

    shape: BaseGeometry
    was_mended: bool

    @property
    def geojson(self) -> str:
        """It as a GeoJSON geometry."""
        return str(shapely.to_geojson(self.shape))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        west, south, east, north = self.shape.bounds
        return west, south, east, north


def outline_of(shape: BaseGeometry | None, epsg: int) -> Outline:
    """A boundary as it is kept: without heights, mended, in WGS 84.

    Args:
        shape: as the file has it.
        epsg: its projection, one of `KNOWN_CRS`.

    Raises:
        NoArea: it encloses nothing, or has positions that are none.
    """
    if shape is None or shape.is_empty:
        raise NoArea("It has no geometry.")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise NoArea("Its geometry has coordinates that are no numbers.")
    flat = shapely.force_2d(shape)
    mended, was_mended = _mended(flat)
    moved = shapely.transform(mended, _mover(epsg))
    _check_on_globe(moved)
    return Outline(shape=_mended(moved)[0], was_mended=was_mended)


def join(outlines: Sequence[Outline]) -> Outline:
    """Several parts of one boundary as one."""
    shape = shapely.union_all([outline.shape for outline in outlines])
    return Outline(shape=_mended(shape)[0], was_mended=any(outline.was_mended for outline in outlines))


def shape_of(geojson: str | Mapping[str, Any]) -> BaseGeometry:
    """The shape of a GeoJSON geometry.

    Raises:
        NoArea: it is none.
    """
    text = geojson if isinstance(geojson, str) else orjson.dumps(geojson).decode()
    try:
        return shapely.from_geojson(text)
    except shapely.errors.GEOSException:
        raise NoArea("Its geometry is no GeoJSON geometry.") from None


def in_metres(geojson: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON geometry in degrees as one in metres of the National Grid, to the centimetre."""

    def move(degrees: Numbers) -> Numbers:
        return np.column_stack(to_metres(degrees[:, 0], degrees[:, 1]))

    found: dict[str, Any] = orjson.loads(shapely.to_geojson(shapely.transform(shape_of(geojson), move)))
    return found


def pairs_within(
    shapes: Sequence[BaseGeometry], lon: Numbers, lat: Numbers
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which points lie in which shapes, edges included: the indices of shapes and of points, pair by pair.

    The tree is one of the points, as each shape is then prepared once for all points that lie in its box.
    """
    tree = shapely.STRtree(shapely.points(lon, lat))
    of_shape, of_point = tree.query(np.array(shapes, dtype=object), predicate="intersects")
    return of_shape, of_point


def _mended(shape: BaseGeometry) -> tuple[BaseGeometry, bool]:
    """The polygons of a shape, valid, and whether they were not."""
    was_broken = not shape.is_valid
    whole = shapely.make_valid(shape) if was_broken else shape
    if whole.geom_type not in _POLYGONS:
        polygons = [part for part in shapely.get_parts(whole) if part.geom_type in _POLYGONS]
        whole = shapely.union_all(polygons)
    if whole.is_empty or whole.geom_type not in _POLYGONS:
        raise NoArea(f"Its geometry is a {shape.geom_type} that encloses nothing. An area is a polygon or several.")
    return whole, was_broken


def _mover(epsg: int) -> Callable[[Numbers], Numbers]:
    move = {_GRID: to_degrees, _MERCATOR: _from_mercator}.get(epsg, _keep)

    def apply(coordinates: Numbers) -> Numbers:
        return np.column_stack(move(coordinates[:, 0], coordinates[:, 1]))

    return apply


def _keep(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    return np.round(lon, DEGREE_DIGITS), np.round(lat, DEGREE_DIGITS)


def _from_mercator(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    return _keep(*Transformer.from_crs(_MERCATOR, 4326, always_xy=True).transform(x, y))


def _check_on_globe(shape: BaseGeometry) -> None:
    west, south, east, north = shape.bounds
    if not np.isfinite(shapely.get_coordinates(shape)).all() or not (
        -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    ):
        raise NoArea("It does not lie on the globe. Are its coordinates in the projection that the file names?")
    if 49 <= west <= east <= 61 and -9 <= south <= north <= 2:
        raise NoArea("Longitude and latitude look swapped: in the United Kingdom longitude lies between -9 and 2.")
