"""Bytes of the Milesight WS201."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, Blocks, block, walk

_CHANNELS: Blocks = {
    **BATTERY,
    (0x03, 0x82): block("H", ("distance", 1)),
    (0x04, 0xD6): block("B", ("remaining", 1)),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; distance in mm, `remaining` and battery in %."""
    return walk(frame, _CHANNELS)
