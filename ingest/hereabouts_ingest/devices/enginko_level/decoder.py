"""Bytes of the Enginko EGK-LW20L and EGK-LW20W, little-endian: 14, kind, date, supply, distance, what the kind adds.

Kind 0 has the distance alone, 1 adds fill level and temperature, 2 climate, 3 all of them; the battery in % comes last
and may be missing. A distance above 60000 is an error. The date is of a clock whose zone nobody states: not read.
Source: Enginko, "Data frame format" rev. 1.34, section 1.14.
"""

from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_SYNC, _LEVEL = 0x01, 0x14
_HEAD = 10  # kind, date, supply and two bytes that are reserved stand before the distance
_LONGEST_MM = 60_000
_FILL, _TEMPERATURE, _HUMIDITY, _PRESSURE = (
    ("fillLevel", 1, 1),
    ("temperature", 2, 100),
    ("humidity", 1, 2),
    ("pressure", 3, 100),
)
# kind -> (name, bytes, divisor) of what stands behind the distance
_MORE: Mapping[int, tuple[tuple[str, int, int], ...]] = {
    0: (),
    1: (_FILL, _TEMPERATURE),
    2: (_TEMPERATURE, _HUMIDITY, _PRESSURE),
    3: (_FILL, _TEMPERATURE, _HUMIDITY, _PRESSURE),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the names of the maker's codec; mm, %, °C, hPa."""
    if frame[:1] == bytes((_SYNC,)):
        return {"sync_bytes": len(frame)}
    if frame[:1] != bytes((_LEVEL,)) or len(frame) < _HEAD + 2 or frame[1] not in _MORE:
        raise DecodeError("A level frame begins with 14 and one of the kinds 0 to 3; this one does not.")
    more = _MORE[frame[1]]
    end = _HEAD + 2 + sum(size for _name, size, _by in more)
    if len(frame) not in (end, end + 1):
        raise DecodeError(f"A level frame of kind {frame[1]} has {end} bytes and the battery; not {len(frame)}.")
    distance = int.from_bytes(frame[_HEAD : _HEAD + 2], "little")
    decoded: dict[str, object] = {"distance": distance if distance <= _LONGEST_MM else "distance error"}
    at = _HEAD + 2
    for name, size, by in more:
        raw = int.from_bytes(frame[at : at + size], "little", signed=name == "temperature")
        decoded[name] = raw if by == 1 else raw / by
        at += size
    return {**decoded, "battery": frame[end]} if len(frame) > end else decoded
