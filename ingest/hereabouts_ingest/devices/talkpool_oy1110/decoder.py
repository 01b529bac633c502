"""Bytes of the Talkpool OY1110: one measurement on port 2, a group of several on port 3, the latest first.

Of a group only the latest is read: the older ones tell their age, not their time.
Source: Talkpool, "OY1110 LoRaWAN temperature and humidity sensor, user manual" 1.0, section 9.3.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.talkpool_climate import CLIMATE_BYTES, climate
from hereabouts_ingest.profiles import DecodeError

_GROUP_PORT = 3


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C and %."""
    is_group = f_port == _GROUP_PORT or (f_port is None and len(frame) % CLIMATE_BYTES == 1)
    measurements = frame[1:] if is_group else frame
    whole, rest = divmod(len(measurements), CLIMATE_BYTES)
    if not whole or rest or (not is_group and whole > 1):
        raise DecodeError(f"An OY1110 sends 3 bytes, or a head and 3 bytes a measurement; not {len(frame)} bytes.")
    temperature, humidity = climate(measurements)
    return {"Temperature": temperature, "RelativeHumidity": humidity}
