"""Reading a CSV file whole, with line numbers: encoding, header and shape are settled before a row is looked at.

For the small files (places, devices); histories of readings are streamed by `reading_files`.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from hereabouts_platform.imports.report import Cause, Tally
from hereabouts_schemas.errors import InputError

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS_UTF8 = 'Save the file as "CSV UTF-8" and import that.'


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: its line in the file (the header is line 1) and its cells without outer blanks, by column.

    `polygon` is the outline that a feature of GeoJSON has, in WGS 84.
    """

    line: int
    cells: dict[str, str]
    polygon: Mapping[str, object] | None = None

    def cell(self, column: str) -> str:
        """The cell, '' where the file has no such column."""
        return self.cells.get(column, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A file's rows of the right shape, with its name and SHA-256 for the audit."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class RowRefused(Exception):
    """A row cannot be taken; the message is the sentence for the reader."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason


def read_table(path: Path, tally: Tally, *, required: Sequence[str], optional: Sequence[str]) -> Table:
    """Read a CSV file; blank lines are skipped, rows of another length than the header's are refused.

    Raises:
        InputError: it is no UTF-8 text, its quotes do not match up, or its header has an unknown, double or missing
            column: nothing of the file was looked at further.
    """
    data = read_bytes(path)
    reader = csv.reader(io.StringIO(decode(path, data), newline=""), strict=True)
    try:
        columns = check_header(path, next(reader, []), required=required, optional=optional)
        rows = []
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            "file",
            path.name,
            f"It is no CSV from there on ({error}). Is a double quote not closed?",
            line=reader.line_num,
        ) from None
    return Table(name=path.name, sha256=sha256(data).hexdigest(), columns=columns, rows=_shaped(columns, rows, tally))


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file", str(path), f"{error.strerror}. Give a file that can be read.") from None


def decode(path: Path, data: bytes) -> str:
    """The text of a UTF-8 file with or without byte order mark.

    Raises:
        InputError: it is in another encoding; the message names the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith(_UTF16_MARKS):
            raise InputError("file", path.name, f"It is in UTF-16. {_SAVE_AS_UTF8}") from None
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("file", path.name, f"It is not in UTF-8. {_SAVE_AS_UTF8}", line=line) from None


def check_header(
    path: Path, cells: Sequence[str], *, required: Sequence[str], optional: Sequence[str]
) -> tuple[str, ...]:
    """The column names without outer blanks.

    Raises:
        InputError: a column is unknown (never ignored), stands twice, or is missing.
    """
    columns = tuple(cell.strip() for cell in cells)
    known = (*required, *optional)
    if not any(columns):
        raise InputError("file", path.name, f"Its first line must name the columns: {', '.join(known)}.", line=1)
    if len(columns) == 1 and ";" in columns[0]:
        raise InputError("header", columns[0], "Separate the columns by commas, not semicolons.", line=1)
    for column in columns:
        if column not in known:
            raise unknown_column(column, known)
        if columns.count(column) > 1:
            raise InputError("column", column, "It stands twice in the header; keep one of them.", line=1)
    for column in required:
        if column not in columns:
            raise InputError("header", ",".join(columns), f"The column {column} is missing.", line=1)
    return columns


def unknown_column(column: str, known: Sequence[str]) -> InputError:
    """The error for a column nobody asked for: it names the known ones, the closest first."""
    close = get_close_matches(column.lower(), known, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return InputError(
        "column", column, f"{hint}Known columns are {', '.join(known)}. Rename the column or take it out.", line=1
    )


def _shaped(columns: Sequence[str], rows: Sequence[tuple[int, list[str]]], tally: Tally) -> tuple[Row, ...]:
    shaped = []
    for line, cells in rows:
        if len(cells) != len(columns):
            tally.refuse(line, Cause.WRONG_SHAPE, say_wrong_length(len(cells), len(columns)))
        elif any("\0" in cell for cell in cells):
            tally.refuse(line, Cause.WRONG_SHAPE, "The row holds a NUL character. Take it out.")
        else:
            stripped = (cell.strip() for cell in cells)
            shaped.append(Row(line=line, cells=dict(zip(columns, stripped, strict=True))))
    return tuple(shaped)


def say_wrong_length(found: int, wanted: int) -> str:
    """Why a row with another number of cells than the header has is refused."""
    return (
        f"The row has {found} cell{'s' if found != 1 else ''} where the header has {wanted}. "
        "Put text that contains commas in double quotes."
    )
