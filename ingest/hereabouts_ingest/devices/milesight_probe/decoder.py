"""Bytes of the Milesight EM500-PT100 and TS101."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, Blocks, block, walk

_CHANNELS: Blocks = {
    **BATTERY,
    (0x03, 0x67): block("h", ("temperature", 10)),
    (0x83, 0xD7): block("h3x", ("temperature", 10)),
    (0x20, 0xCE): block("Ih", ("timestamp", 1), ("temperature", 10)),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, battery in %, history time in Unix seconds."""
    return walk(frame, _CHANNELS)
