"""Bytes of the MClimate CO2 Display (11 bytes) and CO2 Display Lite (10); light and movement are passed over.

Source: docs.mclimate.eu, "CO2 Display" and "CO2 Display Lite", section on the keep-alive.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.mclimate_keepalive import climate, keepalive

_LENGTHS = {0x01: (11, 10)}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, V, ppm."""
    state = keepalive(frame, _LENGTHS)
    if state is None:
        return {"answer_bytes": len(frame)}
    return {
        **climate(state[1], state[2], state[3]),
        "batteryVoltage": (state[4] << 8 | state[5]) / 1000,
        "CO2": (state[7] >> 3) << 8 | state[6],
    }
