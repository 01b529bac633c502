"""Bytes of the Decentlab DL-MBX. Source: Decentlab's product page of the DL-MBX, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, Group, Part, walk

_GROUPS = (Group(2, (Part("distance", 0), Part("number_of_valid_samples", 1))), BATTERY)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; mm, V."""
    return walk(frame, _GROUPS)
