"""Bytes of the Netvox R718B, R718CJ, R718CK, R718CT, R718CR, R718CE; big-endian.

Source: Netvox, "LoRaWAN application command", and its decoders.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.netvox_reports import report

_DEVICES = frozenset(range(0x90, 0x96))
_DATA = struct.Struct(">h5x")


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, V."""
    decoded, data = report(frame, f_port, _DEVICES)
    if data:
        decoded["Temp"] = _DATA.unpack(data)[0] / 10
    return decoded
