"""Bytes of the Milesight VS350 and VS351. Totals are 16 bits wide and start again at 0 after 65,535."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, Blocks, Part, block, walk
from hereabouts_ingest.profiles import DecodeError

_TOTAL: tuple[Part, ...] = (("total_in", 1), ("total_out", 1))
_PERIOD: tuple[Part, ...] = (("period_in", 1), ("period_out", 1))
_RECORDS = {
    0: block("IxHH", ("timestamp", 1), *_PERIOD),
    1: block("IxHHHH", ("timestamp", 1), *_PERIOD, *_TOTAL),
}


def _record(rest: bytes) -> tuple[dict[str, object], int]:
    """A record of the period's counts, with or without the totals, as its fifth byte says."""
    kind = rest[4] if len(rest) > 4 else 0
    if kind not in _RECORDS:
        raise DecodeError(f"History of kind {kind} is neither without (0) nor with totals (1).")
    return _RECORDS[kind](rest)


_CHANNELS: Blocks = {
    **BATTERY,
    (0x03, 0x67): block("h", ("temperature", 10)),
    (0x04, 0xCC): block("HH", *_TOTAL),
    (0x05, 0xCC): block("HH", *_PERIOD),
    (0x0A, 0xEF): block("I", ("timestamp", 1)),
    (0x81, 0xEE): block("B", ("current_sensitivity", 1)),
    (0x83, 0x67): block("hx", ("temperature", 10)),
    (0x84, 0xCC): block("HHx", *_TOTAL),
    (0x85, 0xCC): block("HHx", *_PERIOD),
    (0x20, 0xCE): _record,
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; counts of the last period, totals, °C, battery in %."""
    return walk(frame, _CHANNELS)
