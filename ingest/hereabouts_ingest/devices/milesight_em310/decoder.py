"""Bytes of the Milesight EM310-UDL."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, NORMAL_TILT, Blocks, block, walk

_CHANNELS: Blocks = {
    **BATTERY,
    (0x03, 0x82): block("H", ("distance", 1)),
    (0x04, 0x00): block("B", ("position", NORMAL_TILT)),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; distance in mm, battery in %."""
    return walk(frame, _CHANNELS)
