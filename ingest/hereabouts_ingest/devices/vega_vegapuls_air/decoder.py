"""Bytes of the VEGA VEGAPULS Air, big-endian: a packet id, then the parts that this packet has, in one order.

The distance is a float in the unit that the next byte says (HART unit codes). Position, scaled and percentage values
and the inclination are passed over. 8000 for the temperature and a NaN for the distance mean no measurement.
Source: VEGA, "VEGAPULS Air 23, 41, 42, operating instructions", LoRaWAN data transmission, packet structure.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.measured_float import NOT_MEASURED, measured
from hereabouts_ingest.profiles import DecodeError

_TO_METRES = {44: 0.3048, 45: 1.0, 47: 0.0254, 48: 0.01, 49: 0.001}
_FAILURE = 4
_NO_TEMPERATURE = -32_768
# A letter a part: n state, d distance and unit, p percentages and scaled value, b battery, g position, s details,
# t temperature, u temperature and unit, i inclination.
_PACKETS: Mapping[int, str] = {
    2: "ndbti", 3: "ndbtgi", 4: "ndbtsi", 5: "ndbtgsi", 6: "ng", 7: "ns",
    8: "dbui", 9: "dbgui", 10: "ndbsui", 11: "ndbgsui", 12: "dpbui", 13: "dpbgui", 14: "ndpbsui", 15: "ndpbgsui",
    18: "dbui", 19: "ndbi", 20: "nsu", 21: "ng", 22: "np",
}  # fmt: skip
_SETTINGS = frozenset({16, 17, 23, 24, 25, 26})
_PARTS: Mapping[str, tuple[struct.Struct, tuple[str, ...]]] = {
    "n": (struct.Struct(">B"), ("namurState",)),
    "d": (struct.Struct(">fB"), ("distance", "unit")),
    "p": (struct.Struct(">9x"), ()),
    "b": (struct.Struct(">B"), ("batteryLevel",)),
    "g": (struct.Struct(">8x"), ()),
    "s": (struct.Struct(">4x"), ()),
    "t": (struct.Struct(">h"), ("temperature",)),
    "u": (struct.Struct(">hx"), ("temperature",)),
    "i": (struct.Struct(">x"), ()),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to names of our own; °C, battery in %, `failure` when the device says that it failed."""
    packet = frame[0] if frame else -1
    if packet in _SETTINGS:
        return {"settings_bytes": len(frame)}
    if packet not in _PACKETS:
        raise DecodeError("The packet id is not one of a VEGAPULS Air.")
    read: dict[str, float] = {}
    at = 1
    for part in _PACKETS[packet]:
        layout, names = _PARTS[part]
        if at + layout.size > len(frame):
            raise DecodeError(f"Packet {packet} ends before all of its parts.")
        read.update(zip(names, layout.unpack_from(frame, at), strict=True))
        at += layout.size
    if at != len(frame):
        raise DecodeError(f"Packet {packet} should have {at} bytes; it has {len(frame)}.")
    return _named(read)


def _named(read: Mapping[str, float]) -> dict[str, object]:
    decoded: dict[str, object] = {}
    if "distance" in read:
        factor = _TO_METRES.get(int(read["unit"]))
        if factor is None:
            raise DecodeError(f"Unit {read['unit']} of the distance is not one that is known here.")
        decoded["distance_m"] = measured(read["distance"] * factor, 6)
    if "temperature" in read:
        raw = read["temperature"]
        decoded["temperature"] = NOT_MEASURED if raw == _NO_TEMPERATURE else raw / 10
    if "batteryLevel" in read:
        decoded["batteryLevel"] = read["batteryLevel"]
    if read.get("namurState") == _FAILURE:
        decoded["failure"] = True
    return decoded
