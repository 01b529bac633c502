"""Bytes of the Comtac LPN MS-3; big-endian. Light, movement and position are passed over.

The lowest bit of the first byte says whether temperature and humidity are measured.
Source: Comtac, "LPN MS-3 payload description", as public decoders follow it. Comtac publishes no codec: names are ours.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct(">BxBxBh28x")
_CLIMATE = 0x01


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, `battery_voltage` in V."""
    fitted, battery, humidity, temperature = unpack(_FRAME, frame)
    decoded: dict[str, object] = {"battery_voltage": (100 + battery) / 100}
    return decoded | {"temperature": temperature / 10, "humidity": humidity} if fitted & _CLIMATE else decoded
