"""Bytes of the Dragino DDS04-LB and LDDS04; big-endian. Up to four sensors; a channel without one says 0.

The datalog (port 3) is not read: the published decoder places three distances in records of four sensors.
Source: Dragino, user manuals of the LDDS04 and DDS04-LB, section on uplink payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack

_FRAME = struct.Struct(">HHHHHx")
_STATUS = struct.Struct(">5xH")
_LOG_PORT, _STATUS_PORT = 3, 5


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `battery` in V, distances in cm."""
    if f_port == _LOG_PORT:
        return {"not_read_bytes": len(frame)}
    if f_port == _STATUS_PORT:
        return {"battery": unpack(_STATUS, frame)[0] / 1000}
    battery, *distances = unpack(_FRAME, frame)
    return {
        "battery": (battery & 0x3FFF) / 1000,
        **{f"distance{place}": mm / 10 for place, mm in enumerate(distances, start=1)},
    }
