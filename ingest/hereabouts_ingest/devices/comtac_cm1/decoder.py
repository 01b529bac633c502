"""Bytes of the Comtac LPN CM-1; big-endian: thresholds and interval, battery, temperature, humidity.

Source: Comtac, "LPN CM-1 payload description", as public decoders follow it. Comtac publishes no codec: names are ours.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct(">7xHhH")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, `battery_voltage` in V."""
    battery, temperature, humidity = unpack(_FRAME, frame)
    return {"temperature": temperature / 100, "humidity": humidity / 100, "battery_voltage": battery / 1000}
