"""Rows of a CSV file as they come, each with the line it begins on."""

import csv
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

from hereabouts_schemas.errors import InputError

Rows = Callable[[], Iterator[tuple[int, list[str]]]]


def open_csv(path: Path, delimiter: str, encoding: str, header_line: int) -> tuple[list[str], Rows]:
    """The header, and what reads the rows below it.

    Raises:
        InputError: there is no such line, or quotes do not match up.
    """
    with closing(_lines(path, delimiter, encoding)) as lines:
        header = next((cells for line, cells in lines if line >= header_line), None)
    if header is None:
        raise InputError("file", path.name, f"It has no line {header_line}, where the columns should be named.")

    def rows() -> Iterator[tuple[int, list[str]]]:
        with closing(_lines(path, delimiter, encoding)) as lines:
            for line, cells in lines:
                if line > header_line and any(cells):
                    yield line, cells

    return [cell.strip() for cell in header], rows


def _lines(path: Path, delimiter: str, encoding: str) -> Generator[tuple[int, list[str]], None, None]:
    codec = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    with path.open(encoding=codec, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            cure = f"It is no CSV from there on ({error}). Is a double quote not closed?"
            raise InputError("file", path.name, cure, line=line) from None
