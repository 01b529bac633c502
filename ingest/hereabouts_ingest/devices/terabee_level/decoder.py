"""Bytes of the Terabee Level Monitoring XL, big-endian: distance, level, battery, errors.

A distance of 0 means too near, 65535 too far, 1 no valid reading; a level of 255 an error.
Source: Terabee, Level Monitoring XL payload decoder for The Things Network.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_FRAME = struct.Struct(">HBHB")
_NO_DISTANCE = {0: "TARGET_TOO_CLOSE", 1: "INVALID_READING", 65_535: "TARGET_TOO_FAR"}
_NO_LEVEL = 255


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; distance in mm, level in %, battery in mV, `errors` as bits."""
    if len(frame) != _FRAME.size:
        raise DecodeError(f"A frame has {_FRAME.size} bytes; this one has {len(frame)}.")
    distance, level, battery, errors = _FRAME.unpack(frame)
    return {
        "distance": _NO_DISTANCE.get(distance, distance),
        "levelPercentage": "LEVEL_ERROR" if level == _NO_LEVEL else level,
        "batteryVoltage": battery,
        "errors": errors,
    }
