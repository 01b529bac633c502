"""OS Open UPRN: every addressable place of Great Britain, about 40 million rows, of which a council takes its own.

The file says a UPRN and where it is, not what it is. A place of the store that has the UPRN gets its position; with a
filter, the others become places of the kind `building`, whose id is their UPRN. The file is read in pieces, and memory
does not grow with it. LONGITUDE and LATITUDE are taken: Ordnance Survey has computed them from the grid references
itself, exactly.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hereabouts_platform.geography.shapes import shape_of
from hereabouts_platform.imports.cells import name, number
from hereabouts_platform.imports.place_rows import position, reference
from hereabouts_platform.imports.report import Cause, Tally
from hereabouts_platform.imports.tables import RowRefused, say_wrong_length
from hereabouts_platform.store import imports as store
from hereabouts_platform.store.areas import boundary_of, find_area
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.locating import note_moved
from hereabouts_platform.store.places import Box
from hereabouts_schemas.area import edition_of
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.place import Place, PlaceKind

COLUMNS = ("UPRN", "X_COORDINATE", "Y_COORDINATE", "LATITUDE", "LONGITUDE")
CHUNK_ROWS = 50_000
_LONGEST_LINE = 1_000
_BLOCK_BYTES = 1 << 20

Progress = Callable[[int, int], None]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Some rows of the file, and the line of the first of them."""

    first: int
    rows: list[list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class UprnOptions:
    """What to take of the file; nothing said: only what the store has places for.

    Attributes:
        within: an area of the store, `CODE` (its newest vintage) or `CODE@vintage`.
        box: a part of the map, edges included.
    """

    within: str | None = None
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filter:
    """Which positions are taken; with neither, those of UPRNs that are known."""

    words: str
    box: Box | None
    shape: BaseGeometry | None

    def keeps(self, lon: Numbers, lat: Numbers) -> NDArray[np.bool_]:
        if self.box is None:
            return np.ones(len(lon), dtype=bool)
        box = self.box
        kept = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
        if self.shape is not None and kept.any():
            kept[kept] = shapely.intersects_xy(self.shape, lon[kept], lat[kept])
        return np.asarray(kept)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    line: int
    uprn: str
    lon: float
    lat: float


def is_open_uprn(path: Path) -> bool:
    """Whether a file begins as OS Open UPRN does."""
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
    except OSError:
        return False
    return tuple(_header(first)) == COLUMNS


def take_open_uprn(
    connection: Connection, path: Path, options: UprnOptions, tally: Tally, progress: Progress | None
) -> str:
    """Store what is wanted of the file, inside the import's transaction; returns its SHA-256.

    Raises:
        InputError: the filter names no area with a boundary, or the file is no CSV somewhere.
    """
    chosen = _filter(connection, options)
    known = store.all_uprns(connection) if chosen.box is None else None
    left = 0
    with path.open("rb") as opened:
        file, total = _Hashed(opened), path.stat().st_size
        for chunk in _chunks(path, file):
            refused = tally.refused_count
            rows = _rows(chunk, chosen, known, tally)
            left += len(chunk.rows) - len(rows) - (tally.refused_count - refused)
            _save(connection, rows, tally, makes_new=known is None)
            if progress is not None:
                progress(file.bytes_read, total)
    tally.notes.append(f"Left out: {left:,} row{'s' if left != 1 else ''}, {chosen.words}.")
    return file.sha256


class _Hashed(io.RawIOBase):
    """A file that is hashed and measured as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        block = self._file.read(len(memoryview(buffer)))
        self._digest.update(block)
        self.bytes_read += len(block)
        memoryview(buffer)[: len(block)] = block
        return len(block)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _chunks(path: Path, file: _Hashed) -> Iterator[Chunk]:
    """Rows in pieces, without the header; what is not UTF-8 is no digit, and refused with its line."""
    text = io.TextIOWrapper(io.BufferedReader(file, _BLOCK_BYTES), encoding="utf-8-sig", errors="replace", newline="")
    reader = csv.reader(text)
    next(reader)
    try:
        line = reader.line_num
        while rows := list(islice(reader, CHUNK_ROWS)):
            if reader.line_num - line != len(rows):
                raise InputError("file", path.name, "A cell goes on over the end of its line.", line=line + 1)
            yield Chunk(first=line + 1, rows=rows)
            line = reader.line_num
    except csv.Error as error:
        cure = f"It is no CSV from there on ({error})."
        raise InputError("file", path.name, cure, line=reader.line_num) from None


def _header(first: bytes) -> list[str]:
    text = first.decode("utf-8-sig", "replace").strip()
    return [cell.strip().upper() for cell in next(csv.reader([text]), [])]


def _filter(connection: Connection, options: UprnOptions) -> _Filter:
    if options.within is not None and options.box is not None:
        raise InputError("--within-area", options.within, "Give --within-area or --bbox, not both.")
    if options.box is not None:
        return _Filter(words="outside the box", box=options.box, shape=None)
    if options.within is None:
        return _Filter(words="whose UPRN no place of the store has", box=None, shape=None)
    code, vintage = edition_of(options.within)
    area = find_area(connection, code, vintage)
    boundary = boundary_of(connection, code, area["vintage"]) if area is not None else None
    if area is None or boundary is None:
        cure = "There is no such area with a boundary. Import it with `hereabouts import areas` first."
        raise InputError("--within-area", options.within, cure)
    shape = shape_of(boundary)
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    box = Box(west=west, south=south, east=east, north=north)
    return _Filter(words=f"outside {code} as of {area['vintage']}", box=box, shape=shape)


def _rows(chunk: Chunk, chosen: _Filter, known: set[str] | None, tally: Tally) -> list[_Row]:
    """The rows of a chunk that are wanted; wrong ones are refused, wherever they lie."""
    try:
        columns = list(zip(*chunk.rows, strict=True))
        lat, lon = (np.array(columns[k], dtype=np.float64) for k in (3, 4))
        is_plain = len(columns) == len(COLUMNS) and bool(np.isfinite(lat).all() and np.isfinite(lon).all())
    except (ValueError, IndexError):
        is_plain = False
    if not is_plain:
        return [
            row
            for line, cells in enumerate(chunk.rows, chunk.first)
            for row in _carefully(line, cells, chosen, known, tally)
        ]
    wanted = np.flatnonzero(chosen.keeps(lon, lat)).tolist()
    if known is not None:
        wanted = [k for k in wanted if columns[0][k].strip().lstrip("0") in known]
    return [
        row
        for k in wanted
        for row in _checked(chunk.first + k, columns[0][k], float(lon[k]), float(lat[k]), tally)
    ]  # fmt: skip


def _carefully(line: int, cells: Sequence[str], chosen: _Filter, known: set[str] | None, tally: Tally) -> list[_Row]:
    """One row of a chunk in which something is wrong, as none or one."""
    if not any(cells):
        return []
    if len(cells) != len(COLUMNS):
        tally.refuse(line, Cause.WRONG_SHAPE, say_wrong_length(len(cells), len(COLUMNS)))
        return []
    try:
        lat, lon = number("LATITUDE", cells[3].strip()), number("LONGITUDE", cells[4].strip())
    except RowRefused as refused:
        tally.refuse(line, refused.cause, refused.reason)
        return []
    is_wanted = bool(chosen.keeps(np.array([lon]), np.array([lat]))[0])
    if not is_wanted or (known is not None and cells[0].strip().lstrip("0") not in known):
        return []
    return _checked(line, cells[0], lon, lat, tally)


def _checked(line: int, uprn: str, lon: float, lat: float, tally: Tally) -> list[_Row]:
    try:
        found = reference("UPRN", name("UPRN", uprn.strip()), 12)
        lon, lat = position(lon, lat)
    except RowRefused as refused:
        tally.refuse(line, refused.cause, refused.reason)
        return []
    return [_Row(line=line, uprn=str(found), lon=lon, lat=lat)]


def _save(connection: Connection, rows: Sequence[_Row], tally: Tally, *, makes_new: bool) -> None:
    """Store the positions of known places and, where that is wanted, a place for every other UPRN."""
    latest = {row.uprn: row for row in rows}
    if not latest:
        return
    known = store.places_with_uprn(connection, list(latest))
    moved = [place for place in known if (place.lon, place.lat) != _point(latest, place.uprn)]
    moved = [replace(place, lon=latest[str(place.uprn)].lon, lat=latest[str(place.uprn)].lat) for place in moved]
    new = latest.keys() - {place.uprn for place in known} if makes_new else set()
    strangers = store.known_places(connection, sorted(new))
    for uprn in strangers:
        reason = f"The place {uprn} of the store has another UPRN, or none. Give it this one, or another id."
        tally.refuse(latest[uprn].line, Cause.CONFLICT, reason)
    made = [_place(latest[uprn]) for uprn in sorted(new - strangers.keys())]
    store.save_places(connection, [*moved, *made])
    note_moved(connection, [place.id for place in (*moved, *made)])
    updated = {place.uprn for place in moved}
    tally.updated += len(updated)
    tally.stored += len(updated) + len(made)
    tally.duplicate += len(rows) - len(updated) - len(made) - len(strangers)


def _point(rows: Mapping[str, _Row], uprn: str | None) -> tuple[float, float]:
    row = rows[str(uprn)]
    return row.lon, row.lat


def _place(row: _Row) -> Place:
    return Place(id=row.uprn, kind=PlaceKind.BUILDING, name=f"UPRN {row.uprn}", lon=row.lon, lat=row.lat, uprn=row.uprn)
