"""Bytes of the Dragino S31-LB, S31B-LB, S31-LS and S31B-LS; big-endian.

Only the regular uplink is read. The datalog (port 3) is not: the two published decoders place its values differently.
Source: Dragino's S31x-LB user manual, section on uplink payload.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

_UPLINK = struct.Struct(">HIBhH")
_REGULAR, _ALARM_SETTINGS = 0, 31
_LOG_PORT, _STATUS_PORT = 3, 5


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; `BatV` in V, temperature in °C, humidity in %."""
    if f_port in (_LOG_PORT, _STATUS_PORT):
        return {"not_read_bytes": len(frame)}
    if len(frame) != _UPLINK.size:
        raise DecodeError(f"The frame should have {_UPLINK.size} bytes; it has {len(frame)}.")
    battery, _sampled_at, flags, temperature, humidity = _UPLINK.unpack(frame)
    mode = flags >> 2 & 0x1F
    if mode == _ALARM_SETTINGS:
        return {"settings_bytes": len(frame)}
    if mode != _REGULAR:
        raise DecodeError(f"Mode {mode} (byte 6) is neither a measurement (0) nor alarm settings (31).")
    return {"BatV": battery / 1000, "TempC_SHT31": temperature / 10, "Hum_SHT31": humidity / 10}
