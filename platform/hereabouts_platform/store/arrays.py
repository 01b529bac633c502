"""Columns of numpy as PostgreSQL's arrays, in its binary form, both ways: a fiftieth of the work that a list takes."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, Cursor
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import Format

Column = NDArray[Any]

EPOCH_US = 946_684_800_000_000
"""2000-01-01T00:00Z, where PostgreSQL's timestamptz begins, in microseconds since 1970."""

_HEAD = np.dtype([("dimensions", ">i4"), ("has_nulls", ">i4"), ("element", ">u4"), ("size", ">i4"), ("first", ">i4")])
_KINDS = {  # dtype: array type, element type, element as it goes over the wire
    "int32": (1007, 23, ">i4"),
    "int64": (1016, 20, ">i8"),
    "float64": (1022, 701, ">f8"),
    "datetime64[us]": (1185, 1184, ">i8"),  # UTC, as timestamptz[]
}


class ColumnDumper(Dumper):
    """Writes a one-dimensional column of int32, int64, float64 or datetime64[us] (UTC)."""

    format = Format.BINARY

    def __init__(self, cls: type, context: Any = None, dtype: str = "int32") -> None:
        super().__init__(cls, context)
        self.oid, self._element, self._wire = _KINDS[dtype]

    def get_key(self, obj: Column, format: Any) -> Any:  # noqa: A002, ARG002 - psycopg's own
        return (self.cls, str(obj.dtype))

    def upgrade(self, obj: Column, format: Any) -> Dumper:  # noqa: A002, ARG002 - psycopg's own
        return ColumnDumper(self.cls, dtype=str(obj.dtype))

    def dump(self, obj: Column) -> bytes:
        numbers = obj.view("int64") - EPOCH_US if obj.dtype.kind == "M" else obj
        row = np.dtype([("size", ">i4"), ("value", self._wire)])
        body = np.empty(len(obj), row)
        body["size"], body["value"] = row["value"].itemsize, numbers
        head = np.array((1, 0, self._element, len(obj), 1), _HEAD)
        return head.tobytes() + body.tobytes()


def send_columns(connection: Connection[Any]) -> None:
    """Let statements on this connection take columns where they take arrays."""
    connection.adapters.register_dumper(np.ndarray, ColumnDumper)


class ColumnLoader(Loader):
    """Reads a one-dimensional array of int4, int8 or float8 without NULLs as a column."""

    format = Format.BINARY
    _KINDS: ClassVar[dict[int, tuple[str, str]]] = {  # array type: element as it comes over the wire, dtype
        1007: (">i4", "int32"),
        1016: (">i8", "int64"),
        1022: (">f8", "float64"),
    }

    def load(self, data: Buffer) -> Column:
        wire, dtype = self._KINDS[self.oid]
        if len(data) < _HEAD.itemsize:  # an empty array has no dimension
            return np.empty(0, dtype)
        row = np.dtype([("size", ">i4"), ("value", wire)])
        return np.frombuffer(data, row, offset=_HEAD.itemsize)["value"].astype(dtype)


def take_columns(cursor: Cursor[Any]) -> None:
    """Let this cursor answer arrays of numbers as columns; ask it with `binary=True`."""
    for oid in (1007, 1016, 1022):
        cursor.adapters.register_loader(oid, ColumnLoader)
