"""Bytes of the Decentlab DL-CWS. Source: Decentlab's product page of the DL-CWS, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SIGNED, Group, Part, walk

_GROUPS = (
    Group(
        6,
        (
            Part("surface_temperature", 0, zero=SIGNED, steps=100),
            Part("air_temperature", 1, zero=SIGNED, steps=100),
            Part("air_humidity", 2, zero=SIGNED, steps=100),
        ),
    ),
    BATTERY,
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; °C, %, V."""
    return walk(frame, _GROUPS)
