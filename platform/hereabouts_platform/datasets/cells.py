"""Cells of a dataset as what its description says they are: text, numbers, yes and no, dates, times, codes."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from hereabouts_platform.datasets.spec import ColumnSpec, ColumnType
from hereabouts_platform.datasets.times import date_of, instant_of, is_empty
from hereabouts_platform.imports.cells import say_close
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import RowRefused
from hereabouts_schemas.times import format_time

Value = str | float | int | bool
Reader = Callable[[object], Value | None]

LONGEST_TEXT = 10_000
_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(\.0+)?", re.ASCII)
_TRUTHS = {"true": True, "t": True, "yes": True, "y": True, "1": True}
_TRUTHS |= {"false": False, "f": False, "no": False, "n": False, "0": False}


def reader_of(column: ColumnSpec) -> Reader:
    """What reads the cells of a column: gives the value, None for an empty or missing one, raises `RowRefused`."""
    read = _READERS[column.type]

    def reader(cell: object) -> Value | None:
        if is_empty(cell) or (column.missing and text_of(column.header, cell) in column.missing):
            return None
        return read(column, cell)

    return reader


def text_of(header: str, cell: object) -> str:
    """A cell as text without outer blanks; a whole number has no decimals.

    Raises:
        RowRefused: it is longer than `LONGEST_TEXT`, or holds a NUL character.
    """
    if isinstance(cell, str):
        text = cell.strip()
        if len(text) > LONGEST_TEXT:
            raise RowRefused(Cause.WRONG_SHAPE, f"{header} has {len(text):,} characters, more than {LONGEST_TEXT:,}.")
        if "\0" in text:
            raise RowRefused(Cause.WRONG_SHAPE, f"{header} holds a NUL character. Take it out.")
        return text
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float | Decimal):
        return str(int(cell)) if isfinite(cell) and cell == int(cell) else str(cell)
    return "" if cell is None else str(cell)


def number_of(header: str, cell: object) -> float:
    """A finite number with a decimal point.

    Raises:
        RowRefused: it is none.
    """
    found = float("nan")
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        found = float(cell)
    elif isinstance(cell, str) and "_" not in cell:
        with suppress(ValueError):
            found = float(cell)
    if not isfinite(found):
        hint = " Write decimals with a point, and thousands without a mark." if "," in str(cell) else ""
        raise RowRefused(Cause.WRONG_SHAPE, f"{header} {str(cell)[:60]!r} is no number.{hint or ' Correct it.'}")
    return found


def _text(column: ColumnSpec, cell: object) -> str:
    return text_of(column.header, cell)


def _number(column: ColumnSpec, cell: object) -> float:
    return number_of(column.header, cell)


def _integer(column: ColumnSpec, cell: object) -> int:
    text = text_of(column.header, cell)
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise RowRefused(Cause.WRONG_SHAPE, f"{column.header} {text[:60]!r} is no whole number. Correct it.")
    return int(match[1])


def _boolean(column: ColumnSpec, cell: object) -> bool:
    text = text_of(column.header, cell)
    found = _TRUTHS.get(text.casefold())
    if found is None:
        raise RowRefused(Cause.WRONG_SHAPE, f"{column.header} {text[:60]!r} is neither yes nor no. Write Y or N.")
    return found


def _date(column: ColumnSpec, cell: object) -> str:
    found: date = date_of(column.header, cell, column.clock.formats)
    return found.isoformat()


def _time(column: ColumnSpec, cell: object) -> str:
    found: datetime = instant_of(column.header, cell, column.clock)
    return format_time(found)


def _category(column: ColumnSpec, cell: object) -> str:
    text = text_of(column.header, cell)
    known = dict(column.categories)
    if text not in known:
        hint = say_close(text, known) or f" Those are {', '.join(list(known)[:12])}."
        reason = f"{column.header} {text[:60]!r} is none of its codes.{hint} Correct it, or add it to the description."
        raise RowRefused(Cause.CATEGORY, reason)
    return text


_READERS: dict[ColumnType, Callable[[ColumnSpec, object], Value]] = {
    ColumnType.TEXT: _text,
    ColumnType.NUMBER: _number,
    ColumnType.INTEGER: _integer,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _date,
    ColumnType.TIME: _time,
    ColumnType.CATEGORY: _category,
}
