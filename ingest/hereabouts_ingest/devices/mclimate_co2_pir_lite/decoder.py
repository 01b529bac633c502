"""Bytes of the MClimate CO2-PIR Lite. Whether somebody moves is passed over.

Source: docs.mclimate.eu, "CO2-PIR Lite", section on the keep-alive.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.mclimate_keepalive import climate, keepalive

_LENGTHS = {0x81: (8,)}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, V, ppm."""
    state = keepalive(frame, _LENGTHS)
    if state is None:
        return {"answer_bytes": len(frame)}
    return {
        **climate(state[1], state[2], state[3]),
        "batteryVoltage": (state[4] * 2200 / 255 + 1600) / 1000,
        "CO2": (state[6] >> 3) << 8 | state[5],
    }
