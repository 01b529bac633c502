"""Positions in the coordinates that were asked for, boxes in either, and GeoJSON answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from fastapi.responses import Response
from pydantic import BaseModel

from hereabouts_api.parameters import box_of
from hereabouts_platform.geography.grid import Crs, is_on_grid, point_to_metres, to_degrees
from hereabouts_platform.geography.shapes import in_metres
from hereabouts_platform.store.places import Box, Ring, Row
from hereabouts_schemas.errors import InputError

GEOJSON = "application/geo+json"
AS_GEOJSON: dict[int | str, dict[str, Any]] = {200: {"content": {GEOJSON: {}}}}
_CRS_ADDRESS = {
    Crs.WGS84: "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>",
    Crs.GRID: "<http://www.opengis.net/def/crs/EPSG/0/27700>",
}
_MOST_STEPS = 100  # along one edge of a box: bends of the other grid are followed to about a metre


def place_asked_box(text: str, crs: Crs) -> tuple[Box, Ring | None]:
    """Read a box: the box in degrees around it and, of one in metres, its own edges in degrees.

    Raises:
        InputError: no box, or one that reaches beyond the National Grid.
    """
    if crs is Crs.WGS84:
        return box_of(text), None
    cure = "Give west,south,east,north in metres of the National Grid, like 420000,430000,430000,440000."
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError("bbox", text, cure) from error
    if not (is_on_grid(west, south) and is_on_grid(east, north) and west <= east and south <= north):
        raise InputError("bbox", text, cure)
    xs, ys = np.linspace(west, east, _MOST_STEPS), np.linspace(south, north, _MOST_STEPS)
    flat, steep = np.ones(_MOST_STEPS), np.ones(_MOST_STEPS)
    lon, lat = to_degrees(
        np.concatenate((xs, east * steep, xs[::-1], west * steep)),
        np.concatenate((south * flat, ys, north * flat, ys[::-1])),
    )
    box = Box(west=float(lon.min()), south=float(lat.min()), east=float(lon.max()), north=float(lat.max()))
    return box, tuple(zip(lon.tolist(), lat.tolist(), strict=True))


def with_metres(row: Row, crs: Crs) -> Row:
    """A place with easting and northing, where those were asked for and it has them."""
    metres = None
    if crs is Crs.GRID and row["lon"] is not None:
        metres = point_to_metres(row["lon"], row["lat"])
    easting, northing = metres or (None, None)
    return {**row, "easting": easting, "northing": northing}


def outline_in(polygon: dict[str, object] | None, crs: Crs) -> dict[str, object] | None:
    """An outline in the coordinates that were asked for."""
    return in_metres(polygon) if polygon is not None and crs is Crs.GRID else polygon


def geometry_of(row: Row, crs: Crs) -> dict[str, object] | None:
    """The GeoJSON geometry of a place: its outline, else its point."""
    if row["polygon"] is not None:
        return outline_in(row["polygon"], crs)
    names = ("easting", "northing") if crs is Crs.GRID else ("lon", "lat")
    point = [row[name] for name in names]
    return {"type": "Point", "coordinates": point} if None not in point else None


def crs_member(crs: Crs) -> dict[str, object] | None:
    """What tells programs that GeoJSON is not in WGS 84; RFC 7946 has no word for it, its forerunner had."""
    if crs is Crs.WGS84:
        return None
    return {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}


def geojson_answer(collection: BaseModel, crs: Crs = Crs.WGS84) -> Response:
    """The answer to `f=geojson`, with the header that names its coordinates."""
    body = collection.model_dump_json(by_alias=True, exclude={"crs"} if crs is Crs.WGS84 else None)
    return Response(body, media_type=GEOJSON, headers={"Content-Crs": _CRS_ADDRESS[crs]})


def features_of(rows: Sequence[Row], crs: Crs, inside: set[str]) -> list[dict[str, object]]:
    """Places as features; `inside` are the names of their properties."""
    return [
        {
            "type": "Feature",
            "id": row["id"],
            "geometry": geometry_of(row, crs),
            "properties": {name: value for name, value in row.items() if name in inside},
        }
        for row in rows
    ]
