"""Features of a GeoJSON file: their properties as cells, and their shape in WGS 84 as the last one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from hereabouts_platform.geography.gdal import gdal
from hereabouts_platform.geography.grid import Numbers, to_degrees
from hereabouts_schemas.errors import InputError

Rows = Callable[[], Iterator[tuple[int, list[object]]]]
Mover = Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]

SHAPE = "geometry"
_AT_ONCE = 5000
_OPTIONS = {"DATE_AS_STRING": "YES"}


def open_geojson(path: Path) -> tuple[list[str], int | None, Rows]:
    """The names of the properties and `geometry`, how many features there are, and what reads them.

    Raises:
        InputError: it is no GeoJSON, or in coordinates that are not known here.
    """
    try:
        info = gdal().read_info(path, **_OPTIONS)
    except _refused() as error:
        raise InputError("file", path.name, f"It cannot be read as GeoJSON ({str(error)[:200]}).") from None
    move = _mover(path, info["crs"])
    names = [str(name) for name in info["fields"]]

    def rows() -> Iterator[tuple[int, list[object]]]:
        yield from _rows(path, names, move)

    total = int(info["features"])
    return [*names, SHAPE], total if total >= 0 else None, rows


def _refused() -> tuple[type[Exception], ...]:
    errors = gdal().errors
    return (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, UnicodeDecodeError)


def _mover(path: Path, crs: str | None) -> Mover | None:
    """What takes shapes to WGS 84; None where they are in it. RFC 7946 means WGS 84 where nothing is said."""
    try:
        found = CRS.from_user_input(crs) if crs else CRS.from_epsg(4326)
    except CRSError:
        cure = "Its coordinates are in a system that is not known here. Save it in WGS 84."
        raise InputError("crs", f"{crs} of {path.name}", cure) from None
    if found == CRS.from_epsg(4326) or found.to_authority() in (("OGC", "CRS84"), ("EPSG", "4326")):
        return None
    if found.to_authority() == ("EPSG", "27700"):
        return to_degrees
    move: Mover = Transformer.from_crs(found, "EPSG:4326", always_xy=True).transform
    return move


def _rows(path: Path, names: list[str], move: Mover | None) -> Iterator[tuple[int, list[object]]]:
    line = 2
    try:
        with gdal().raw.open_arrow(
            path, batch_size=_AT_ONCE, use_pyarrow=True, datetime_as_string=True, **_OPTIONS
        ) as (meta, reader):
            shape = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                columns = [batch.column(name).to_pylist() for name in [*names, shape]]
                for cells in zip(*columns, strict=True):
                    yield line, [*cells[:-1], _in_degrees(cells[-1], move)]
                    line += 1
    except _refused() as error:
        cure = f"It cannot be read from there on ({str(error)[:200]})."
        raise InputError("file", path.name, cure, line=line) from None


def _in_degrees(shape: object, move: Mover | None) -> object:
    if move is None or not isinstance(shape, bytes):
        return shape
    moved = shapely.transform(shapely.from_wkb(shape), move, interleaved=False)
    return shapely.to_wkb(moved)
