"""Bytes of the Dingtek DF702 and DF703, big-endian: 17 bytes, or 25 with the position of the bin.

Alarms take half a byte each: full and fire in one byte, fallen and low battery in the next. The position is passed
over: where the bin stands is known from its deployment.
Source: Dingtek, "DF702 & DF703 Waste Bin Sensor, Protocol LoRaWAN" V2.8.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.dingtek_packet import SETTINGS, check_packet, signed
from hereabouts_ingest.profiles import DecodeError

_TEMPERATURE_AT = {17: 8, 25: 16}  # by length: the position takes 8 bytes


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; level in mm, temperature in whole °C, alarms true or false."""
    if check_packet(frame) == SETTINGS:
        return {"settings_bytes": len(frame)}
    at = _TEMPERATURE_AT.get(len(frame))
    if at is None:
        raise DecodeError(f"A DF702 or DF703 sends 17 or 25 bytes; this frame has {len(frame)}.")
    alarms, more = frame[at + 3], frame[at + 4]
    return {
        "level": int.from_bytes(frame[5:7], "big"),
        "temperature": signed(frame[at]),
        "full": bool(alarms >> 4),
        "fire": bool(alarms & 0x0F),
        "tilt": bool(more >> 4),
        "battery": bool(more & 0x0F),
    }
