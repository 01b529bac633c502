"""Bytes of the Milesight VS132, VS133 and VS135.

Lines 1 to 4 have a total in, a total out and a period count each, on three channels in a row; the counts of children
follow in the same order. A history record names its channel in its fifth byte. The VS132 has line 1 only.
"""

from collections.abc import Iterator, Mapping

from hereabouts_ingest.devices.milesight_channels import Block, Blocks, Pair, block, walk
from hereabouts_ingest.profiles import DecodeError

_COUNT, _PERIOD, _REGIONS, _DWELL = 0xD2, 0xCC, 0xE3, 0xE4


def _lines(first: int, kind: str) -> Iterator[tuple[Pair, Block]]:
    for line in range(1, 5):
        channel, name = first + 3 * (line - 1), f"line_{line}{kind}"
        yield (channel, _COUNT), block("I", (f"{name}_total_in", 1))
        yield (channel + 1, _COUNT), block("I", (f"{name}_total_out", 1))
        yield (channel + 2, _PERIOD), block("HH", (f"{name}_period_in", 1), (f"{name}_period_out", 1))


def _regions(kind: str) -> Block:
    return block("BBBB", *((f"region_{region}{kind}_count", 1) for region in range(1, 5)))


_CHANNELS: Blocks = {
    **dict(_lines(0x03, "")),
    (0x0F, _REGIONS): _regions(""),
    (0x10, _DWELL): block("5x"),
    **dict(_lines(0x11, "_child")),
    (0x1D, _REGIONS): _regions("_child"),
    (0x1E, _DWELL): block("5x"),
    (0x50, 0xFC): block("3x"),
}
_RECORDS: Mapping[int, Block] = {
    **{channel: read for (channel, kind), read in _CHANNELS.items() if kind in (_COUNT, _PERIOD, _REGIONS)},
    **dict.fromkeys((0x10, 0x1E, 0x20, 0x3C), block("3x")),  # dwell times, average and longest
}
_RECORD_HEAD = block("IB", ("timestamp", 1), ("channel", 1))


def _record(rest: bytes) -> tuple[dict[str, object], int]:
    head, used = _RECORD_HEAD(rest)
    read = _RECORDS.get(rest[used - 1])
    if read is None:
        raise DecodeError(f"History of channel {rest[used - 1]:02x} is not one of this device's.")
    found, more = read(rest[used:])
    return {"timestamp": head["timestamp"], **found}, used + more


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the field names of the VS133's codec; totals since power up, counts of the last period."""
    return walk(frame, {**_CHANNELS, (0x20, 0xCE): _record})
