"""Bytes of the Dingtek DC520, big-endian, 19 bytes: people inside, in and out since the count was set to zero.

The alarms and the battery behind the counts are passed over: the maker's examples do not tell their layout.
Source: Dingtek, payloads of the DC520 in the maker's examples for The Things Network.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.dingtek_packet import SETTINGS, check_packet
from hereabouts_ingest.profiles import DecodeError

_COUNTS = struct.Struct(">hHH")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; whole counts."""
    if check_packet(frame) == SETTINGS:
        return {"settings_bytes": len(frame)}
    if len(frame) != 19:
        raise DecodeError(f"A DC520 sends 19 bytes; this frame has {len(frame)}.")
    balance, inwards, outwards = _COUNTS.unpack_from(frame, 5)
    return {"balanceCounter": balance, "inCounter": inwards, "outCounter": outwards}
