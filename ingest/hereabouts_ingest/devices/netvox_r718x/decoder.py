"""Bytes of the Netvox R718X, R718PE; big-endian.

Source: Netvox, "LoRaWAN application command", and its decoders.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.netvox_reports import report

_DEVICES = frozenset({0x34, 0xB1})
_R718X = 0x34
_WARM = struct.Struct(">xHhBx")  # status, distance, temperature, fill level, angle
_COLD = struct.Struct(">xHB3x")


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; mm, %, °C (R718X alone), V."""
    decoded, data = report(frame, f_port, _DEVICES)
    if data:
        decoded |= _warm(data) if frame[1] == _R718X else _cold(data)
    return decoded


def _warm(data: bytes) -> dict[str, object]:
    distance, temperature, level = _WARM.unpack(data)
    return {"Distance": distance, "FillLevel": level, "Temp": temperature / 10}


def _cold(data: bytes) -> dict[str, object]:
    distance, level = _COLD.unpack(data)
    return {"Distance": distance, "FillLevel": level}
