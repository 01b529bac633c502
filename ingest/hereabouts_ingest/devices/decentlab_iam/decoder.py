"""Bytes of the Decentlab DL-IAM. Source: Decentlab's product page of the DL-IAM, section on the payload."""

from collections.abc import Mapping

from hereabouts_ingest.devices.decentlab_frame import BATTERY, PRESSURE, SHT3X, SIGNED, Group, Part, walk

_GROUPS = (
    BATTERY,
    SHT3X,
    PRESSURE,
    Group(2, ()),  # light
    Group(3, (Part("co2_concentration", 0, zero=SIGNED), Part("co2_sensor_status", 1))),
    Group(1, ()),  # movements
    Group(1, (Part("total_voc"),)),
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names, each with its `value`; °C, %, Pa, ppm, ppb, V."""
    return walk(frame, _GROUPS)
