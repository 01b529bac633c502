"""Bytes of the Browan MerryIoT CD10 (port 127); little-endian, 7 bytes.

Source: Browan, "Reference manual MerryIoT Air Quality CO2", section on the payload; its frame after joining says 0 ppm.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct("<xBhBH")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `battery` in V, °C, %, ppm."""
    battery, temperature, humidity, co2 = unpack(_FRAME, frame)
    return {
        "battery": (21 + (battery & 0x0F)) / 10,
        "temperature": temperature / 10,
        "humidity": humidity & 0x7F,
        "co2_ppm": co2,
    }
