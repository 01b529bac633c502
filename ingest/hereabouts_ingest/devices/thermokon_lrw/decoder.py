"""Bytes of Thermokon's LoRaWAN sensors, big-endian: a code of one byte (two from 80 on), then its value.

The length of an unknown code cannot be known, so nothing behind it can be trusted: the frame is refused. Light,
occupancy and contacts tell who is in and are passed over; so are volatile compounds, in per cent of something.
Source: Thermokon, LoRaWAN payload data sheet, revision C, and its decoder for The Things Network.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

# code -> layout, name in the maker's codec (None: passed over), factor's divisor
_READ: Mapping[int, tuple[str, str, int]] = {
    0x10: ("h", "TEMP", 10),
    0x11: ("b", "RHUM", 1),
    0x12: ("H", "CO2", 1),
    0x30: ("H", "ATM_P", 1),
    0x54: ("B", "VBAT", 1),  # in steps of 20 mV
    0x8540: ("H", "VBAT_HI_RES", 1),
}
_VBAT, _VBAT_STEP_MV = "VBAT", 20
_ONE_BYTE = (0x01, 0x41, 0x50, 0x63, 0x9410, 0x9500, 0xC103, 0xC120, 0xC134)
_TWO_BYTES = (
    *(0x00, 0x13, 0x31, 0x32, 0x40, 0x51, 0x9510, 0x8413, 0x8414, 0xC000, 0xC100, 0xC105, 0xC106, 0xC107, 0xC108),
    *(0xC10A, 0xC10B, 0xC121, 0xC123, 0xC125, 0xC127, 0xC129, 0xC12B, 0xC12D, *range(0xC135, 0xC13A)),
    *(*range(0xC216, 0xC21E), 0xC230),
)
_CODES: Mapping[int, tuple[struct.Struct, str | None, int]] = {
    **{code: (struct.Struct(">x"), None, 1) for code in _ONE_BYTE},
    **{code: (struct.Struct(">2x"), None, 1) for code in _TWO_BYTES},
    **{code: (struct.Struct(">" + layout), name, by) for code, (layout, name, by) in _READ.items()},
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, ppm, hPa, battery in mV."""
    decoded: dict[str, object] = {}
    at = 0
    while at < len(frame):
        size = 1 if frame[at] < 0x80 else 2
        code = int.from_bytes(frame[at : at + size], "big")
        if code not in _CODES:
            raise DecodeError(f"Code {code:02x} at byte {at} is not one that Thermokon publishes.")
        layout, name, by = _CODES[code]
        if at + size + layout.size > len(frame):
            raise DecodeError(f"Code {code:02x} at byte {at} is cut short.")
        if name is not None:
            (raw,) = layout.unpack_from(frame, at + size)
            decoded[name] = raw * _VBAT_STEP_MV if name == _VBAT else raw if by == 1 else raw / by
        at += size + layout.size
    return decoded
