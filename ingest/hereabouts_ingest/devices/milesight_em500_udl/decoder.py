"""Bytes of the Milesight EM500-UDL.

The distance of a mutation alarm is passed over: the maker's document and codec differ about its steps.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, Blocks, block, walk

_CHANNELS: Blocks = {
    **BATTERY,
    (0x03, 0x82): block("H", ("distance", 1)),
    (0x83, 0xE9): block("5x"),
    (0x20, 0xCE): block("IH", ("timestamp", 1), ("distance", 1)),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; distance in mm, battery in %, history time in Unix seconds."""
    return walk(frame, _CHANNELS)
