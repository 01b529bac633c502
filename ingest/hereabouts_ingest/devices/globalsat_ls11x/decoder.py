"""Bytes of GlobalSat's LS-11x family; big-endian: device type, temperature, humidity, and the gas or the particles.

Source: GlobalSat, "LS-11x communication protocol", as public decoders follow it; the field names are theirs.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack
from hereabouts_ingest.profiles import DecodeError

_FRAME = struct.Struct(">BhHH")
_MEASURED = {1: "co2", 2: "co", 3: "pm2_5"}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, ppm or µg/m³."""
    kind, temperature, humidity, measured = unpack(_FRAME, frame)
    if kind not in _MEASURED:
        raise DecodeError(f"Device type {kind:02x} (byte 0) is not one of the LS-11x family.")
    return {"temperature": temperature / 100, "humidity": humidity / 100, _MEASURED[kind]: measured}
