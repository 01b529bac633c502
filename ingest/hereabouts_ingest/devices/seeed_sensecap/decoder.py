"""Bytes of Seeed's SenseCAP S210x, little-endian: records of 7 bytes, then 2 bytes that check the frame.

A record is a channel, a measurement's id and its value in thousandths; ids below 4096 are about the device. Every
record has the same length, so an id that is not read is passed over.
Source: Seeed, "SenseCAP LoRaWAN S210X sensor user guide", payload decoding.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_RECORD = struct.Struct("<BHi")
_CHECK_BYTES = 2
_BATTERY = 7
_NAMES = {4097: "temperature", 4098: "humidity", 4100: "co2", 4101: "pressure_pa"}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, ppm, battery in %."""
    records, rest = divmod(len(frame) - _CHECK_BYTES, _RECORD.size)
    if not records or rest:
        raise DecodeError(f"A frame has records of 7 bytes and 2 bytes that check it; {len(frame)} bytes do not fit.")
    decoded: dict[str, object] = {}
    for at in range(0, len(frame) - _CHECK_BYTES, _RECORD.size):
        _channel, kind, value = _RECORD.unpack_from(frame, at)
        if kind in _NAMES:
            decoded[_NAMES[kind]] = value / 1000
        elif kind == _BATTERY:
            decoded["battery"] = value & 0xFFFF
    return decoded
