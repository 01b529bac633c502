"""Bytes of the Decentlab DL-LID. Source: Decentlab's product page of the DL-LID, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, Group, Part, walk

_GROUPS = (Group(11, (Part("distance_average", 0), Part("distance_median", 3), Part("number_of_samples", 9))), BATTERY)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; mm, V."""
    return walk(frame, _GROUPS)
