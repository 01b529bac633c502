"""Bytes of the Dingtek DC500 (21 bytes) and DC510 (18 bytes), big-endian: how many people passed, either way.

The count runs on until somebody sets it to zero. Source: Dingtek, payloads of the DC500 and DC510 in the maker's
codecs for The Things Network.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.dingtek_packet import SETTINGS, check_packet
from hereabouts_ingest.profiles import DecodeError

_DC500, _DC510 = 21, 18


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; volts in V, the alarm true or false."""
    if check_packet(frame) == SETTINGS:
        return {"settings_bytes": len(frame)}
    if len(frame) == _DC500:
        alarm, volts = frame[7] & 0x0F, frame[9:11]
    elif len(frame) == _DC510:
        alarm, volts = frame[12] & 0x0F, frame[13:15]
    else:
        raise DecodeError(f"A DC500 sends 21 bytes, a DC510 18; this frame has {len(frame)}.")
    return {
        "peopleCounter": int.from_bytes(frame[5:7], "big"),
        "volt": int.from_bytes(volts, "big") / 100,
        "alarmBattery": bool(alarm),
    }
