"""Bytes of the IMBuildings People Counter (and Verticount); big-endian.

Counters A and B are the two directions since the last frame, the totals since power up, in 16 bits that come round.
Source: IMBuildings, "LoRaWAN payload description", type 2, variants 6 to 8.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.imbuildings_frame import body

_VARIANTS = {
    6: (struct.Struct(">BHHHBHHB"), 26),
    7: (struct.Struct(">BHH"), 27),
    8: (struct.Struct(">BHB"), 28),
}
_NAMES = {
    6: (
        *("device_status", "battery_voltage", "counter_a", "counter_b", "sensor_status"),
        *("total_counter_a", "total_counter_b", "payload_counter"),
    ),
    7: ("sensor_status", "total_counter_a", "total_counter_b"),
    8: ("device_status", "battery_voltage", "sensor_status"),
}


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; counts, and `battery_voltage` in V."""
    variant, rest = body(frame, 0x02, _VARIANTS, f_port)
    if not variant:
        return {"answer_bytes": len(rest)}
    decoded: dict[str, object] = dict(zip(_NAMES[variant], _VARIANTS[variant][0].unpack(rest), strict=True))
    if "battery_voltage" in decoded:
        decoded["battery_voltage"] = decoded["battery_voltage"] / 100  # type: ignore[operator]  # an int, as unpacked
    return decoded
