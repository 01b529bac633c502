"""Bytes of the Browan TABS TBHV110 (port 103); little-endian, 11 bytes.

It has two temperatures: of its own board, and of the air; the board's is warmer and passed over. Its carbon dioxide is
worked out from volatile compounds, not measured, and is passed over too.
Source: Browan, "Reference manual for TBHV110", section 4.1.2.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct("<xBxB6xB")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `battery` in V, °C, %. A humidity of 127 is the sensor's fault."""
    battery, humidity, temperature = unpack(_FRAME, frame)
    return {
        "battery": (25 + (battery & 0x0F)) / 10,
        "humidity": humidity & 0x7F,
        "temperature": (temperature & 0x7F) - 32,
    }
