"""Bytes of the MClimate HT Sensor. Source: docs.mclimate.eu, "HT Sensor LoRaWAN", section on the keep-alive."""

from collections.abc import Mapping

from hereabouts_ingest.devices.mclimate_keepalive import climate, keepalive, small_volts

_LENGTHS = {0x01: (7, 5)}  # 5 from old firmware, which knows no probe
_NO_PROBE = 0x04


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, V. The probe is left out where none is connected."""
    state = keepalive(frame, _LENGTHS)
    if state is None:
        return {"answer_bytes": len(frame)}
    decoded = climate(state[1], state[2], state[3]) | {"batteryVoltage": small_volts(state[4])}
    if len(state) > 5 and not state[5] & _NO_PROBE:
        decoded["extThermistorTemperature"] = ((state[5] & 0x03) << 8 | state[6]) / 10
    return decoded
