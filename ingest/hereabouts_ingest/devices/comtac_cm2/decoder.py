"""Bytes of the Comtac LPN CM-2; big-endian. Inputs, current clamp and light are passed over.

Source: Comtac, "LPN CM-2 payload description", as public decoders follow it. Comtac publishes no codec: names are ours.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_FRAME = struct.Struct(">3xHhHh7x")
_WITH_TAIL = _FRAME.size + 4  # newer firmware appends four bytes


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, `battery_voltage` in V."""
    if len(frame) not in (_FRAME.size, _WITH_TAIL):
        raise DecodeError(f"The frame should have {_FRAME.size} or {_WITH_TAIL} bytes; it has {len(frame)}.")
    battery, temperature, humidity, probe = _FRAME.unpack_from(frame)
    return {
        "temperature": temperature / 100,
        "humidity": humidity / 100,
        "temperature_pt100": probe / 100,
        "battery_voltage": battery / 1000,
    }
