"""Bytes of the Swisscom Multisense on port 3, big-endian: version, mode, what triggered it, battery, then typed values.

The length of an unknown type cannot be known, so nothing behind it can be trusted: the frame is refused. Door, motion
and acceleration tell who is in and are passed over; of earlier values, which come without times, only the latest is
read. Source: Swisscom, Multisense payload description.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_HEAD = 4
# type -> layout, name, divisor
_TYPES: Mapping[int, tuple[struct.Struct, str | None, int]] = {
    1: (struct.Struct(">h"), "temperature", 100),
    2: (struct.Struct(">B"), "humidity", 2),
    3: (struct.Struct(">2x"), None, 1),
    4: (struct.Struct(">2x"), None, 1),
    5: (struct.Struct(">6x"), None, 1),
    6: (struct.Struct(">h14x"), "temperature", 100),
    7: (struct.Struct(">B7x"), "humidity", 2),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %."""
    if len(frame) < _HEAD:
        raise DecodeError(f"The head has 4 bytes; the frame has {len(frame)}.")
    decoded: dict[str, object] = {"battery_mv": 2000 + 6 * frame[3]}
    at = _HEAD
    while at < len(frame):
        if frame[at] not in _TYPES:
            raise DecodeError(f"Type {frame[at]} at byte {at} is not one that is known here.")
        layout, name, by = _TYPES[frame[at]]
        if at + 1 + layout.size > len(frame):
            raise DecodeError(f"Type {frame[at]} at byte {at} is cut short.")
        if name is not None:
            (raw,) = layout.unpack_from(frame, at + 1)
            decoded[name] = raw / by
        at += 1 + layout.size
    return decoded
