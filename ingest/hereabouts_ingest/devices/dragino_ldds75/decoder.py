"""Bytes of the Dragino LDDS75; big-endian: 8 bytes, or 5 from firmware before 1.1.

A distance of 0 means that the ultrasonic sensor is not found, 20 that the surface is nearer than the 280 mm it can
measure. Source: Dragino's LDDS75 user manual, section on uplink payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_NOW = struct.Struct(">HHBhB")
_BEFORE = struct.Struct(">HHB")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `Bat` in V, `Distance` in mm, `TempC_DS18B20` in °C."""
    if len(frame) == _NOW.size:
        battery, distance, interrupt, probe, sensor = _NOW.unpack(frame)
        more = {"TempC_DS18B20": probe / 10, "Sensor_flag": sensor}
    elif len(frame) == _BEFORE.size:
        battery, distance, interrupt = _BEFORE.unpack(frame)
        more = {}
    else:
        raise DecodeError(f"The frame should have 8 bytes (5 from old firmware); it has {len(frame)}.")
    return {"Bat": (battery & 0x3FFF) / 1000, "Distance": distance, "Interrupt_flag": interrupt, **more}
