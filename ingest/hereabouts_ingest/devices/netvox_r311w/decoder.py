"""Bytes of the Netvox R311W, R718WA, R718WB; big-endian.

Source: Netvox, "LoRaWAN application command", and its decoders.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.netvox_reports import report

_DEVICES = frozenset({0x06, 0x12, 0x32})
_TWO_SENSORS = 0x06
_DATA = struct.Struct(">BB5x")


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; words for each leak, V."""
    decoded, data = report(frame, f_port, _DEVICES)
    if data:
        words = ["Leak" if state else "NoLeak" for state in _DATA.unpack(data)]
        has_two = frame[1] == _TWO_SENSORS
        decoded |= {"WaterLeak_1": words[0], "WaterLeak_2": words[1]} if has_two else {"WaterLeak": words[0]}
    return decoded
