"""Bytes of the Decentlab DL-ATM22. Source: Decentlab's product page of the DL-ATM22, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SIGNED, Group, Part, walk

_GROUPS = (
    Group(
        8,
        (
            Part("wind_speed", 0, zero=SIGNED, steps=100),
            Part("wind_direction", 1, zero=SIGNED, steps=10),
            Part("air_temperature", 3, zero=SIGNED, steps=10),
        ),
    ),
    BATTERY,
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; m/s, °, °C, V."""
    return walk(frame, _GROUPS)
