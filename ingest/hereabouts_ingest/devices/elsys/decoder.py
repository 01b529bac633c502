"""Bytes of every Elsys LoRaWAN sensor: one byte type, then as many bytes as that type has; big-endian.

The length of an unknown type cannot be known, so nothing behind it can be trusted: the frame is refused. Types that
tell who is at home or what they do (light, motion, occupancy, sound, thermal picture) are passed over.
Source: Elsys, "Sensor payload" (elsys.se, Elsys payload), and the types later added for ERS Interact.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_SETTINGS = 0x3E
_BYTES = 0x3B  # a text or array that brings its own length

# type -> layout of its value, then each number's name in the maker's codec and its divisor
_TYPES: Mapping[int, tuple[struct.Struct, tuple[tuple[str, int], ...]]] = {
    code: (struct.Struct(">" + layout), tuple(parts))
    for code, layout, *parts in (
        (0x01, "h", ("temperature", 10)),
        (0x02, "B", ("humidity", 1)),
        (0x03, "3x"),  # acceleration
        (0x04, "2x"),  # light
        (0x05, "x"),  # motion
        (0x06, "H", ("co2", 1)),
        (0x07, "H", ("vdd", 1)),
        (0x08, "2x"),  # voltage of an input
        (0x09, "6x"),  # position
        (0x0A, "H", ("pulse1", 1)),
        (0x0B, "I", ("pulseAbs", 1)),
        (0x0C, "h", ("externalTemperature", 10)),
        (0x0D, "x"),  # contact
        (0x0E, "H", ("distance", 1)),
        (0x0F, "x"),  # movements
        (0x10, "4x"),  # infrared temperature, which finds people at desks
        (0x11, "x"),  # occupancy
        (0x12, "B", ("waterleak", 1)),
        (0x13, "65x"),  # thermal picture
        (0x14, "I", ("pressure", 1000)),
        (0x15, "2x"),  # sound
        (0x16, "H", ("pulse2", 1)),
        (0x17, "I", ("pulseAbs2", 1)),
        (0x18, "2x"),  # voltage of an input
        (0x19, "h", ("externalTemperature2", 10)),
        (0x1A, "x"),  # contact
        (0x1B, "4x"),  # voltage of an input
        (0x1C, "H", ("tvoc", 1)),
        (0x1D, "x"),  # air quality index, scale not published
        (0x1E, "x"),  # a truth value of the user's own
        (0x1F, "x"),  # a number of the user's own
        (0x20, "2x"),  # a number of the user's own
        (0x21, "x"),  # page of the display
        (0x22, "2x"),  # temperature asked for
        (0x23, "x"),  # fan speed
        (0x24, "B", ("externalHumidity", 1)),
        (0x3C, "4x"),  # checksum
        (0x3D, "4x"),  # debug
    )
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, ppm, ppb, hPa, mm, battery (`vdd`) in mV.

    The port says nothing: it can be set freely. A settings frame (0x3E, which may hold keys) gives its length only.
    A second probe on type 0x19 makes `externalTemperature2` a list, as in the maker's codec.
    """
    if frame[:1] == bytes((_SETTINGS,)):
        return {"settings_bytes": len(frame)}
    decoded: dict[str, object] = {}
    probes: list[float] = []
    at = 0
    while at < len(frame):
        found, at = _value(frame, at)
        if "externalTemperature2" in found:
            probes.append(found["externalTemperature2"])
        decoded.update(found)
    if len(probes) > 1:
        decoded["externalTemperature2"] = probes
    return decoded


def _value(frame: bytes, at: int) -> tuple[dict[str, float], int]:
    """The value that begins at `at`, and where the next one begins."""
    code, start = frame[at], at + 1
    if code == _BYTES:
        return {}, _behind(frame, at, 1 + frame[start] if start < len(frame) else 1)
    if code not in _TYPES:
        raise DecodeError(f"Type {code:02x} at byte {at} is not one that Elsys publishes; its length is not known.")
    layout, parts = _TYPES[code]
    end = _behind(frame, at, layout.size)
    numbers = layout.unpack_from(frame, start)
    return {name: raw if by == 1 else raw / by for raw, (name, by) in zip(numbers, parts, strict=True)}, end


def _behind(frame: bytes, at: int, length: int) -> int:
    end = at + 1 + length
    if end > len(frame):
        raise DecodeError(f"Type {frame[at]:02x} at byte {at} needs {length} bytes; the frame ends before.")
    return end
