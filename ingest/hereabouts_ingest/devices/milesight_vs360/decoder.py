"""Bytes of the Milesight VS360: two totals of 16 bits, the period's counts, and what disturbs the beam."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import Blocks, block, walk
from hereabouts_ingest.profiles import DecodeError

_TOTALS = (("total_in", 1), ("total_out", 1))
_PERIOD = (("period_in", 1), ("period_out", 1))
_EVENTS = {0: "counting_anomaly", 1: "node_without_response", 2: "devices_misaligned"}


def _event(rest: bytes) -> tuple[dict[str, object], int]:
    if len(rest) < 2:
        raise DecodeError("An event has two bytes; the frame ends before.")
    kind, is_on = rest[0], rest[1]
    return ({_EVENTS[kind]: bool(is_on)} if kind in _EVENTS else {}), 2


_OF_PERIOD = block("IxHH", ("timestamp", 1), *_PERIOD)
_OF_BOTH = block("IxHHHH", ("timestamp", 1), *_PERIOD, *_TOTALS)


def _record(rest: bytes) -> tuple[dict[str, object], int]:
    kind = rest[4] if len(rest) > 4 else None
    if kind not in (0, 1):
        raise DecodeError("A history record of period counts, or of both counts, expected.")
    return (_OF_BOTH if kind else _OF_PERIOD)(rest)


_CHANNELS: Blocks = {
    (0x01, 0x75): block("B", ("battery_main", 1)),
    (0x02, 0x75): block("B", ("battery_node", 1)),
    (0x03, 0xF4): _event,
    (0x04, 0xCC): block("HH", *_TOTALS),
    (0x05, 0xCC): block("HH", *_PERIOD),
    (0x0A, 0xEF): block("4x"),
    (0x84, 0xCC): block("HHx", *_TOTALS),
    (0x85, 0xCC): block("HHx", *_PERIOD),
    (0x20, 0xCE): _record,
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; counts, batteries of both halves in %."""
    return walk(frame, _CHANNELS)
