"""Bytes of the Milesight EM300-DI, whose channel 5 is a pulse input (on its sisters it is a leak probe).

The state of a digital input and the water volume that newer firmware works out are passed over.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import CLIMATE, Blocks, block, walk
from hereabouts_ingest.profiles import DecodeError

_DIGITAL, _COUNTER = 1, 2

_CLIMATE_RECORD = (("timestamp", 1), ("temperature", 10), ("humidity", 2))
_OLD_RECORD = block("IhBBxI", *_CLIMATE_RECORD, ("mode", 1), ("pulse", 1))
_NEW_RECORD = block("IhB11x", *_CLIMATE_RECORD)


def _record(rest: bytes) -> tuple[dict[str, object], int]:
    """Records up to firmware 1.2: the count is there only when the input is in counter mode."""
    found, used = _OLD_RECORD(rest)
    mode, pulse = found.pop("mode"), found.pop("pulse")
    if mode not in (_DIGITAL, _COUNTER):
        raise DecodeError(f"Input mode {mode} is neither digital (1) nor counter (2).")
    return found | ({"pulse": pulse} if mode == _COUNTER else {}), used


_CHANNELS: Blocks = {
    **CLIMATE,
    (0x05, 0x00): block("x"),
    (0x05, 0xC8): block("I", ("pulse", 1)),
    (0x05, 0xE1): block("8x"),
    (0x85, 0x00): block("2x"),
    (0x85, 0xE1): block("9x"),
    (0x20, 0xCE): _record,
    (0x21, 0xCE): _NEW_RECORD,
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, battery in %, `pulse` counts since power up or reset."""
    return walk(frame, _CHANNELS)
