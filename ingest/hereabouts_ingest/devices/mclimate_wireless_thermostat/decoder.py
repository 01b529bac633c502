"""Bytes of the MClimate Wireless Thermostat; the set point, light and movement are passed over.

Source: docs.mclimate.eu, "Wireless Thermostat", section on the keep-alive.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.mclimate_keepalive import climate, keepalive

_LENGTHS = {0x01: (11,), 0x81: (12,)}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, V."""
    state = keepalive(frame, _LENGTHS)
    if state is None:
        return {"answer_bytes": len(frame)}
    return climate(state[1], state[2], state[3]) | {"batteryVoltage": (state[4] << 8 | state[5]) / 1000}
