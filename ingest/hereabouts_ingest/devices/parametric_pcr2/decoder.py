"""Bytes of the Parametric PCR2 on port 14, big-endian: counts since the last message, and sums since power up.

Three forms, by the device's settings and firmware: type and value as Elsys has them, without sums; extended, version 3
and 4, which begin with be 01 03 and be 01 04. The temperature is that of the processor and passed over.
Source: Parametric, PCR2 payload documentation, and its decoder for The Things Network.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_SUMS = struct.Struct(">HHHH")
_EXTENDED = {b"\xbe\x01\x03": 16, b"\xbe\x01\x04": 17}
_COUNTS = {0x0A: "LTR", 0x16: "RTL"}
_PROCESSOR = 0x01


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; people from left to right and back, solar battery in mV."""
    head = frame[:3]
    if head not in _EXTENDED:
        return _typed(frame)
    if len(frame) != _EXTENDED[head]:
        raise DecodeError(f"A frame that begins with {head.hex(' ')} has {_EXTENDED[head]} bytes; not {len(frame)}.")
    names = ("LTR", "RTL", "LTR_SUM", "RTL_SUM")
    decoded: dict[str, object] = dict(zip(names, _SUMS.unpack_from(frame, 3), strict=True))
    if head[2] == 4:  # version 3 has a gauge there whose scale is not published
        decoded["SBX_BATT"] = int.from_bytes(frame[11:13], "big")
    return decoded


def _typed(frame: bytes) -> dict[str, object]:
    if len(frame) % 3:
        raise DecodeError("A type and its value take 3 bytes; the frame ends between.")
    decoded: dict[str, object] = {}
    for at in range(0, len(frame), 3):
        code = frame[at]
        if code in _COUNTS:
            decoded[_COUNTS[code]] = int.from_bytes(frame[at + 1 : at + 3], "big")
        elif code != _PROCESSOR:
            raise DecodeError(f"Type {code:02x} at byte {at} is not one that the PCR2 sends.")
    return decoded
