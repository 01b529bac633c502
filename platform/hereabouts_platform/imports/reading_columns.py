"""Whole columns of a file as numbers and codes. Arrow casts what it can at once; the rest is read cell by cell.

What Arrow reads and what `parse_time` and `float` read are the same instants and numbers (a property test says so).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hereabouts_schemas.times import microseconds, parse_time

_FEW = 32  # below so many cells, reading them one by one is cheaper than asking Arrow again


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """A column of numbers: `ok` where there is one, `empty` where the cell is; elsewhere it held something else."""

    values: NDArray[np.float64]
    ok: NDArray[np.bool_]
    empty: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """A column of instants in microseconds since 1970, UTC; `ok` where the cell held one with its zone."""

    us: NDArray[np.int64]
    ok: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Codes:
    """A column of names: `names[codes[i]]` is the name in row i, '' for an empty cell."""

    codes: NDArray[np.int32]
    names: list[str]


def numbers(column: pa.Array) -> Numbers:
    """Read a column of values; a boolean counts as 0 or 1."""
    column = _plain(column)
    if pa.types.is_string(column.type):
        texts, empty = _texts(column)
        found = _read(texts, pa.float64(), _one_number)
        return Numbers(values=_filled(found), ok=_valid(found), empty=empty)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    empty = column.is_null().to_numpy(zero_copy_only=False)
    values = _filled(column.cast(pa.float64(), safe=False))
    return Numbers(values=values, ok=~empty, empty=empty)


def times(column: pa.Array) -> Times:
    """Read a column of instants; digits beyond microseconds are cut."""
    column = _plain(column)
    if not pa.types.is_string(column.type):
        return _stamps(column)
    found = _read(_texts(column)[0], pa.timestamp("us", tz="UTC"), _one_time)
    return Times(us=_filled(found.cast(pa.int64())), ok=_valid(found))


def codes(column: pa.Array) -> Codes:
    """Read a column of names, without outer blanks."""
    texts = pc.utf8_trim_whitespace(pc.fill_null(_plain(column).cast(pa.string()), ""))
    coded = texts.dictionary_encode()
    return Codes(codes=coded.indices.to_numpy(), names=coded.dictionary.to_pylist())


def _plain(column: pa.Array) -> pa.Array:
    """Without dictionary; every kind of text as string."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    is_text = pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type)
    return column.cast(pa.string()) if is_text or pa.types.is_null(column.type) else column


def _texts(column: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Texts without outer blanks, null where nothing is left; and where that is."""
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(column, ""))
    empty = pc.equal(trimmed, "")
    return pc.if_else(empty, None, trimmed), empty.to_numpy(zero_copy_only=False)


def _read(cells: pa.Array, target: pa.DataType, one: Callable[[str], float | int | None]) -> pa.Array:
    """Cast, null where a cell cannot be read; a failure is narrowed down by halves, `one` reads the last few."""
    try:
        return cells.cast(target)
    except pa.ArrowInvalid:
        if len(cells) <= _FEW:
            return pa.array([None if cell is None else one(cell) for cell in cells.to_pylist()], type=target)
    middle = len(cells) // 2
    halves = [_read(cells.slice(0, middle), target, one), _read(cells.slice(middle), target, one)]
    return pa.concat_arrays(halves)


def _one_number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _one_time(text: str) -> int | None:
    try:
        return microseconds(parse_time(text))
    except (ValueError, OverflowError):
        return None


def _stamps(column: pa.Array) -> Times:
    """Timestamps of any unit; one that does not fit microseconds is thousands of centuries away, and no time."""
    raw = np.asarray(_filled(column.cast(pa.int64())), dtype=np.int64)
    if column.type.unit == "ns":
        return Times(us=raw // 1_000, ok=_valid(column))
    factor = {"s": 1_000_000, "ms": 1_000, "us": 1}[column.type.unit]
    most = np.iinfo(np.int64).max // factor
    fits = (-most <= raw) & (raw <= most)
    return Times(us=np.where(fits, raw, 0) * factor, ok=_valid(column) & fits)


def _filled(found: pa.Array) -> NDArray[Any]:
    """As numpy, 0 for null."""
    return np.asarray(pc.fill_null(found, 0).to_numpy(zero_copy_only=False))


def _valid(found: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(found.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
