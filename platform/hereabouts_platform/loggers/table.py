"""A logger's file as a header and rows, whatever its maker thinks CSV is.

UTF-8, UTF-16 or Windows' own encoding; commas, semicolons or tabs; decimal commas; lines about the device above the
header; gzip. Nothing is interpreted here.
"""

import csv
import gzip
import io
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hereabouts_platform.imports.tables import read_bytes
from hereabouts_schemas.errors import InputError

_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (";", "\t", ",")
_LOOKED_AT = 60  # lines, among which the header is
_MOST_BYTES = 512 * 1024 * 1024  # unpacked; ten years of readings a minute are a third of that


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggerTable:
    """What stands in the file.

    Attributes:
        header: names of the columns; unnamed ones are called "column 3", counted from 1, doubles "temp (2)".
        rows: cells without outer blanks, each row as long as the header; shorter ones are filled with ''.
        first_line: line of the first row in the file, the first line being 1.
        decimal_comma: whether numbers are written with a comma.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_line: int
    decimal_comma: bool

    def column(self, name: str) -> list[str]:
        """The cells of a column."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]


def read_logger(path: Path) -> LoggerTable:
    """Read a logger's file.

    Raises:
        InputError: it cannot be read, is no text, or has no row of numbers under a row of names.
    """
    text = _text(path, _unpacked(path, read_bytes(path)))
    delimiter = _delimiter(text)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    at = _header_at(lines, decimal_comma=delimiter != ",")
    if at is None:
        raise InputError("file", path.name, "No row of column names with readings under it was found in it.")
    header = _named([cell.strip() for cell in lines[at]])
    rows = [line for line in lines[at + 1 :] if any(cell.strip() for cell in line)]
    width = len(header)
    return LoggerTable(
        name=path.name,
        header=header,
        rows=tuple(tuple([cell.strip() for cell in row[:width]] + [""] * (width - len(row))) for row in rows),
        first_line=at + 2,
        decimal_comma=delimiter != "," and _has_decimal_commas(rows),
    )


def _unpacked(path: Path, data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            unpacked = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise InputError("file", path.name, "It begins like gzip and cannot be unpacked. Unpack it yourself.") from None
    if len(unpacked) > _MOST_BYTES:
        raise InputError("file", path.name, "It is larger than 512 MB unpacked. Give a shorter part of it.")
    return unpacked


def _text(path: Path, data: bytes) -> str:
    if data.startswith(_UTF16):
        return data.decode("utf-16", errors="replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what Windows writes: its degree sign is no UTF-8
    if "\0" in text:
        raise InputError("file", path.name, "It is no text. Export the readings as CSV and give that.")
    return text


def _delimiter(text: str) -> str:
    """What parts the cells: the mark that most of the first lines have equally often; a comma where none has."""
    lines = [line for line in text.splitlines()[:_LOOKED_AT] if line.strip()]
    best, most = ",", 0
    for mark in _DELIMITERS:
        counts = Counter(line.count(mark) for line in lines)
        counts.pop(0, None)
        agreeing = max(counts.values(), default=0)
        if agreeing > most:
            best, most = mark, agreeing
    return best


def _header_at(lines: list[list[str]], *, decimal_comma: bool) -> int | None:
    """The first line with two names or more over a line that holds a number, and no numbers of its own."""
    for at in range(min(len(lines) - 1, _LOOKED_AT)):
        names = [cell for cell in lines[at] if cell.strip()]
        under = next((line for line in lines[at + 1 :] if any(cell.strip() for cell in line)), [])
        has_numbers = sum(number(cell, decimal_comma=decimal_comma) is not None for cell in under) >= 1
        if len(names) >= 2 and len(under) >= 2 and has_numbers and not _is_data(names, decimal_comma=decimal_comma):
            return at
    return None


def _is_data(cells: list[str], *, decimal_comma: bool) -> bool:
    return any(number(cell, decimal_comma=decimal_comma) is not None for cell in cells)


def number(cell: str, *, decimal_comma: bool) -> float | None:
    """A cell as a number, None where it is none; a unit behind it ("21.5 °C") is no part of it."""
    text = cell.strip()
    if decimal_comma and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    text = text.rstrip("%°CFcf ").strip()
    if "_" in text or text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _has_decimal_commas(rows: list[list[str]]) -> bool:
    cells = [cell.strip() for row in rows[:_LOOKED_AT] for cell in row]
    return any(number(cell, decimal_comma=True) is not None and "," in cell for cell in cells)


def _named(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    names: list[str] = []
    for at, cell in enumerate(cells, start=1):
        name = cell or f"column {at}"
        seen = sum(one == name or one.startswith(f"{name} (") for one in names)
        names.append(f"{name} ({seen + 1})" if seen else name)
    return tuple(names)
