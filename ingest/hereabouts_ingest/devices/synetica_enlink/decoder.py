"""Bytes of Synetica's enLink devices, big-endian: one byte type, then as many bytes as that type has.

The length of an unknown type cannot be known, so nothing behind it can be trusted: the frame is refused. So are alarm
counters of probes, which have two bytes or four by firmware. Light, sound and occupancy tell who is in and are passed
over; so are gases that the vocabulary lacks, meters, and what the device says of its radio.
Source: Synetica, "enLink message payload", document versions 4.15 and 4.38.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.measured_float import measured
from hereabouts_ingest.profiles import DecodeError

# type -> layout, name in the maker's codec, divisor
_READ: Mapping[int, tuple[str, str, int]] = {
    0x01: ("h", "temperature_c", 10),
    0x02: ("B", "humidity", 1),
    0x04: ("H", "pressure_mbar", 1),
    0x05: ("H", "iaq", 1),
    0x08: ("H", "co2_ppm", 1),
    0x09: ("H", "ozone_ppm", 10_000),
    0x0B: ("H", "pm25", 1),
    0x0C: ("H", "pm10", 1),
    0x17: ("h", "temp_probe_1", 10),
    0x18: ("h", "temp_probe_2", 10),
    0x19: ("h", "temp_probe_3", 10),
    0x31: ("?", "leak_detect_event", 1),
    0x42: ("H", "batt_volt", 1000),
    0x58: ("f", "mc_pm2_5", 1),
    0x5A: ("f", "mc_pm10_0", 1),
}
_ONE = (0x06, 0x15, 0x16, 0x32, 0x41, 0x44, 0x47)
_TWO = (0x03, 0x07, 0x0A, 0x0D, 0x0F, 0x2E, 0x2F, 0x30, 0x3A, 0x3B, 0x40, 0x43, 0x45, 0x46, *range(0x48, 0x4D), 0x4E)
_FOUR = (0x12, 0x13, 0x14, *range(0x1A, 0x1D), *range(0x20, 0x23), *range(0x26, 0x29), 0x2C, 0x2D, 0x3F, 0x4D)
_FOUR_MORE = (*range(0x50, 0x53), 0x57, 0x59, *range(0x5B, 0x61))
_GASES = (0x53, 0x54, 0x55, 0x56)
_FIVE = (0x0E, 0x10, 0x11, 0x61, 0x62, 0x65, 0x66)
_CORROSION = (0x63, 0x64)
_PASSED_OVER = {
    **dict.fromkeys(_ONE, "x"),
    **dict.fromkeys(_TWO + _GASES, "2x"),
    **dict.fromkeys(_CORROSION, "3x"),
    **dict.fromkeys(_FOUR + _FOUR_MORE, "4x"),
    **dict.fromkeys(_FIVE, "5x"),
}
_TYPES: Mapping[int, tuple[struct.Struct, str | None, int]] = {
    **{code: (struct.Struct(">" + layout), None, 1) for code, layout in _PASSED_OVER.items()},
    **{code: (struct.Struct(">" + layout), name, by) for code, (layout, name, by) in _READ.items()},
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, hPa, ppm, µg/m³, V; `iaq` is an index from 0 to 500."""
    decoded: dict[str, object] = {}
    at = 0
    while at < len(frame):
        if frame[at] not in _TYPES:
            raise DecodeError(f"Type {frame[at]:02x} at byte {at} is not one whose length is known.")
        layout, name, by = _TYPES[frame[at]]
        if at + 1 + layout.size > len(frame):
            raise DecodeError(f"Type {frame[at]:02x} at byte {at} is cut short.")
        if name is not None:
            (raw,) = layout.unpack_from(frame, at + 1)
            decoded[name] = measured(raw, 2) if isinstance(raw, float) else raw if by == 1 else raw / by
        at += 1 + layout.size
    return decoded
