"""Bytes of the IMBuildings Comfort Sensor; big-endian. Whether somebody is present is passed over.

Source: IMBuildings, "LoRaWAN payload description", type 1, variant 3.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.imbuildings_frame import body

_VARIANTS = {3: (struct.Struct(">BHhHHx"), 13)}


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; V, °C, %, ppm."""
    variant, rest = body(frame, 0x01, _VARIANTS, f_port)
    if not variant:
        return {"answer_bytes": len(rest)}
    status, battery, temperature, humidity, co2 = _VARIANTS[variant][0].unpack(rest)
    return {
        "device_status": status,
        "battery_voltage": battery / 100,
        "temperature": temperature / 100,
        "humidity": humidity / 100,
        "CO2": co2,
    }
