"""Bytes of Enless Wireless' LoRaWAN sensors of climate; big-endian.

A head (device number, type, sequence, firmware), then values by the type. Volatile compounds and carbon dioxide are
passed over: the published decoders scale them differently. So are light and movement. The battery comes in quarters,
by two bits of the last byte; the two published decoders read them from different bytes of the newest types, so there
it is passed over. Source: Enless Wireless' installation guides, "LoRaWAN frame format", and its decoder.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

from hereabouts_ingest.profiles import DecodeError

_HEAD = 6
_QUARTERS = ("100%", "75%", "50%", "25%")
_DATALOG = 0x29


class _Type(NamedTuple):
    layout: struct.Struct
    names: tuple[str, ...]
    has_battery: bool = True


_CLIMATE = ("temperature", "humidity")
_TYPES: Mapping[int, _Type] = {
    0x04: _Type(struct.Struct(">hH8x"), _CLIMATE),  # 600-021
    0x05: _Type(struct.Struct(">hH8x"), _CLIMATE),  # 600-022
    0x06: _Type(struct.Struct(">hH8x"), _CLIMATE),  # 600-023
    0x0E: _Type(struct.Struct(">hH4x"), _CLIMATE),  # 600-034
    **dict.fromkeys((0x07, 0x0F, 0x10), _Type(struct.Struct(">h6x"), ("temperature_1",))),  # 600-031, -032, -033
    **dict.fromkeys((0x0C, 0x11), _Type(struct.Struct(">hh4x"), ("temperature_1", "temperature_2"))),  # 600-232, -233
    **dict.fromkeys(
        (0x1F, 0x20, 0x22), _Type(struct.Struct(">h2xH18x"), _CLIMATE, has_battery=False)
    ),  # 600-051 to -062
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, in `values` and `states`; °C, %."""
    if len(frame) < _HEAD:
        raise DecodeError(f"The head should have {_HEAD} bytes; the frame has {len(frame)}.")
    if frame[3] == _DATALOG:
        return {"not_read_bytes": len(frame)}  # samples without their times
    kind = _TYPES.get(frame[3])
    if kind is None:
        raise DecodeError(f"Device type {frame[3]:02x} (byte 3) is not one whose values are known.")
    if len(frame) != _HEAD + kind.layout.size:
        raise DecodeError(f"The frame should have {_HEAD + kind.layout.size} bytes; it has {len(frame)}.")
    tenths = kind.layout.unpack_from(frame, _HEAD)
    decoded: dict[str, object] = {
        "values": {name: {"value": raw / 10} for name, raw in zip(kind.names, tenths, strict=True)}
    }
    return decoded | {"states": {"battery": _QUARTERS[frame[-1] >> 2 & 0x03]}} if kind.has_battery else decoded
