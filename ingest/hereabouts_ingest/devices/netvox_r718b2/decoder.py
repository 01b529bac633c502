"""Bytes of the Netvox R718B2, R718CK2, R718CT2; big-endian.

Source: Netvox, "LoRaWAN application command", and its decoders.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.netvox_reports import report

_DEVICES = frozenset({0x14, 0x16, 0x17})
_DATA = struct.Struct(">hh3x")


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, V."""
    decoded, data = report(frame, f_port, _DEVICES)
    if data:
        first, second = _DATA.unpack(data)
        decoded |= {"Temp1": first / 10, "Temp2": second / 10}
    return decoded
