"""Where a row is: the identifier in one spelling, or a position in WGS 84 degrees."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import shapely

from hereabouts_platform.datasets.cells import number_of, text_of
from hereabouts_platform.datasets.spec import PlaceKind, PlaceSpec
from hereabouts_platform.geography.grid import is_on_grid, point_to_degrees
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import RowRefused

_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", re.ASCII)
_GSS = re.compile(r"[A-Z][0-9]{8}", re.ASCII)
_DECIMALS = re.compile(r"\.0+$")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """A row's place: as the file gives it, in one spelling, or as a point."""

    given: str
    identifier: str | None = None
    lon: float | None = None
    lat: float | None = None


Placer = Callable[[Sequence[object]], Where]


def placer_of(spec: PlaceSpec) -> Placer:
    """What finds the place in the cells of `spec.columns`, or in a row's shape as WKB; raises `RowRefused`."""
    if spec.kind is PlaceKind.GEOMETRY:
        return lambda cells: _of_shape(cells[0])
    if spec.kind in (PlaceKind.LONLAT, PlaceKind.GRID):
        to_point = degrees if spec.kind is PlaceKind.LONLAT else from_grid
        return lambda cells: _of_position(spec.columns, cells, to_point)
    spell = _SPELLINGS[spec.kind]
    column = spec.columns[0]

    def place(cells: Sequence[object]) -> Where:
        given = text_of(column, cells[0])
        if not given:
            raise RowRefused(Cause.NO_PLACE, f"{column} is empty, so nobody can say where this is. Fill it in.")
        return Where(given=given, identifier=spell(column, given))

    return place


def degrees(columns: Sequence[str], lon: float, lat: float) -> tuple[float, float]:
    """A position in WGS 84 degrees.

    Raises:
        RowRefused: it is none, or its parts look swapped.
    """
    said = f"{columns[0]} {lon:g}, {columns[1]} {lat:g}"
    if 49 <= lon <= 61 and -9 <= lat <= 2:
        raise RowRefused(
            Cause.RANGE, f"{said} look swapped: in the United Kingdom lat lies between 49 and 61. Swap them."
        )
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise RowRefused(Cause.RANGE, f"{said} is no position in degrees. Metres of the National Grid are kind grid.")
    return lon, lat


def from_grid(columns: Sequence[str], east: float, north: float) -> tuple[float, float]:
    """A position of the British National Grid (metres) in WGS 84 degrees, as true as geography/grid.py says.

    Raises:
        RowRefused: it lies outside the grid.
    """
    if not is_on_grid(east, north) or (east, north) == (0, 0):
        said = f"{columns[0]} {east:g}, {columns[1]} {north:g}"
        raise RowRefused(
            Cause.RANGE, f"{said} lies outside the National Grid (700 by 1,300 km). Give metres, east first."
        )
    return point_to_degrees(east, north)


def _of_position(
    columns: Sequence[str],
    cells: Sequence[object],
    to_point: Callable[[Sequence[str], float, float], tuple[float, float]],
) -> Where:
    texts = [text_of(column, cell) for column, cell in zip(columns, cells, strict=True)]
    if not all(texts):
        raise RowRefused(
            Cause.NO_PLACE, f"{' and '.join(columns)} must both be filled in, or nobody can say where it is."
        )
    first, second = (number_of(column, cell) for column, cell in zip(columns, cells, strict=True))
    lon, lat = to_point(columns, first, second)
    return Where(given=", ".join(texts), lon=lon, lat=lat)


def _of_shape(shape: object) -> Where:
    found = shapely.from_wkb(shape) if isinstance(shape, bytes) else None
    if found is None or found.is_empty:
        raise RowRefused(Cause.NO_PLACE, "The feature has no geometry, so nobody can say where this is. Give it one.")
    point = found if found.geom_type == "Point" else found.representative_point()
    if not (isfinite(point.x) and isfinite(point.y)):
        raise RowRefused(Cause.NO_PLACE, "The feature's geometry has no position. Correct it.")
    lon, lat = degrees(("lon", "lat"), point.x, point.y)
    return Where(given=f"{found.geom_type} at {lon:.7g}, {lat:.7g}", lon=lon, lat=lat)


def _reference(digits: int) -> Callable[[str, str], str]:
    def spell(column: str, given: str) -> str:
        plain = _DECIMALS.sub("", given)
        bare = plain.lstrip("0")
        if not (plain.isascii() and plain.isdigit()) or not 1 <= len(bare) <= digits:
            excel = (
                " A spreadsheet has made a number of it: format the column as text." if "E+" in given.upper() else ""
            )
            raise RowRefused(
                Cause.NO_PLACE, f"{column} {given[:40]!r} must be 1 to {digits} digits, not all zero.{excel}"
            )
        return bare

    return spell


def _postcode(column: str, given: str) -> str:
    bare = _BLANKS.sub("", given).upper()
    if not _POSTCODE.fullmatch(bare):
        raise RowRefused(Cause.NO_PLACE, f"{column} {given[:40]!r} is no whole postcode. Write it like LS1 4AP.")
    return bare


def _gss(column: str, given: str) -> str:
    bare = given.upper()
    if not _GSS.fullmatch(bare):
        raise RowRefused(Cause.NO_PLACE, f"{column} {given[:40]!r} is no GSS code. Write it like E05011382.")
    return bare


_SPELLINGS = {
    PlaceKind.UPRN: _reference(12),
    PlaceKind.USRN: _reference(8),
    PlaceKind.POSTCODE: _postcode,
    PlaceKind.GSS: _gss,
}
