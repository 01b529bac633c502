"""Places as GeoJSON (RFC 7946) or GeoParquet 1.1: WGS 84, east before north."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from hereabouts_platform.store.exports import Row

TEXTS = ("id", "kind", "name", "uprn", "usrn", "parent", "home", "attributes")
# GeoParquet 1.1: no `crs` is OGC:CRS84, an empty list of types says that they are mixed.
GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
}


def place_schema(metadata: Mapping[str, str]) -> pa.Schema:
    """Columns of an export of places; `attributes` is JSON text."""
    fields = [*((name, pa.string()) for name in TEXTS), ("lon", pa.float64()), ("lat", pa.float64())]
    return pa.schema([*fields, ("geometry", pa.binary())], {**metadata, "geo": orjson.dumps(GEO).decode()})


def place_batches(pages: Iterable[Sequence[Row]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Places with their outline, else their point, as WKB; null where there is neither."""
    for rows in pages:
        columns = {name: [row[name] for row in rows] for name in schema.names if name != "geometry"}
        yield pa.RecordBatch.from_pydict({**columns, "geometry": shapely.to_wkb(_shapes(rows)).tolist()}, schema)


def _shapes(rows: Sequence[Row]) -> Any:
    outlines = shapely.from_geojson([row["polygon"] for row in rows], on_invalid="ignore")
    points = shapely.points([[row["lon"] or 0.0, row["lat"] or 0.0] for row in rows])
    located = [row["lon"] is not None for row in rows]
    found: list[Any] = [
        outline if outline is not None else point if is_located else None
        for outline, point, is_located in zip(outlines, points, located, strict=True)
    ]
    return np.array(found, object)


def place_features(pages: Iterable[Sequence[Row]], metadata: Mapping[str, str]) -> Iterator[bytes]:
    """One FeatureCollection, a piece a page; `metadata` stands beside its features."""
    head = orjson.dumps({"type": "FeatureCollection", **metadata})[:-1] + b',"features":[\n'
    yield head
    is_first = True
    for rows in pages:
        text = b",\n".join(orjson.dumps(_feature(row)) for row in rows)
        yield text if is_first else b",\n" + text
        is_first = False
    yield b"\n]}\n"


def _feature(row: Row) -> dict[str, Any]:
    geometry: Any = None
    if row["polygon"] is not None:
        geometry = orjson.loads(row["polygon"])
    elif row["lon"] is not None:
        geometry = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    properties = {name: row[name] for name in ("kind", "name", "uprn", "usrn", "parent", "home")}
    attributes = orjson.loads(row["attributes"])
    return {
        "type": "Feature",
        "id": row["id"],
        "geometry": geometry,
        "properties": {**properties, "attributes": attributes},
    }
