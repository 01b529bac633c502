"""Files of readings as a stream of chunks, CSV or Parquet, whatever their size: never the whole file in memory.

Lines are counted as an editor shows them, the header being line 1. A Parquet file has no lines; its first row counts
as line 2, as if a header stood above it.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest, sha256
from io import BufferedReader
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from hereabouts_platform.imports.reading_layout import Layout, layout_of
from hereabouts_platform.imports.tables import decode
from hereabouts_schemas.errors import InputError

CHUNK_VALUES = 200_000
_BLOCK_BYTES = 8 << 20
_LONGEST_LINE_BYTES = 1 << 20
_PARQUET_MARK = b"PAR1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Some rows of a file.

    Attributes:
        lines: the line of each row.
        columns: cells by column, text from CSV, typed from Parquet.
        malformed: rows of another length than the header's, met on the way: their line and number of cells.
    """

    lines: NDArray[np.int64]
    columns: dict[str, pa.Array]
    malformed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingFile:
    """A file of readings whose encoding and header are right.

    Attributes:
        total: rows, blank lines included.
        mentions_levels: whether `fill_level` stands anywhere in it (True where that is not known).
        chunks: reads the file from its start in chunks of at most `CHUNK_VALUES` values.
        notes: what the reader should know of it when its chunks were read, as sentences.
    """

    name: str
    sha256: str
    layout: Layout
    total: int
    mentions_levels: bool
    chunks: Callable[[], Iterator[Rows]]
    notes: Callable[[], list[str]] = list


class Shape(Protocol):
    """Turns chunks of a file with other columns into chunks with the standard ones."""

    def pass_over(self, chunks: Iterator[Rows], layout: Layout) -> Iterator[Rows]:
        """The chunks of one pass over the file."""
        ...

    def notes(self) -> list[str]:
        """What is to be said of the pass."""
        ...


def open_columns(path: Path, layout: Callable[[Sequence[str]], Layout], shape: Shape) -> ReadingFile:
    """Look at a CSV file whose columns are not the standard ones; `layout` is what its header makes of it.

    Raises:
        InputError: nothing of it can be used; the message says why, with the line.
    """
    with _readable(path):
        file = _open_csv(path, layout)
    return replace(file, chunks=lambda: shape.pass_over(file.chunks(), file.layout), notes=shape.notes)


def open_readings(path: Path) -> ReadingFile:
    """Look at a file's encoding, header and types.

    Raises:
        InputError: nothing of it can be used; the message says why, with the line.
    """
    with _readable(path):
        with path.open("rb") as file:
            is_parquet = file.read(len(_PARQUET_MARK)) == _PARQUET_MARK
        return _open_parquet(path) if is_parquet else _open_csv(path, lambda header: layout_of(path, header))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("file", str(path), f"{reason}. Give a CSV or Parquet file that can be read.") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Survey:
    """What one pass over the bytes of a CSV file shows."""

    sha256: str
    lines: int
    mentions_levels: bool


def _open_csv(path: Path, layout_from: Callable[[Sequence[str]], Layout]) -> ReadingFile:
    with path.open("rb") as file:
        survey = _survey(path, file)
        file.seek(0)
        first = file.readline()
        start = file.tell()
    layout = layout_from(next(csv.reader([decode(path, first)]), []))

    def chunks() -> Iterator[Rows]:
        if path.stat().st_size == start:
            return
        with pa.OSFile(str(path)) as source:
            source.seek(start)
            yield from _csv_chunks(path, source, layout)

    return ReadingFile(
        name=path.name,
        sha256=survey.sha256,
        layout=layout,
        total=max(survey.lines - 1, 0),
        mentions_levels=survey.mentions_levels,
        chunks=chunks,
    )


def _survey(path: Path, file: BufferedReader) -> _Survey:
    """Look at every line before any is stored: UTF-8, quotes that match up, no endless lines."""
    digest, lines, mentions_levels = sha256(), 0, False
    while block := file.read(_BLOCK_BYTES):
        rest = file.readline(_LONGEST_LINE_BYTES)
        if len(rest) == _LONGEST_LINE_BYTES:
            line = lines + block.count(b"\n") + 1
            raise InputError("file", path.name, "The line is too long for a row of readings.", line=line)
        block += rest
        digest.update(block)
        _check_encoding(path, block, lines)
        _check_quotes(path, block, lines)
        mentions_levels |= b"fill_level" in block
        lines += block.count(b"\n") + (not block.endswith(b"\n"))
    return _Survey(sha256=digest.hexdigest(), lines=lines, mentions_levels=mentions_levels)


def _check_encoding(path: Path, block: bytes, lines_before: int) -> None:
    try:
        decode(path, block)
    except InputError as error:
        line = lines_before + (error.line or 1)
        raise InputError(error.field, error.value, error.cure, line=line) from None


def _check_quotes(path: Path, block: bytes, lines_before: int) -> None:
    if b'"' not in block:
        return
    for line, text in enumerate(block.split(b"\n"), start=lines_before + 1):
        if text.count(b'"') % 2:
            raise InputError(
                "file", path.name, "A double quote is opened and not closed. Each row must be one line.", line=line
            )


