"""Rows of one sheet of an .xlsx workbook, read as they come; formulas count by the value they were saved with."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook

from hereabouts_schemas.errors import InputError

Rows = Callable[[], Iterator[tuple[int, list[object]]]]


def open_workbook(path: Path, sheet: str | None, header_line: int) -> tuple[list[str], int | None, Rows]:
    """The header of a sheet, and what reads the rows below it; how many there are is not known before.

    Raises:
        InputError: it is no workbook, or it has several sheets and none is named, or not the one that is.
    """
    with _sheet(path, sheet) as found:
        header = next((row for line, row in _lines(found) if line == header_line), [])
    while header and header[-1] is None:
        header.pop()

    def rows() -> Iterator[tuple[int, list[object]]]:
        with _sheet(path, sheet) as found:
            for line, cells in _lines(found):
                if line > header_line and any(cell not in (None, "") for cell in cells):
                    yield line, _as_wide(cells, len(header))

    return ["" if cell is None else str(cell).strip() for cell in header], None, rows


def _as_wide(cells: list[object], width: int) -> list[object]:
    """A sheet leaves out empty cells at the end of a row, or has some beyond the header."""
    while len(cells) > width and cells[-1] is None:
        cells.pop()
    return cells + [None] * (width - len(cells))


def _lines(sheet: Any) -> Iterator[tuple[int, list[object]]]:
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield line, list(row)


@contextmanager
def _sheet(path: Path, name: str | None) -> Iterator[Any]:
    with path.open("rb") as file:  # by its path, openpyxl would judge it by its name
        book = _open(path, file)
        try:
            sheet = _choose(path, book, name)
            sheet.reset_dimensions()  # what a workbook says of its own size is often wrong
            yield sheet
        except (BadZipFile, KeyError, ParseError) as error:
            raise InputError("file", path.name, f"The workbook is damaged ({error}). Save it again.") from None
        finally:
            book.close()


def _open(path: Path, file: BinaryIO) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of styles and extensions, which hold no data
            return load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, ParseError) as error:
        cure = f"It is a ZIP archive, but no workbook ({error}). Unpack it, or save it as .xlsx again."
        raise InputError("file", path.name, cure) from None


def _choose(path: Path, book: Any, name: str | None) -> Any:
    sheets = [sheet.title for sheet in book.worksheets]
    if name is None and len(sheets) == 1:
        return book.worksheets[0]
    if name not in sheets:
        cure = f'Its sheets are {", ".join(sheets)}. Name one in the description: [file] sheet = "{sheets[0]}".'
        raise InputError("sheet", name or path.name, cure)
    return book[name]
