"""One row of a file of places as a place: cells checked, positions of either grid, outlines."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from hereabouts_platform.geography.grid import is_on_grid, point_to_degrees
from hereabouts_platform.geography.shapes import shape_of
from hereabouts_platform.imports.cells import json_object, name, number, say_close
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import Row, RowRefused
from hereabouts_platform.rules.waste_places import check_attributes
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.place import Place, PlaceKind

REQUIRED = ("id", "kind", "name")
GRID = ("easting", "northing")
OPTIONAL = ("lon", "lat", *GRID, "uprn", "usrn", "parent", "attributes")
_KEPT = ("lon", "lat", "uprn", "usrn", "parent", "attributes")


def place_of(row: Row, known: Mapping[str, Place]) -> Place:
    """The place a row describes; what the row has no cell for stays as the store holds it.

    Raises:
        RowRefused: a cell is wrong.
    """
    found = Place(id=name("id", row.cell("id")), kind=_kind(row), name=_name(row))
    lon, lat = _position(row)
    found = replace(
        found,
        lon=lon,
        lat=lat,
        uprn=reference("uprn", row.cell("uprn"), 12),
        usrn=reference("usrn", row.cell("usrn"), 8),
        parent=row.cell("parent") or None,
        attributes=json_object("attributes", row.cell("attributes")),
        polygon=row.polygon,
    )
    stands = known.get(found.id)
    if stands is not None:
        found = replace(found, **_unsaid(row, stands))
    _check_kinship(found)
    try:
        check_attributes(found.kind, found.attributes)
    except InputError as error:
        raise RowRefused(Cause.ATTRIBUTE, f"attributes: {error}") from None
    return _with_inner_point(found)


def _unsaid(row: Row, stands: Place) -> dict[str, Any]:
    """What the store holds in place of the cells that the row does not have."""
    said = set(row.cells)
    if said & set(GRID):
        said |= {"lon", "lat"}
    unsaid: dict[str, Any] = {column: getattr(stands, column) for column in _KEPT if column not in said}
    if row.polygon is None:
        unsaid["polygon"] = stands.polygon
    elif not said & {"lon", "lat"}:
        unsaid |= {"lon": None, "lat": None}  # the outline is new, and so is the point inside it
    return unsaid


def _with_inner_point(place: Place) -> Place:
    """A place that has an outline and no point gets a point inside."""
    if place.polygon is None or place.lon is not None:
        return place
    point = shape_of(place.polygon).representative_point()
    return replace(place, lon=round(point.x, 7), lat=round(point.y, 7))


def _name(row: Row) -> str:
    text = row.cell("name")
    if not text:
        raise RowRefused(Cause.WRONG_SHAPE, "name is empty. Every place needs one.")
    return text


def _kind(row: Row) -> PlaceKind:
    text = row.cell("kind")
    try:
        return PlaceKind(text)
    except ValueError:
        hint = say_close(text.lower(), PlaceKind)
        kinds = ", ".join(PlaceKind)
        raise RowRefused(Cause.UNKNOWN_KIND, f"There is no kind {text!r}.{hint} Kinds are {kinds}.") from None


def _position(row: Row) -> tuple[float | None, float | None]:
    degrees = row.cell("lon"), row.cell("lat")
    metres = row.cell("easting"), row.cell("northing")
    for pair, names in ((degrees, "lon and lat"), (metres, "easting and northing")):
        if "" in pair and pair != ("", ""):
            raise RowRefused(Cause.WRONG_SHAPE, f"{names} belong together. Give both, or leave both empty.")
    if "" not in degrees and "" not in metres:
        raise RowRefused(Cause.WRONG_SHAPE, "The position stands twice. Give lon and lat, or easting and northing.")
    if "" not in metres:
        return position_on_grid(number("easting", metres[0]), number("northing", metres[1]))
    if "" in degrees:
        return None, None
    return position(number("lon", degrees[0]), number("lat", degrees[1]))


def position_on_grid(easting: float, northing: float) -> tuple[float, float]:
    """Longitude and latitude of a position on the National Grid.

    Raises:
        RowRefused: it does not lie on the National Grid.
    """
    lon, lat = point_to_degrees(easting, northing)
    if not is_on_grid(easting, northing) or not math.isfinite(lon):
        raise RowRefused(
            Cause.RANGE,
            f"easting {easting:g}, northing {northing:g} does not lie on the National Grid, whose eastings go from 0 "
            "to 700000 metres and northings from 0 to 1300000.",
        )
    return lon, lat


def position(lon: float, lat: float) -> tuple[float, float]:
    """A position in WGS 84 degrees that is one.

    Raises:
        RowRefused: it is none, or the two look swapped.
    """
    if 49 <= lon <= 61 and -9 <= lat <= 2:
        raise RowRefused(
            Cause.RANGE,
            f"lon {lon:g} and lat {lat:g} look swapped: in the United Kingdom lon lies between -9 and 2, "
            "lat between 49 and 61. Swap them.",
        )
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        metres = (
            " These look like metres of the National Grid: name the columns easting and northing."
            if is_on_grid(lon, lat) and lon > 1000
            else ""
        )
        raise RowRefused(Cause.RANGE, f"lon {lon:g}, lat {lat:g} is no position.{metres} Give WGS 84 degrees.")
    return lon, lat


def reference(column: str, text: str, digits: int) -> str | None:
    """A UPRN or USRN as text without leading zeros; None for an empty cell.

    Raises:
        RowRefused: it is neither.
    """
    if not text:
        return None
    bare = text.lstrip("0")
    if not (text.isascii() and text.isdigit()) or not 1 <= len(bare) <= digits:
        excel = " A spreadsheet has made a number of it: format the column as text." if "E+" in text.upper() else ""
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} {text!r} must be 1 to {digits} digits and not zero.{excel}")
    return bare


def outline_cell(geojson: str) -> Mapping[str, object]:
    """A GeoJSON geometry as a place keeps it."""
    found: dict[str, object] = orjson.loads(geojson)
    return found


def _check_kinship(place: Place) -> None:
    if place.parent == place.id:
        raise RowRefused(Cause.CYCLE, "The place is its own parent. Name the place it is part of, or none.")
    if place.kind is PlaceKind.ROOM and (place.parent is None or not place.id.startswith(f"{place.parent}/")):
        raise RowRefused(
            Cause.WRONG_SHAPE,
            f"A room's id is its parent's id, a slash and the room, like 'H1/bedroom' with parent H1; "
            f"this one is {place.id!r} with parent {place.parent or 'none'}.",
        )
