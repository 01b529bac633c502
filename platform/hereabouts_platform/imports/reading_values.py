"""The values of a chunk in long form, as numpy columns, whichever shape the file has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.imports.cells import is_name
from hereabouts_platform.imports.reading_columns import Codes, Numbers, codes, numbers, times
from hereabouts_platform.imports.reading_files import Rows
from hereabouts_platform.imports.reading_layout import Layout
from hereabouts_platform.imports.report import Cause
from hereabouts_schemas.quantity import QUANTITIES

QUANTITY_NAMES = tuple(QUANTITIES)
UNKNOWN = -1
CAUSES = tuple(Cause)
FINE = -1

_NUMBER_OF = {name: number for number, name in enumerate(QUANTITY_NAMES)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """One entry a value; the arrays are as long as there are values.

    Attributes:
        rows: the chunk they come from; `row` is the index in it.
        devices, channels: names by code; `device`, `channel` are the codes.
        quantity: index in `QUANTITY_NAMES`, UNKNOWN for any other name.
        us: microseconds since 1970, UTC.
        cause: index in `CAUSES` of why the value is refused, FINE while it is not.
        derived: whether the import worked it out itself.
    """

    rows: Rows
    devices: Sequence[str]
    channels: Sequence[str]
    row: NDArray[np.int64]
    device: NDArray[np.int64]
    quantity: NDArray[np.int64]
    channel: NDArray[np.int64]
    us: NDArray[np.int64]
    value: NDArray[np.float64]
    cause: NDArray[np.int8]
    derived: NDArray[np.bool_]

    def refuse(self, cause: Cause, where: NDArray[np.bool_]) -> None:
        """Refuse the values of `where` that are not refused yet."""
        self.cause[where & (self.cause == FINE)] = CAUSES.index(cause)

    @property
    def fine(self) -> NDArray[np.bool_]:
        """Where nothing is wrong so far."""
        return np.asarray(self.cause == FINE, dtype=bool)


def values_of(rows: Rows, layout: Layout) -> Values:
    """Read a chunk's cells. What is no time or no number is refused already; empty cells of a wide row are no value."""
    return _from_wide(rows, layout) if layout.wide else _from_long(rows)


def _from_long(rows: Rows) -> Values:
    count = len(rows.lines)
    quantity = codes(rows.columns["quantity"])
    known = np.array([_NUMBER_OF.get(name, UNKNOWN) for name in quantity.names], dtype=np.int64)
    channel = Codes(codes=np.zeros(count, dtype=np.int32), names=[""])
    if "channel" in rows.columns:
        channel = codes(rows.columns["channel"])
    found = numbers(rows.columns["value"])
    columns = {
        "row": np.arange(count),
        "quantity": known[quantity.codes],
        "channel": channel.codes.astype(np.int64),
    }
    values = _assemble(rows, columns, channel.names, found.values)
    values.refuse(Cause.NO_VALUE, found.empty)
    values.refuse(Cause.WRONG_SHAPE, ~found.ok)
    values.refuse(Cause.CHANNEL, np.array([not is_name(name) for name in channel.names], dtype=bool)[channel.codes])
    return values


def _from_wide(rows: Rows, layout: Layout) -> Values:
    channels = sorted({column.channel for column in layout.wide})
    parts: list[tuple[NDArray[np.int64], int, int, Numbers]] = []
    for column in layout.wide:
        found = numbers(rows.columns[column.name])
        number, channel = _NUMBER_OF[column.quantity], channels.index(column.channel)
        parts.append((np.flatnonzero(~found.empty), number, channel, found))
    lengths = [len(row) for row, *_ in parts]
    columns = {
        "row": np.concatenate([row for row, *_ in parts]),
        "quantity": np.repeat([number for _, number, _, _ in parts], lengths),
        "channel": np.repeat([channel for _, _, channel, _ in parts], lengths),
    }
    value = np.concatenate([found.values[row] for row, _, _, found in parts])
    values = _assemble(rows, columns, channels, value)
    values.refuse(Cause.WRONG_SHAPE, ~np.concatenate([found.ok[row] for row, _, _, found in parts]))
    return values


def _assemble(
    rows: Rows, columns: Mapping[str, NDArray[np.int64]], channels: Sequence[str], value: NDArray[np.float64]
) -> Values:
    row = columns["row"]
    device, time = codes(rows.columns["device"]), times(rows.columns["time"])
    values = Values(
        rows=rows,
        devices=device.names,
        channels=channels,
        row=row,
        device=device.codes[row].astype(np.int64),
        quantity=columns["quantity"],
        channel=columns["channel"],
        us=time.us[row],
        value=value,
        cause=np.full(len(row), FINE, dtype=np.int8),
        derived=np.zeros(len(row), dtype=bool),
    )
    values.refuse(Cause.CLOCK, ~time.ok[row])
    return values
