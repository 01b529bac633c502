"""A file's cells as a row to store: key, place, time, values, and a hash that tells whether it changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b

import orjson

from hereabouts_platform.datasets.cells import Reader, reader_of, text_of
from hereabouts_platform.datasets.geojson_rows import SHAPE
from hereabouts_platform.datasets.placing import placer_of
from hereabouts_platform.datasets.source import SourceFile
from hereabouts_platform.datasets.spec import DatasetSpec, PlaceKind, folded
from hereabouts_platform.datasets.times import Span, span_of
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import RowRefused, say_wrong_length

LONGEST_KEY = 500

Ready = tuple[object, ...]


class RowReader:
    """Makes rows for `store.datasets.bring` of the cells of one file."""

    def __init__(self, spec: DatasetSpec, file: SourceFile) -> None:
        at = file.position
        place = (SHAPE,) if spec.place.kind is PlaceKind.GEOMETRY else spec.place.columns
        self._width = file.width
        self._key = [(name, at[folded(name)]) for name in spec.key]
        self._where = [at[folded(name)] for name in place]
        self._placer = placer_of(spec.place)
        self._span = _span_reader(spec, at)
        self._columns: list[tuple[str, int, Reader]] = [
            (column.name, at[folded(column.header)], reader_of(column)) for column in spec.columns
        ]

    def read(self, line: int, cells: Sequence[object]) -> Ready:
        """One row.

        Raises:
            RowRefused: its place, time or a value is missing or cannot be read.
        """
        if len(cells) != self._width:
            raise RowRefused(Cause.WRONG_SHAPE, say_wrong_length(len(cells), self._width))
        where = self._placer([cells[index] for index in self._where])
        from_at, to_at = self._span(cells)
        values = {}
        for name, index, read in self._columns:
            value = read(cells[index])
            if value is not None:
                values[name] = value
        content = orjson.dumps(values)
        place = (where.given, where.identifier, where.lon, where.lat)
        said = orjson.dumps((*place, from_at, to_at))
        digest = blake2b(said + content, digest_size=16).digest()
        key = self._key_of(cells) or _own_key(where.identifier or where.given, from_at, to_at)
        return (key, line, *place, from_at, to_at, content.decode(), digest)

    def _key_of(self, cells: Sequence[object]) -> str:
        parts = [text_of(name, cells[index]) for name, index in self._key]
        for (name, _), part in zip(self._key, parts, strict=True):
            if not part:
                raise RowRefused(Cause.WRONG_SHAPE, f"{name} is empty, and it is what tells one row from another.")
        key = parts[0] if len(parts) == 1 else orjson.dumps(parts).decode() if parts else ""
        if len(key) > LONGEST_KEY:
            names = " and ".join(name for name, _ in self._key)
            raise RowRefused(Cause.WRONG_SHAPE, f"{names} has {len(key)} characters, more than {LONGEST_KEY}.")
        return key


def _own_key(place: str, from_at: datetime | None, to_at: datetime | None) -> str:
    """Without a key of its own a row is told from others by its place and time."""
    times = [at.isoformat().replace("+00:00", "Z") for at in (from_at, to_at) if at is not None]
    return "|".join([place, *times])


def _span_reader(spec: DatasetSpec, at: dict[str, int]) -> Callable[[Sequence[object]], Span]:
    time = spec.time
    if time is None:
        return lambda _cells: (None, None)
    start, end = at[folded(time.from_)], at[folded(time.to)] if time.to else None

    def read(cells: Sequence[object]) -> Span:
        return span_of(time, cells[start], cells[end] if end is not None else None)

    return read
