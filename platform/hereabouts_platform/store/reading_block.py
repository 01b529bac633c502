"""Readings as sorted columns: PostgreSQL's binary rows of them, what they touch, and the newest of each datastream."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.store.arrays import EPOCH_US, Column
from hereabouts_platform.store.batch_entry import HOUR_US, Instant

_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_TAIL = b"\xff\xff"
# One row of COPY's binary form: number of fields, then each field's length in bytes and its value, big-endian.
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("size_1", ">i4"), ("datastream_id", ">i4"),
        ("size_2", ">i4"), ("batch_id", ">i4"),
        ("size_3", ">i4"), ("time", ">i8"),
        ("size_4", ">i4"), ("value", ">f8"),
    ]
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingBlock:
    """Readings sorted by (datastream, time), no such pair twice; `us` is microseconds since 1970, UTC."""

    datastream: NDArray[np.int64]
    us: NDArray[np.int64]
    value: NDArray[np.float64]

    def copy_frame(self, batch: int) -> bytes:
        """What `copy_readings` takes: the rows, of that batch."""
        rows = np.empty(len(self.us), dtype=_ROW)
        rows["fields"] = 4
        for size, name, bytes_, column in (
            ("size_1", "datastream_id", 4, self.datastream),
            ("size_2", "batch_id", 4, batch),
            ("size_3", "time", 8, self.us - EPOCH_US),
            ("size_4", "value", 8, self.value),
        ):
            rows[size] = bytes_
            rows[name] = column
        return b"".join((_COPY_HEAD, rows.tobytes(), _COPY_TAIL))

    def touched(self) -> tuple[Column, Column]:
        """The (datastream, hour since 1970) pairs they fall in, in order."""
        hour = self.us // HOUR_US
        first = np.ones(len(hour), dtype=bool)
        first[1:] = (hour[1:] != hour[:-1]) | (self.datastream[1:] != self.datastream[:-1])
        return self.datastream[first].astype("int32"), hour[first].astype("int32")

    def newest(self) -> tuple[Column, Column, Column]:
        """The newest reading of each datastream: datastreams, times (UTC), values."""
        last = np.ones(len(self.us), dtype=bool)
        last[:-1] = self.datastream[1:] != self.datastream[:-1]
        return self.datastream[last].astype("int32"), self.us[last].view("datetime64[us]"), self.value[last]


def block_of(readings: Mapping[Instant, float]) -> ReadingBlock:
    """These readings as columns."""
    count = len(readings)
    instants = np.fromiter(chain.from_iterable(readings), np.int64, 2 * count).reshape(count, 2)
    values = np.fromiter(readings.values(), np.float64, count)
    order = np.lexsort((instants[:, 1], instants[:, 0]))
    return ReadingBlock(datastream=instants[order, 0], us=instants[order, 1], value=values[order])
