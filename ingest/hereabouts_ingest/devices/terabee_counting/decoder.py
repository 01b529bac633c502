"""Bytes of the Terabee People Counting M (port 82), L and XL (port 1), big-endian: in, out, flags.

Both counts run on until somebody sets them. The third flag means a fault on the L and XL and only that the network is
there on the M; on an unknown port it is passed over.
Source: Terabee, People Counting payload decoders for The Things Network.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_COUNTS = struct.Struct(">IIB")
_PORT_OF_L_AND_XL = 1


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; whole counts, `flags` as the maker has them."""
    if len(frame) != _COUNTS.size:
        raise DecodeError(f"A counting frame has {_COUNTS.size} bytes; this one has {len(frame)}.")
    inwards, outwards, bits = _COUNTS.unpack(frame)
    names = {0: "TPC_STOPPED", 1: "TPC_STUCK"}
    if f_port == _PORT_OF_L_AND_XL:
        names[2] = "MULTI_DEV_ISSUE"
    flags = {name: 1 for bit, name in names.items() if bits >> bit & 1}
    return {"count_in": inwards, "count_out": outwards, "flags": flags}
