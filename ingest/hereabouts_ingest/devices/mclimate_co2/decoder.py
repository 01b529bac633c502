"""Bytes of the MClimate CO2 Sensor and Notifier. Source: docs.mclimate.eu, "CO2 Sensor", section on the keep-alive."""

from collections.abc import Mapping

from hereabouts_ingest.devices.mclimate_keepalive import climate, keepalive, small_volts

_LENGTHS = {0x01: (7,)}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; ppm, °C, %, V."""
    state = keepalive(frame, _LENGTHS)
    if state is None:
        return {"answer_bytes": len(frame)}
    return {
        "CO2": state[1] << 8 | state[2],
        **climate(state[3], state[4], state[5]),
        "batteryVoltage": small_volts(state[6]),
    }