def _csv_chunks(path: Path, source: pa.NativeFile, layout: Layout) -> Iterator[Rows]:
    malformed: list[tuple[int, int]] = []  # physical line, number of cells; always ahead of the rows that come

    def skip(row: pyarrow.csv.InvalidRow) -> str:
        malformed.append((row.number + 1, row.actual_columns))
        return "skip"

    reader = pyarrow.csv.open_csv(
        source,
        read_options=pyarrow.csv.ReadOptions(
            column_names=list(layout.columns), use_threads=False, block_size=_BLOCK_BYTES
        ),
        parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=skip, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: pa.string() for name in layout.columns},
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    line = 2
    try:
        for batch in reader:
            lines, passed, line = _lines(line, batch.num_rows, malformed)
            yield from _slices(Rows(lines=lines, columns=_by_name(batch, layout), malformed=passed), layout)
    except pa.ArrowInvalid as error:
        raise InputError("file", path.name, f"It cannot be read as CSV ({error}).", line=line) from None
    nothing = {name: pa.array([], pa.string()) for name in layout.columns}
    yield Rows(lines=np.zeros(0, dtype=np.int64), columns=nothing, malformed=tuple(malformed))


def _lines(
    first: int, count: int, malformed: list[tuple[int, int]]
) -> tuple[NDArray[np.int64], tuple[tuple[int, int], ...], int]:
    """The lines of the next `count` good rows from line `first` on, the malformed ones among them, the next line."""
    end, met = first + count, 0
    while met < len(malformed) and malformed[met][0] < end:
        end += 1
        met += 1
    passed = tuple(malformed[:met])
    del malformed[:met]
    return np.setdiff1d(np.arange(first, end), [at for at, _ in passed], assume_unique=True), passed, end


def _slices(rows: Rows, layout: Layout) -> Iterator[Rows]:
    """Without blank rows, cut into chunks."""
    filled = np.zeros(len(rows.lines), dtype=bool)
    for column in rows.columns.values():
        filled |= pc.not_equal(column, "").to_numpy(zero_copy_only=False)
    if not filled.all():
        mask = pa.array(filled)
        columns = {name: column.filter(mask) for name, column in rows.columns.items()}
        rows = replace(rows, lines=rows.lines[filled], columns=columns)
    most = max(CHUNK_VALUES // layout.values_per_row, 1)
    for start in range(0, max(len(rows.lines), 1), most):
        columns = {name: column.slice(start, most) for name, column in rows.columns.items()}
        malformed = () if start else rows.malformed
        yield Rows(lines=rows.lines[start : start + most], columns=columns, malformed=malformed)


def _by_name(batch: pa.RecordBatch, layout: Layout) -> dict[str, pa.Array]:
    return dict(zip(layout.columns, batch.columns, strict=True))


def _open_parquet(path: Path) -> ReadingFile:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    try:
        with pyarrow.parquet.ParquetFile(path) as parquet:
            layout = layout_of(path, parquet.schema_arrow.names)
            total = parquet.metadata.num_rows
            for name, type_ in zip(layout.columns, parquet.schema_arrow.types, strict=True):
                _check_type(name, type_)
    except pa.ArrowInvalid as error:
        raise InputError("file", path.name, f"It cannot be read as Parquet ({error}).") from None

    def chunks() -> Iterator[Rows]:
        return _parquet_chunks(path, layout)

    levels = not layout.wide or any(column.quantity == "fill_level" for column in layout.wide)
    return ReadingFile(name=path.name, sha256=digest, layout=layout, total=total, mentions_levels=levels, chunks=chunks)


def _parquet_chunks(path: Path, layout: Layout) -> Iterator[Rows]:
    most = max(CHUNK_VALUES // layout.values_per_row, 1)
    line = 2
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as parquet:
            for batch in parquet.iter_batches(batch_size=most):
                batch.validate(full=True)
                lines = np.arange(line, line + batch.num_rows)
                line += batch.num_rows
                yield Rows(lines=lines, columns=_by_name(batch, layout))
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError("file", path.name, f"It cannot be read from there on ({error}).", line=line) from None


def _check_type(name: str, type_: pa.DataType) -> None:
    """Refuse columns whose type cannot hold what their name says."""
    kinds = pa.types
    plain = type_.value_type if kinds.is_dictionary(type_) else type_
    is_text = kinds.is_string(plain) or kinds.is_large_string(plain) or kinds.is_string_view(plain)
    if is_text or kinds.is_null(plain):
        return
    if name == "time":
        if not kinds.is_timestamp(plain):
            raise InputError(
                "time", str(type_), "Make it a timestamp with a time zone, or text like 2026-03-03T14:00:00Z."
            )
        if plain.tz is None:
            raise InputError("time", str(type_), "Its times have no zone. Store them with one, best UTC.")
    elif name in ("device", "quantity", "channel"):
        if not kinds.is_integer(plain):
            raise InputError(name, str(type_), "Make it text.")
    elif not (
        kinds.is_floating(plain) or kinds.is_integer(plain) or kinds.is_decimal(plain) or kinds.is_boolean(plain)
    ):
        raise InputError(name, str(type_), "Make it a number.")
