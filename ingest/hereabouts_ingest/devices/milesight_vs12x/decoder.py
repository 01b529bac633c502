"""Bytes of the Milesight VS121 (firmware 31.x): how many people, how many in each region, how many passed."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import Block, Blocks, Part, block, walk
from hereabouts_ingest.profiles import DecodeError


def _regions(first: int, count: int) -> tuple[Part, ...]:
    return tuple((f"region_{region}_count", 1) for region in range(first, first + count))


_PEOPLE = block("B3x", ("people_count_all", 1))
_PASSED = block("HH", ("people_in", 1), ("people_out", 1))
_PASSED_IN_TOTAL = block("HH", ("people_total_in", 1), ("people_total_out", 1))


def _serial(rest: bytes) -> tuple[dict[str, object], int]:
    """6 bytes, or 8 on newer devices; it stands between attributes, which all begin with 0xFF."""
    for length in (6, 8):
        if len(rest) == length or rest[length : length + 1] == b"\xff":
            return {}, length
    raise DecodeError("A serial number of 6 or 8 bytes expected.")


_RECORDS: Mapping[int, Block] = {
    0x01: _PEOPLE,
    0x02: _PASSED,
    0x03: block("x"),  # the most people of the period
    **{0x04 + quarter: block("BBBB", *_regions(1 + 4 * quarter, 4)) for quarter in range(4)},
    **dict.fromkeys(range(0x08, 0x10), block("4x")),  # from region to region
    0x10: _PASSED_IN_TOTAL,
    0x11: block("5x"),  # dwell times
    0x12: block("4x"),  # line crossings
}
_RECORD_HEAD = block("IB", ("timestamp", 1), ("kind", 1))


def _record(rest: bytes) -> tuple[dict[str, object], int]:
    head, used = _RECORD_HEAD(rest)
    read = _RECORDS.get(rest[used - 1])
    if read is None:
        raise DecodeError(f"History of kind {rest[used - 1]:02x} is not one of this device's.")
    found, more = read(rest[used:])
    return {"timestamp": head["timestamp"], **found}, used + more


_CHANNELS: Blocks = {
    (0xFF, 0x08): _serial,
    (0x04, 0xC9): _PEOPLE,
    (0x05, 0xCC): _PASSED,
    (0x06, 0xCD): block("B", ("people_count_max", 1)),
    (0x07, 0xD5): block("8B", *_regions(1, 8)),
    (0x08, 0xD5): block("8B", *_regions(9, 8)),
    **dict.fromkeys(((0x09, 0xDA), (0x0A, 0xDA), (0x0B, 0xDA), (0x0C, 0xDA)), block("8x")),
    (0x0D, 0xCC): _PASSED_IN_TOTAL,
    (0x0E, 0xE4): block("5x"),
    (0x0F, 0x85): block("I", ("timestamp", 1)),
    (0x10, 0xF7): block("HH", ("line_in", 1), ("line_out", 1)),
    (0x20, 0xCE): _record,
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; people present now, people passed in the last period."""
    return walk(frame, _CHANNELS)
