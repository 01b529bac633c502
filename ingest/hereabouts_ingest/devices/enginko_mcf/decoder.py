"""Bytes of Enginko's MCF-LW12 indoor sensors, little-endian: a few dated measurements, then the battery in %.

Every measurement has a date of the device's own clock, which runs in whatever zone the network told it, if it told it
any. So the dates only say which measurement is the latest; that one is read, the older ones are not.
Volatile compounds are an index or ppb by the sensor's settings, and light tells who is in: both are passed over.
Source: Enginko, "Data frame format" rev. 1.34, sections 1.2, 1.6, 1.7 and 1.9.
"""

import struct
from collections.abc import Iterator, Mapping

from hereabouts_ingest.profiles import DecodeError

_CLIMATE = struct.Struct("<IhB3s")
_SYNC = 0x01
_REPORT = 0x0B
_PARTICLES = struct.Struct("<IhB3sHHH")
# id -> measurements in the frame, bytes of each, where its carbon dioxide stands
_KINDS: Mapping[int, tuple[int, int, int | None]] = {
    0x04: (3, 10, None),
    0x0C: (2, 14, None),
    0x0E: (2, 16, 14),
    0x12: (2, 15, None),
    0x13: (2, 17, 15),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the names of the maker's codec; °C, %, hPa, ppm, µg/m³, battery in %."""
    kind = frame[0] if frame else -1
    if kind == _SYNC:
        return {"sync_bytes": len(frame)}
    if kind == _REPORT:
        return _particles(frame)
    if kind not in _KINDS:
        raise DecodeError("The frame's first byte is not one of an MCF-LW12 indoor sensor.")
    count, size, co2_at = _KINDS[kind]
    end = 1 + count * size
    if len(frame) not in (end, end + 1):
        raise DecodeError(f"A frame that begins with {kind:02x} has {end} bytes and the battery; not {len(frame)}.")
    records = [frame[at : at + size] for at in range(1, end, size)]
    latest = max(enumerate(records), key=lambda pair: (_date(pair[1]), pair[0]))[1]
    decoded: dict[str, object] = dict(_climate(latest))
    if co2_at is not None:
        decoded["co2"] = int.from_bytes(latest[co2_at : co2_at + 2], "little")
    return {**decoded, **_battery(frame, end)}


def _date(record: bytes) -> int:
    """Year, month, day, hour, minute and seconds, packed so that a later date is a larger number."""
    return int.from_bytes(record[:4], "little")


def _climate(record: bytes) -> Iterator[tuple[str, float]]:
    _dated, temperature, humidity, pressure = _CLIMATE.unpack_from(record)
    yield "temperature", temperature / 100
    yield "humidity", humidity / 2
    yield "pressure", int.from_bytes(pressure, "little") / 100


def _battery(frame: bytes, at: int) -> dict[str, object]:
    return {"battery": frame[at]} if len(frame) > at else {}


def _particles(frame: bytes) -> dict[str, object]:
    """The report of a TERPM; other reports (weather stations, meters) are not of this family."""
    end = 3 + _PARTICLES.size
    if len(frame) not in (end, end + 1) or frame[1] >> 4 != 3 or frame[2] != 0:
        raise DecodeError("The report is not one of an MCF-LW12TERPM.")
    *_others, fine, coarse = _PARTICLES.unpack_from(frame, 3)
    return {**dict(_climate(frame[3:])), "pm25": fine, "pm10": coarse, **_battery(frame, end)}
