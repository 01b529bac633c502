"""Bytes of the Decentlab DL-RHC. Source: Decentlab's product page of the DL-RHC, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SIGNED, Group, Part, walk

_GROUPS = (
    Group(4, (Part("air_humidity", 2, steps=100), Part("air_temperature", 3, zero=SIGNED, steps=100))),
    BATTERY,
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; °C, %, V."""
    return walk(frame, _GROUPS)
