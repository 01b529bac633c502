"""Bytes of the Browan MerryIoT DW10 (port 120): 9 bytes.

The door, its button and how often it opened tell who is at home: those bytes are passed over.
Source: Browan, "Reference manual MerryIoT Open/Close", section on the payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct("<xBbB5x")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the field names of ChirpStack's codec; V, °C, %."""
    battery, temperature, humidity = unpack(_FRAME, frame)
    return {"battery_volt": (21 + (battery & 0x0F)) / 10, "temperature": temperature, "humi": humidity & 0x7F}
