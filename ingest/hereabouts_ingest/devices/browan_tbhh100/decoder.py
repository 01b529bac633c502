"""Bytes of the Browan TABS TBHH100 (port 103).

Status, battery in the low half of the second byte, whole degrees and whole per cent in seven bits each; four bytes of
0xFF stand where relatives put what this one does not measure, and old firmware leaves them out.
Source: Browan, "Reference manual for TBHH100", section on the payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_SHORT = struct.Struct("xBBB")
_LONG = struct.Struct("xBBB4x")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `battery` in V, °C, %. A humidity of 127 is the sensor's fault."""
    battery, temperature, humidity = unpack(_SHORT if len(frame) == _SHORT.size else _LONG, frame)
    return {
        "battery": (25 + (battery & 0x0F)) / 10,
        "temperature": (temperature & 0x7F) - 32,
        "humidity": humidity & 0x7F,
    }
