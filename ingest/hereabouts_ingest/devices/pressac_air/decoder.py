"""Bytes of Pressac's indoor sensors (IAQ and RCS), big-endian: product, message and revision, supply, then the message.

A data message says in one byte which sensors it carries; they come in a fixed order. Sound, light and presence tell who
is in and are passed over. All ones mean "not measured".
Source: Pressac, LoRaWAN payload of the indoor air quality sensor and of the room climate sensor.
"""

from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_BOOT, _DATA, _PRESENCE = 1, 2, 3
_HEAD = 5  # product, message, supply, age of the data, sensors
_CLIMATE, _TVOC, _CO2, _PARTICLES, _LIGHT, _SOUND = (1 << bit for bit in range(6))
_BYTES = ((_CLIMATE, 2), (_PARTICLES, 5), (_SOUND, 1), (_LIGHT, 2), (_CO2, 2), (_TVOC, 2))  # in the frame's order
_TVOC_UNITS = {0: "tvoc_ug_m3", 1: "tvoc_ppb", 2: "tvoc_index"}
_NOT_MEASURED = "not measured"


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, ppm, µg/m³, supply in V; `tvoc_...` is named by the unit that the frame tells."""
    message = frame[1] >> 4 if len(frame) > 1 else 0
    if message not in (_BOOT, _DATA, _PRESENCE) or len(frame) < _HEAD:
        raise DecodeError("The frame is none of Pressac's boot, data and presence messages.")
    decoded: dict[str, object] = {}
    if frame[2] not in (0x00, 0xFF):  # fed from outside, not measured
        decoded["batteryVoltage"] = round((frame[2] - 1) * 0.2, 1)
    if message == _DATA:
        decoded.update(_data(frame))
    return decoded


def _data(frame: bytes) -> dict[str, object]:
    decoded: dict[str, object] = {}
    at = _HEAD
    for sensor, size in _BYTES:
        if frame[4] & sensor:
            if at + size > len(frame):
                raise DecodeError("The frame ends before all of the sensors that it announces.")
            decoded.update(_sensor(sensor, frame[at : at + size]))
            at += size
    return decoded


def _sensor(sensor: int, raw: bytes) -> dict[str, object]:
    number = int.from_bytes(raw, "big")
    if sensor == _CLIMATE:
        return {"temperature": _unless(raw[0], 0xFF, raw[0] / 4 - 10), "humidity": _unless(raw[1], 0xFF, raw[1] / 2)}
    if sensor == _PARTICLES:  # four sizes of 9 bits, the largest first
        coarse, fine = number >> 31 & 0x1FF, number >> 13 & 0x1FF
        return {"pm10": _unless(coarse, 0x1FF, coarse), "pm2_5": _unless(fine, 0x1FF, fine)}
    if sensor == _CO2:
        return {"co2": _unless(number, 0xFFFF, number)}
    if sensor == _TVOC and number >> 14 in _TVOC_UNITS:
        value = number & 0x3FFF
        return {_TVOC_UNITS[number >> 14]: _unless(value, 0x3FFF, value)}
    return {}


def _unless(raw: int, none: int, value: float) -> float | str:
    return _NOT_MEASURED if raw == none else value
