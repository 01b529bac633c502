"""PostgreSQL's binary COPY of rows that hold an int4 and arrays without nulls, read by numpy.

Source: PostgreSQL's documentation of COPY (binary format) and `array_send` (dimensions, flags, type, size, lower
bound, then each element behind its length).
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.store.arrays import EPOCH_US

HEADER_BYTES = 19  # signature, flags, length of an extension that nobody uses
END = b"\xff\xff"

TIME, INT, FLOAT = ">i8", ">i4", ">f8"

_ARRAY_HEAD = struct.Struct(">iiiiii")  # bytes, dimensions, has nulls, type, size, lower bound
_ROW_HEAD = struct.Struct(">hii")  # columns, bytes of the first, its value


def rows_of(blocks: Iterable[bytes], columns: Sequence[str]) -> Iterator[tuple[int, list[NDArray[np.generic]]]]:
    """The rows: the number, and its arrays as `columns` (TIME, INT, FLOAT) say; of TIME microseconds of Unix time."""
    types = [np.dtype([("length", ">i4"), ("value", column)]) for column in columns]
    is_first = True
    for block in blocks:
        row = block[HEADER_BYTES:] if is_first else block
        is_first = False
        if row and row != END:
            yield _row(row, types, columns)


def _row(
    row: bytes, types: Sequence[np.dtype[np.void]], columns: Sequence[str]
) -> tuple[int, list[NDArray[np.generic]]]:
    _, _, number = _ROW_HEAD.unpack_from(row)
    at, arrays = _ROW_HEAD.size, []
    for kind, column in zip(types, columns, strict=True):
        size = _ARRAY_HEAD.unpack_from(row, at)[4]
        at += _ARRAY_HEAD.size
        values = np.frombuffer(row, kind, size, at)["value"]
        native = values.astype(values.dtype.newbyteorder("="))
        arrays.append(native + EPOCH_US if column == TIME else native)
        at += size * kind.itemsize
    return number, arrays
