"""Bytes of the Milesight WS203. Motion is passed over."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import CLIMATE, Blocks, block, walk

_CHANNELS: Blocks = {
    **CLIMATE,
    (0x05, 0x00): block("x"),
    (0x83, 0x67): block("hx", ("temperature", 10)),
    (0x20, 0xCE): block("IxxhB", ("timestamp", 1), ("temperature", 10), ("humidity", 2)),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, battery in %, history time in Unix seconds."""
    return walk(frame, _CHANNELS)
