"""Bits of the SmartEnds BrighterBins sensor, big-endian; the last two say what the frame is.

0: fill level, 1: distance (3 bytes each), 2: system (12 bytes, of which the battery is read). 3 marks extended frames,
whose layout is not published in a form that can be relied on: refused.
Source: SmartEnds, BrighterBins payload description.
"""

from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_FILL, _DISTANCE, _SYSTEM = range(3)
_BYTES = {_FILL: 3, _DISTANCE: 3, _SYSTEM: 12}
_NO_DISTANCE = {510: "laser configuration invalid", 511: "sensor module not responding"}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to names of our own; fill and battery in %, temperature in whole °C, voltage in V."""
    bits = int.from_bytes(frame, "big")
    kind = bits & 0b11
    if kind not in _BYTES or len(frame) != _BYTES[kind]:
        raise DecodeError(f"A frame of kind {kind} and {len(frame)} bytes is not one that can be read.")
    if kind == _FILL:
        return {
            "fillLevel": bits >> 2 & 0x7F,
            "temperature": (bits >> 9 & 0x7F) - 40,
            "batteryLevel": _per_cent(bits >> 16),
        }
    if kind == _DISTANCE:
        distance = bits >> 2 & 0x1FF
        return {
            "distance_cm": _NO_DISTANCE.get(distance, distance),
            "temperature": (bits >> 11 & 0x7F) - 40,
            "batteryLevel": _per_cent(bits >> 18),
        }
    return {"batteryLevel": _per_cent(bits >> 9), "batteryVoltage": round((bits >> 5 & 0x0F) / 10 + 2.2, 1)}


def _per_cent(bits: int) -> int:
    """Six bits in steps of 2 %; 126 means that it is not known."""
    return (bits & 0x3F) * 2
