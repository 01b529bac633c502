"""Bytes of the Yosensi YO Distance; temperature and humidity are those inside its housing and passed over."""

from collections.abc import Mapping

from hereabouts_ingest.devices.yosensi_payload import measurements

_NAMES = {2: "batteryVoltage", 10: "distance"}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; distance in mm, battery in mV."""
    return {_NAMES[one.kind]: one.value for one in measurements(frame) if one.kind in _NAMES and not one.address}
