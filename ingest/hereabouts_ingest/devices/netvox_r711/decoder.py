"""Bytes of the Netvox R711, R712, R718A, R718AB, R720A; big-endian.

Source: Netvox, "LoRaWAN application command", and its decoders.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.netvox_reports import report

_DEVICES = frozenset({0x01, 0x0B, 0x13, 0x6E})
_DATA = struct.Struct(">hH3x")


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, V."""
    decoded, data = report(frame, f_port, _DEVICES)
    if data:
        temperature, humidity = _DATA.unpack(data)
        decoded |= {"Temp": temperature / 100, "Humi": humidity / 100}
    return decoded
