"""Bytes of the Decentlab DL-LP8P. Source: Decentlab's product page of the DL-LP8P, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, SHT2X, SIGNED, Group, Part, walk

_GROUPS = (
    SHT2X,
    Group(2, (Part("barometric_pressure", 1, span=2),)),
    Group(8, (Part("co2_concentration", 0, zero=SIGNED), Part("co2_sensor_status", 5))),
    BATTERY,
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; °C, %, Pa, ppm, V."""
    return walk(frame, _GROUPS)
