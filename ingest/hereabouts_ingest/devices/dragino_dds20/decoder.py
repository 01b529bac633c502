"""Bytes of the Dragino DDS20-LB and LDDS20; big-endian.

The sensor sits under a container and measures up to the surface, so more is fuller. The datalog (port 3) is not read:
the two published decoders place its values differently. Source: Dragino, user manuals of the LDDS20 and DDS20-LB,
section on uplink payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct(">HHxhx")
_STATUS = struct.Struct(">5xH")
_LOG_PORT, _STATUS_PORT = 3, 5


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `battery` in V, `distance` in mm, `temperature_pro` in °C."""
    if f_port == _LOG_PORT:
        return {"not_read_bytes": len(frame)}
    if f_port == _STATUS_PORT:
        return {"battery": (unpack(_STATUS, frame)[0] & 0x3FFF) / 1000}
    battery, distance, probe = unpack(_FRAME, frame)
    return {"battery": (battery & 0x3FFF) / 1000, "distance": distance, "temperature_pro": probe / 10}
