"""Bytes of the Decentlab DL-DS18. Source: Decentlab's product page of the DL-DS18, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SIGNED, Group, Part, walk

_GROUPS = (Group(1, (Part("temperature", zero=SIGNED, steps=16),)), BATTERY)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; °C, V."""
    return walk(frame, _GROUPS)
