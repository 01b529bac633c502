"""Bytes of the Decentlab DL-SHT35. Source: Decentlab's product page of the DL-SHT35, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SHT3X, walk

_GROUPS = (SHT3X, BATTERY)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; °C, %, V."""
    return walk(frame, _GROUPS)
