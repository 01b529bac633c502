"""Bytes of the Milesight EM300-TH, MCS, SLD, ZLD and MLD.

A history record's last byte is reserved on the TH, a door contact on the MCS and a leak on the SLD and ZLD; the frame
does not say which, so it is passed over; so is the door contact. Early TH firmware sends the record without that byte.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import CLIMATE, Blocks, block, walk_by_length

_CHANNELS: Blocks = {
    **CLIMATE,
    (0x05, 0x00): block("B", ("leakage_status", {0: "normal", 1: "leak"})),
    (0x06, 0x00): block("x"),
}
_RECORD = (("timestamp", 1), ("temperature", 10), ("humidity", 2))
_VARIANTS: tuple[Blocks, ...] = (
    {**_CHANNELS, (0x20, 0xCE): block("IhBx", *_RECORD)},
    {**_CHANNELS, (0x20, 0xCE): block("IhB", *_RECORD)},
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, battery in %, history time in Unix seconds."""
    return walk_by_length(frame, _VARIANTS)
