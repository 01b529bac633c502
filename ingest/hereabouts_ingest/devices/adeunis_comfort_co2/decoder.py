"""Bytes of the Adeunis LoRaWAN COMFORT CO2: samples (0x6A) and alarms (0x6B).

The daily frame (0x30) holds the day's highest, lowest and mean values: summaries, not samples; it is passed over.
Source: Adeunis, user guide of the LoRaWAN COMFORT CO2, section on uplink frames.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.devices.adeunis_frames import alarm, opened, samples, status_of, without_samples

_DATA, _ALARM = 0x6A, 0x6B
_SAMPLE = struct.Struct(">hBH")
_ALARMED = struct.Struct(">xhBH")


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names (all under `bytes`, as in its codec); °C, %, ppm."""
    code, status, data = opened(frame)
    return {"bytes": status_of(status) | _content(code, data)}


def _content(code: int, data: bytes) -> dict[str, object]:
    if code == _DATA:
        temperatures, humidities, co2 = zip(*samples(data, _SAMPLE), strict=True)
        return {
            "temperature": {"values": [tenths / 10 for tenths in temperatures]},
            "humidity": {"values": list(humidities)},
            "co2": {"values": list(co2)},
        }
    if code == _ALARM:
        tenths, humidity, ppm = alarm(data, _ALARMED)
        return {
            "alarmTemperature": {"temperature": {"value": tenths / 10}},
            "alarmHumidity": {"humidity": {"value": humidity}},
            "alarmCo2": {"co2": {"value": ppm}},
        }
    return without_samples(code, data)
