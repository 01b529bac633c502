"""Bytes of the Dingtek DC410 and DC413, big-endian, 17 bytes: as the DF702, with no fire alarm.

Source: Dingtek, payloads of the DC410 and DC413 in the maker's codecs for The Things Network.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.dingtek_packet import SETTINGS, check_packet, signed
from hereabouts_ingest.profiles import DecodeError


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; level in mm, temperature in whole °C, alarms true or false."""
    if check_packet(frame) == SETTINGS:
        return {"settings_bytes": len(frame)}
    if len(frame) != 17:
        raise DecodeError(f"A DC410 or DC413 sends 17 bytes; this frame has {len(frame)}.")
    return {
        "level": int.from_bytes(frame[5:7], "big"),
        "temperature": signed(frame[8]),
        "alarmLevel": bool(frame[11] >> 4),
        "alarmFall": bool(frame[12] >> 4),
        "alarmBattery": bool(frame[12] & 0x0F),
    }
