"""Bytes of the Dragino LHT65N-VIB; big-endian. How much something shakes, and how long it ran, is passed over.

Bits 2 to 4 of the third byte say which mode the device is in, and so what follows.
Source: Dragino, user manual of the LHT65N-VIB, section on uplink payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack
from hereabouts_ingest.profiles import DecodeError

_MODES = {1: struct.Struct(">Hx8x"), 2: struct.Struct(">Hx4xhH"), 3: struct.Struct(">HxhH4x")}
_STATUS = struct.Struct(">5xH")
_STATUS_PORT, _SHAKES_PORT = 5, 7


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `battery` in V, °C, %."""
    if f_port == _STATUS_PORT:
        return {"battery": unpack(_STATUS, frame)[0] / 1000}
    if len(frame) < 3:
        raise DecodeError(f"The frame should have 11 bytes; it has {len(frame)}.")
    if f_port == _SHAKES_PORT:
        return {"battery": int.from_bytes(frame[:2], "big") / 1000}
    mode = frame[2] >> 2 & 0x07
    if mode not in _MODES:
        raise DecodeError(f"Mode {mode} (byte 2) is not one that Dragino publishes.")
    battery, *climate = unpack(_MODES[mode], frame)
    decoded: dict[str, object] = {"battery": battery / 1000}
    if climate:
        decoded |= {"temperature": climate[0] / 100, "humidity": (climate[1] & 0x0FFF) / 10}
    return decoded
