"""Bytes of the Decentlab DL-SHT21. Source: Decentlab's product page of the DL-SHT21, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SHT2X, walk

_GROUPS = (SHT2X, BATTERY)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; °C, %, V."""
    return walk(frame, _GROUPS)
