"""Bytes of inBiot's MICA family; big-endian. The first byte says whether measurements (1) or settings (0, 2) follow.

Formaldehyde, volatile compounds and gases come in units that the decoders do not name, indices mean nothing alone, and
noise tells who is in: all passed over. The MINI has no particle sensor; its bytes for particles say nothing.
Source: inBiot, "LoRaWAN payload" of the MICA, as public decoders follow it.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.fixed_frames import unpack
from hereabouts_ingest.profiles import DecodeError

_FRAME = struct.Struct(">xhHH6xH2xH8x4s7x")
_MEASUREMENTS, _SETTINGS = 1, (0, 2)
_WITHOUT_PARTICLES = b"MINI"


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the names of public decoders; °C, %, ppm, µg/m³."""
    if frame[:1] and frame[0] in _SETTINGS:
        return {"settings_bytes": len(frame)}
    if not frame or frame[0] != _MEASUREMENTS:
        raise DecodeError("The first byte should be 0, 1 or 2.")
    temperature, humidity, co2, pm2_5, pm10, model = unpack(_FRAME, frame)
    decoded: dict[str, object] = {"temperature": temperature / 10, "humidity": humidity / 10, "co2": co2}
    return decoded if model == _WITHOUT_PARTICLES else decoded | {"pm2_5": pm2_5, "pm10": pm10}
