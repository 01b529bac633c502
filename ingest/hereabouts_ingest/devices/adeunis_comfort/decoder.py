"""Bytes of the Adeunis LoRaWAN COMFORT: samples (0x4C) and alarms (0x4D) of temperature and humidity.

Source: Adeunis, user guide of the LoRaWAN COMFORT, section on uplink frames.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.adeunis_frames import alarm, opened, samples, status_of, without_samples

_DATA, _ALARM = 0x4C, 0x4D
_SAMPLE = struct.Struct(">hB")
_ALARMED = struct.Struct(">xhB")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names (all under `bytes`, as in its codec); °C, %."""
    code, status, data = opened(frame)
    return {"bytes": status_of(status) | _content(code, data)}


def _content(code: int, data: bytes) -> dict[str, object]:
    if code == _DATA:
        temperatures, humidities = zip(*samples(data, _SAMPLE), strict=True)
        return {
            "temperature": {"values": [tenths / 10 for tenths in temperatures]},
            "humidity": {"values": list(humidities)},
        }
    if code == _ALARM:
        tenths, humidity = alarm(data, _ALARMED)
        return {
            "alarmTemperature": {"temperature": {"value": tenths / 10}},
            "alarmHumidity": {"humidity": {"value": humidity}},
        }
    return without_samples(code, data)
