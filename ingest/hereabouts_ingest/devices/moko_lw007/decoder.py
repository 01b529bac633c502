"""Bytes of the MOKO LW007-PIR; big-endian. Whether somebody moves and whether a door is open are passed over.

Heartbeats come on port 5, events on port 6, shutdowns on port 7. Temperature and humidity have ten bits each; all bits
set mean that the one or the other is switched off.
Source: MOKO, "LW007-PIR specification", section on uplink payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct(">6xBHH")
_PORTS = (5, 6, None)
_OFF = 0x3FF


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the names of public decoders; °C, %."""
    if f_port not in _PORTS:
        return {"not_read_bytes": len(frame)}
    high, low, tail = unpack(_FRAME, frame)
    packed = high << 16 | low
    temperature, humidity = packed >> 14, packed >> 4 & 0x3FF
    decoded: dict[str, object] = {"lowBattery": bool(tail >> 15)}
    if temperature != _OFF:
        decoded["temperature"] = (temperature - 300) / 10
    if humidity != _OFF:
        decoded["humidity"] = humidity / 10
    return decoded
