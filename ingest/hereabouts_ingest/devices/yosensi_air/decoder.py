"""Bytes of the Yosensi YO Pure, Pure Pro and Air; light and sound tell who is in and are passed over.

Particles come as one type whose address says which size: 02 PM2.5, 04 PM10. Volatile compounds come in a unit that the
frame does not tell and are not read.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.yosensi_payload import measurements

_NAMES = {
    (2, ""): "batteryVoltage",
    (3, ""): "temperature",
    (4, ""): "humidity",
    (5, ""): "pressure",
    (9, "02"): "pm2_5",
    (9, "04"): "pm10",
    (27, ""): "co2",
    (33, ""): "pm2_5",
    (35, ""): "pm10",
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame; °C, %, hPa, ppm, µg/m³, battery in mV."""
    found = ((_NAMES.get((one.kind, one.address)), one.value) for one in measurements(frame))
    return {name: value for name, value in found if name is not None}
