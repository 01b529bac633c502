"""Bytes of the Milesight AM102, AM103, AM104 and AM107.

History records are 7 bytes on the AM102 and 9 (with carbon dioxide) on the AM103. Activity and light are
passed over.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import CLIMATE, Blocks, block, walk_by_length

_CHANNELS: Blocks = {
    **CLIMATE,
    (0x05, 0x6A): block("2x"),
    (0x06, 0x65): block("6x"),
    (0x07, 0x7D): block("H", ("co2", 1)),
    (0x08, 0x7D): block("H", ("tvoc", 1)),
    (0x09, 0x73): block("H", ("pressure", 10)),
}
_RECORD = (("timestamp", 1), ("temperature", 10), ("humidity", 2))
_VARIANTS: tuple[Blocks, ...] = (
    {**_CHANNELS, (0x20, 0xCE): block("IhB", *_RECORD)},
    {**_CHANNELS, (0x20, 0xCE): block("IhBH", *_RECORD, ("co2", 1))},
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, ppm, `tvoc` ppb, hPa, battery in %."""
    return walk_by_length(frame, _VARIANTS)
