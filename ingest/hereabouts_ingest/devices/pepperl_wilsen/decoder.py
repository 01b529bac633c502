"""Bytes of the Pepperl+Fuchs WILSEN.sonic, big-endian: blocks of length, two bytes of id, value.

A block says its own length, so one that is not known is passed over; so are positions, serial number and counters.
Source: Pepperl+Fuchs, WILSEN.sonic payload description, and its decoder for The Things Network.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.measured_float import measured
from hereabouts_ingest.profiles import DecodeError

# id -> layout of its value, name in the maker's codec, divisor
_BLOCKS: Mapping[int, tuple[struct.Struct, str, int]] = {
    0x0201: (struct.Struct(">f"), "temp", 1),
    0x0B01: (struct.Struct(">H"), "proxx", 1),
    0x0B02: (struct.Struct(">H"), "proxx_mm", 1),
    0x0B06: (struct.Struct(">B"), "fillinglvl", 1),
    0x5101: (struct.Struct(">B"), "battery_vol", 10),
}
_ID_BYTES = 2


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `proxx` in cm, `proxx_mm` in mm, %, °C, V."""
    decoded: dict[str, object] = {}
    at = 0
    while at < len(frame):
        end = at + 1 + frame[at]
        if frame[at] < _ID_BYTES or end > len(frame):
            raise DecodeError(f"The block at byte {at} does not fit the length that it says.")
        block = int.from_bytes(frame[at + 1 : at + 3], "big")
        if block in _BLOCKS:
            layout, name, by = _BLOCKS[block]
            if frame[at] != _ID_BYTES + layout.size:
                raise DecodeError(f"Block {block:04x} at byte {at} should have {layout.size} bytes.")
            (raw,) = layout.unpack_from(frame, at + 3)
            decoded[name] = measured(raw, 1) if isinstance(raw, float) else raw / by if by > 1 else raw
        at = end
    return decoded
