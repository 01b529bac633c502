"""Bytes of the Comtac LPN CM-4; big-endian. Seven older samples may follow, without their times: passed over.

Where the device says that its last temperature is not valid, neither value is given.
Source: Comtac, "LPN CM-4 payload description", as public decoders follow it. Comtac publishes no codec: names are ours.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_FRAME = struct.Struct(">xBxBBhB")
_SAMPLE = 3
_CURRENT, _HISTORY = 3, 4
_OLDER = {_CURRENT: 0, _HISTORY: 7}
_LOW, _VALID = 0x20, 0x10


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, `battery_level` in %."""
    kind = frame[4] if len(frame) > 4 else None
    if kind not in _OLDER:
        raise DecodeError("Byte 4 should say 3 (a sample) or 4 (eight samples).")
    size = _FRAME.size + _SAMPLE * _OLDER[kind]
    if len(frame) != size:
        raise DecodeError(f"The frame should have {size} bytes; it has {len(frame)}.")
    status, battery, _kind, temperature, humidity = _FRAME.unpack_from(frame)
    decoded: dict[str, object] = {
        "battery_level": battery / 2,
        "battery_low": bool(status & _LOW),
        "temperature_valid": bool(status & _VALID),
    }
    if decoded["temperature_valid"]:
        decoded |= {"temperature": temperature / 100, "humidity": humidity}
    return decoded
