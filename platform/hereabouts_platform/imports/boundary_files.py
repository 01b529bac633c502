"""Files of boundaries as they are published: GeoJSON, GeoPackage, Shapefile, also inside a zip. Read in pieces."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar
from zipfile import BadZipFile, ZipFile

import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from hereabouts_platform.geography.gdal import gdal
from hereabouts_platform.geography.shapes import KNOWN_CRS
from hereabouts_schemas.errors import InputError

READ_AT_ONCE = 200  # boundaries; a ward at full resolution has a few thousand corners
_READABLE = (".geojson", ".json", ".gpkg", ".shp")
Told = TypeVar("Told")
_ENOUGH = 60  # of 100: Esri's way of writing the National Grid's definition counts as the National Grid


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundaryFile:
    """One layer of a file.

    Attributes:
        address: the file as GDAL names it, the part of a zip included.
        columns: the names of its attributes, as they stand there.
        epsg: its projection, one of `KNOWN_CRS`.
        count: how many boundaries it holds.
    """

    address: str
    layer: str
    columns: tuple[str, ...]
    epsg: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One boundary as the file has it; `number` counts from 1, `cells` are the asked-for attributes as text."""

    number: int
    cells: dict[str, str]
    shape: BaseGeometry | None


def open_boundaries(path: Path, layer: str | None) -> BoundaryFile:
    """Find the layer to read and its projection.

    Raises:
        InputError: it cannot be read, has several layers and none is named, or says no projection that is known.
    """
    choices = _layers(path)
    names = list(choices)
    if layer is None and len(choices) > 1:
        raise InputError("--layer", "", f"{path.name} has several layers. Name one: {', '.join(names)}.")
    if layer is not None and layer not in choices:
        raise InputError("--layer", layer, f"{path.name} has {', '.join(names)}.")
    chosen = layer if layer is not None else names[0]
    address = choices[chosen]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL finds odd is seen in the features themselves
        info = _told(path, lambda: gdal().read_info(address, layer=chosen, force_feature_count=True))
    return BoundaryFile(
        address=address,
        layer=chosen,
        columns=tuple(str(column) for column in info["fields"]),
        epsg=_projection(path, info["crs"]),
        count=int(info["features"]),
    )


def read_boundaries(file: BoundaryFile, columns: Sequence[str]) -> Iterator[list[Feature]]:
    """The boundaries in pieces of `READ_AT_ONCE`, in the order of the file."""
    for start in range(0, file.count, READ_AT_ONCE):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            meta, _, geometry, fields = gdal().raw.read(
                file.address,
                layer=file.layer,
                columns=list(columns),
                skip_features=start,
                max_features=min(READ_AT_ONCE, file.count - start),
            )
        shapes = shapely.from_wkb(geometry, on_invalid="ignore")
        by_name = {str(name): values for name, values in zip(meta["fields"], fields, strict=True)}
        yield [
            Feature(number=start + k + 1, cells={name: _text(by_name[name][k]) for name in columns}, shape=shape)
            for k, shape in enumerate(shapes)
        ]


def codes_of(file: BoundaryFile, column: str) -> list[str]:
    """One attribute of every boundary, as text, without reading the boundaries."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        _, _, _, fields = gdal().raw.read(file.address, layer=file.layer, columns=[column], read_geometry=False)
    return [_text(value) for value in fields[0]]


def _layers(path: Path) -> dict[str, str]:
    """Every layer with a geometry -> the address of the file that holds it."""
    if path.suffix.lower() == ".zip":
        return {layer: address for address in _inside(path) for layer in _layers_at(path, address)}
    if path.suffix.lower() not in _READABLE:
        raise InputError("file", path.name, f"Give boundaries as {', '.join(_READABLE)}, or a zip with one of them.")
    return dict.fromkeys(_layers_at(path, str(path)), str(path))


def _inside(path: Path) -> list[str]:
    try:
        with ZipFile(path) as archive:
            members = [name for name in archive.namelist() if PurePosixPath(name).suffix.lower() in _READABLE]
    except (BadZipFile, OSError) as error:
        raise InputError("file", path.name, f"It cannot be opened as a zip ({error}).") from None
    if not members:
        raise InputError("file", path.name, f"There is no {', '.join(_READABLE)} in it.")
    return [f"/vsizip/{{{path.resolve()}}}/{member}" for member in members]


def _layers_at(path: Path, address: str) -> list[str]:
    found = [str(name) for name, kind in _told(path, lambda: gdal().list_layers(address)) if kind is not None]
    if not found:
        raise InputError("file", path.name, "It holds no geometry. Give the file of boundaries.")
    return found


def _told(path: Path, ask: Callable[[], Told]) -> Told:
    """What GDAL says, its errors as ours."""
    errors = gdal().errors
    try:
        return ask()
    except (errors.DataSourceError, errors.DataLayerError) as error:
        raise InputError("file", path.name, f"It cannot be read as boundaries ({error}).") from None


def _projection(path: Path, crs: str | None) -> int:
    if crs is None:
        raise InputError(
            "file", path.name, "It does not say its projection. Put the .prj that came with a Shapefile beside it."
        )
    try:
        epsg = CRS.from_user_input(crs).to_epsg(min_confidence=_ENOUGH)
    except CRSError:
        epsg = None
    if epsg not in KNOWN_CRS:
        known = ", ".join(f"EPSG:{code}" for code in KNOWN_CRS)
        raise InputError("projection", crs, f"Save {path.name} in one of {known}.")
    return epsg


def _text(value: object) -> str:
    """A cell as text: whole numbers without a point, nothing for what is missing."""
    if value is None or value != value:  # noqa: PLR0124 - not a number
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
