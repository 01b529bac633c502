"""Places in GeoJSON: points and polygons, whose properties are the columns of `places.csv`.

A property that is not among the columns refuses the file, as a column would; null is an empty cell, and a property that
a feature does not have leaves what is stored. Features count from 1.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from hereabouts_platform.geography.shapes import NoArea, outline_of, shape_of
from hereabouts_platform.imports.place_rows import GRID, OPTIONAL, REQUIRED, outline_cell
from hereabouts_platform.imports.report import Cause, Tally
from hereabouts_platform.imports.tables import Row, RowRefused, Table, read_bytes, unknown_column
from hereabouts_schemas.errors import InputError

SUFFIXES = (".geojson", ".json")
_CRS = re.compile(r"(?:EPSG:{1,2}|EPSG/0/)(\d+)$|CRS84$")


def read_features(path: Path, tally: Tally) -> Table:
    """The features of a GeoJSON file as rows; those whose geometry cannot be used are refused.

    Raises:
        InputError: it is no collection of features, in a projection that is not known, or has a property too many.
    """
    data = read_bytes(path)
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError("file", path.name, f"It is no JSON ({error}).") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise InputError("file", path.name, "Give a GeoJSON FeatureCollection.")
    epsg = _projection(path, found)
    _check_properties(features)
    rows = tuple(_rows(features, epsg, tally))
    return Table(name=path.name, sha256=sha256(data).hexdigest(), columns=(*REQUIRED, *OPTIONAL), rows=rows)


def _projection(path: Path, found: Mapping[str, Any]) -> int:
    """RFC 7946 knows WGS 84 alone; older files name another in `crs`."""
    crs = found.get("crs")
    if crs is None:
        return 4326
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    match = _CRS.search(name)
    epsg = int(match[1] or 4326) if match else 0
    if epsg not in (4326, 27700):
        raise InputError("crs", name or crs, f"Save {path.name} in WGS 84 (EPSG:4326) or EPSG:27700.")
    return epsg


def _check_properties(features: Sequence[Mapping[str, Any]]) -> None:
    known = (*REQUIRED, *OPTIONAL)
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties")
        if properties is not None and not isinstance(properties, dict):
            raise InputError("properties", properties, "Give an object with the columns of places.csv.", line=number)
        for name in properties or ():
            if name not in known:
                error = unknown_column(name, known)
                raise InputError("property", name, error.cure, line=number)


def _rows(features: Sequence[Mapping[str, Any]], epsg: int, tally: Tally) -> Iterator[Row]:
    for number, feature in enumerate(features, start=1):
        try:
            yield _row(number, feature, epsg)
        except RowRefused as refused:
            tally.refuse(number, refused.cause, refused.reason)


def _row(number: int, feature: Mapping[str, Any], epsg: int) -> Row:
    properties = dict(feature.get("properties") or {})
    if "id" not in properties and feature.get("id") is not None:
        properties["id"] = feature["id"]
    cells = {name: _cell(name, value) for name, value in properties.items()}
    geometry = feature.get("geometry")
    if geometry is None:
        return Row(line=number, cells=cells)
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "Point":
        return Row(line=number, cells=_with_point(cells, geometry, epsg))
    if kind not in ("Polygon", "MultiPolygon"):
        raise RowRefused(
            Cause.WRONG_SHAPE, f"Its geometry is a {kind}. Places are points, polygons or several polygons."
        )
    try:
        outline = outline_of(shape_of(geometry), epsg)
    except NoArea as error:
        raise RowRefused(Cause.NO_BOUNDARY, str(error)) from None
    return Row(line=number, cells=cells, polygon=outline_cell(outline.geojson))


def _with_point(cells: dict[str, str], geometry: Mapping[str, Any], epsg: int) -> dict[str, str]:
    if cells.keys() & {"lon", "lat", *GRID}:
        raise RowRefused(Cause.WRONG_SHAPE, "The position stands twice: as geometry and in the properties. Keep one.")
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        raise RowRefused(Cause.WRONG_SHAPE, "The coordinates of its point are not two numbers.")
    names = GRID if epsg == 27700 else ("lon", "lat")
    return {**cells, **{name: str(value) for name, value in zip(names, coordinates, strict=False)}}


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        if "\0" in value:
            raise RowRefused(Cause.WRONG_SHAPE, f"{name} holds a NUL character. Take it out.")
        return value.strip()
    if name == "attributes":
        return orjson.dumps(value).decode()
    if isinstance(value, float) and value.is_integer() and name in ("uprn", "usrn", "id"):
        return str(int(value))
    return str(value)
