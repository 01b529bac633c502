"""Bytes of the Talkpool OY1700: temperature and humidity as the OY1110, then three particle sizes, passed over.

The manual counts particles in "ppm", from PM10 down; the maker's codec from PM1 up. Neither unit nor order is sure.
Source: Talkpool, "OY1700 LoRaWAN air quality (PM) sensor, user manual" 0.1, section 8.3.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.talkpool_climate import climate
from hereabouts_ingest.profiles import DecodeError


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C and %."""
    if len(frame) != 9:
        raise DecodeError(f"An OY1700 sends 9 bytes; this frame has {len(frame)}.")
    temperature, humidity = climate(frame)
    return {"Temperature": temperature, "RelativeHumidity": humidity}
