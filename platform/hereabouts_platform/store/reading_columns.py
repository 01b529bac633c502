"""Readings as columns: how many of them go to the database at once, by COPY's binary form."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.store.batch_entry import Instant, microseconds

_POSTGRES_EPOCH_US = 946_684_800_000_000
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


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReadingColumns:
    """Readings sorted by (datastream, time), no such pair twice; `us` is microseconds since 1970, UTC."""

    datastream: NDArray[np.int64]
    us: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.us)

    @property
    def time(self) -> NDArray[np.datetime64]:
        """The instants, UTC, to the microsecond."""
        return self.us.view("datetime64[us]")

    def copy_frame(self, batch_id: int) -> bytes:
        """The rows of `reading` (datastream, batch, time, value) as COPY takes them."""
        rows = np.empty(len(self.us), dtype=_ROW)
        rows["fields"] = 4
        for size, name, bytes_, column in (
            ("size_1", "datastream_id", 4, self.datastream),
            ("size_2", "batch_id", 4, batch_id),
            ("size_3", "time", 8, self.us - _POSTGRES_EPOCH_US),
            ("size_4", "value", 8, self.value),
        ):
            rows[size] = bytes_
            rows[name] = column
        return b"".join((_COPY_HEAD, rows.tobytes(), _COPY_TAIL))

    def newest(self) -> "ReadingColumns":
        """The last reading of each datastream."""
        last = np.append(self.datastream[1:] != self.datastream[:-1], True)
        return ReadingColumns(datastream=self.datastream[last], us=self.us[last], value=self.value[last])


def columns_of(readings: Mapping[Instant, float]) -> ReadingColumns:
    """Readings as columns. Cost: a few loops over them, and one conversion for each time that occurs."""
    us_of = {at: microseconds(at) for at in {at for _, at in readings}}
    count = len(readings)
    datastream = np.fromiter((datastream for datastream, _ in readings), np.int64, count)
    us = np.fromiter((us_of[at] for _, at in readings), np.int64, count)
    value = np.fromiter(readings.values(), np.float64, count)
    order = np.lexsort((us, datastream))
    return ReadingColumns(datastream=datastream[order], us=us[order], value=value[order])
