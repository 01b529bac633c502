"""Bytes of the Milesight EM500-CO2."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import CLIMATE, Blocks, block, walk

_CHANNELS: Blocks = {
    **CLIMATE,
    (0x05, 0x7D): block("H", ("co2", 1)),
    (0x06, 0x73): block("H", ("pressure", 10)),
    (0x83, 0xD7): block("h3x", ("temperature", 10)),
    (0x20, 0xCE): block("IHHhB", ("timestamp", 1), ("co2", 1), ("pressure", 10), ("temperature", 10), ("humidity", 2)),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, ppm, hPa, battery in %, history time in Unix seconds."""
    return walk(frame, _CHANNELS)
