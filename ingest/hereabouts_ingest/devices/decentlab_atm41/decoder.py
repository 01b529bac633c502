"""Bytes of the Decentlab DL-ATM41. Source: Decentlab's product page of the DL-ATM41, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SIGNED, Group, Part, walk

_GROUPS = (
    Group(
        17,
        (
            Part("solar_radiation", 0, zero=SIGNED),
            Part("precipitation", 1, zero=SIGNED, steps=1000),
            Part("wind_speed", 4, zero=SIGNED, steps=100),
            Part("wind_direction", 5, zero=SIGNED, steps=10),
            Part("air_temperature", 7, zero=SIGNED, steps=10),
            Part("atmospheric_pressure", 9, zero=SIGNED, steps=100),
            Part("relative_humidity", 10, zero=SIGNED, steps=10),
        ),
    ),
    BATTERY,
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`.

    W/m², mm since the last frame, m/s, °, °C, kPa, %, V.
    """
    return walk(frame, _GROUPS)
