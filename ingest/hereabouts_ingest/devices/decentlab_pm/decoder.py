"""Bytes of the Decentlab DL-PM. Source: Decentlab's product page of the DL-PM, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, PRESSURE, SHT2X, Group, Part, walk

_GROUPS = (
    BATTERY,
    Group(10, (Part("pm2_5_mass_concentration", 1, steps=10), Part("pm10_mass_concentration", 3, steps=10))),
    SHT2X,
    PRESSURE,
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; µg/m³, °C, %, Pa, V."""
    return walk(frame, _GROUPS)
