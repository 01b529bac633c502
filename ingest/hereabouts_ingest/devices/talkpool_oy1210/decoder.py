"""Bytes of the Talkpool OY1210: temperature and humidity as the OY1110, then carbon dioxide in 16 bits, big-endian.

65535 means an error of the carbon dioxide sensor.
Source: Talkpool, "OY1210 LoRaWAN CO2 meter, user manual" 0.4, section 9.3.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.talkpool_climate import climate
from hereabouts_ingest.profiles import DecodeError


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, % and ppm."""
    if len(frame) != 5:
        raise DecodeError(f"An OY1210 sends 5 bytes; this frame has {len(frame)}.")
    temperature, humidity = climate(frame)
    return {"Temperature": temperature, "Humidity": humidity, "CO2": int.from_bytes(frame[3:], "big")}
