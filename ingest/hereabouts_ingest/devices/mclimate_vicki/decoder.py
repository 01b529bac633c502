"""Bytes of the MClimate Vicki radiator valve; set point, humidity, motor, window and child lock are passed over.

Newer firmware (first byte 0x81) steps the temperature finer. Where the valve says that its sensor is broken, no
temperature is given. Source: docs.mclimate.eu, "Vicki LoRaWAN", section on the keep-alive.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.mclimate_keepalive import keepalive

_OLD, _NEW = 0x01, 0x81
_LENGTHS = {_NEW: (9,), _OLD: (9,)}
_BROKEN = 0x01


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, V."""
    state = keepalive(frame, _LENGTHS)
    if state is None:
        return {"answer_bytes": len(frame)}
    decoded: dict[str, object] = {"batteryVoltage": 2 + (state[7] >> 4) / 10, "brokenSensor": bool(state[7] & _BROKEN)}
    if not decoded["brokenSensor"]:
        decoded["sensorTemperature"] = _degrees(state[0], state[2])
    return decoded


def _degrees(head: int, raw: int) -> float:
    return (raw - 28.33333) / 5.66666 if head == _NEW else raw * 165 / 256 - 40
