"""Bytes of the Milesight EM410-RDL; history records have 6 bytes in one of the maker's documents, 11 in the other."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, NORMAL_TILT, Blocks, block, walk_by_length

_CHANNELS: Blocks = {
    **BATTERY,
    (0x01, 0xB9): block("2x"),
    (0x03, 0x67): block("h", ("temperature", 10)),
    (0x04, 0x82): block("H", ("distance", 1)),
    (0x05, 0x00): block("B", ("position", NORMAL_TILT)),
    (0x06, 0xC7): block("2x"),
    (0x84, 0x82): block("Hx", ("distance", 1)),
    (0x94, 0x82): block("H3x", ("distance", 1)),
    (0xB4, 0x82): block("Hx", ("distance", 1)),
}
_VARIANTS: tuple[Blocks, ...] = (
    {**_CHANNELS, (0x20, 0xCE): block("IH", ("timestamp", 1), ("distance", 1))},
    {**_CHANNELS, (0x20, 0xCE): block("IHh3x", ("timestamp", 1), ("distance", 1), ("temperature", 10))},
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; distance in mm, temperature in °C, battery in %."""
    return walk_by_length(frame, _VARIANTS)
