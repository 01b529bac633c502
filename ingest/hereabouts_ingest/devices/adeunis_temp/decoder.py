"""Bytes of the Adeunis LoRaWAN TEMP, version 4: samples (0x57), alarms (0x58) and the keep-alive (0x30).

A flag of the status says whether one or two probes are fitted. Version 3 has another encoding and is refused.
Source: Adeunis, user guide of the LoRaWAN TEMP, section on uplink frames.
"""

import struct
from collections.abc import Iterable, Mapping

from hereabouts_ingest.devices.adeunis_frames import alarm, opened, samples, status_of, without_samples

_DATA, _ALARM, _KEEP_ALIVE = 0x57, 0x58, 0x30
_TWO_PROBES = 0x10


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names (all under `bytes`, as in its codec); °C."""
    code, status, data = opened(frame)
    probes = 2 if status & _TWO_PROBES else 1
    return {"bytes": status_of(status) | _content(code, data, probes)}


def _content(code: int, data: bytes, probes: int) -> dict[str, object]:
    if code == _DATA:
        series = zip(*samples(data, struct.Struct(f">{probes}h")), strict=True)
        return {"temperatures": [{"values": _degrees(one)} for one in series]}
    if code == _KEEP_ALIVE:
        values = alarm(data, struct.Struct(f">{probes}h"))
        return {"temperatures": [{"value": degrees} for degrees in _degrees(values)]}
    if code == _ALARM:
        values = alarm(data, struct.Struct(">" + "xh" * probes))
        return {"alarms": [{"temperature": {"value": degrees}} for degrees in _degrees(values)]}
    return without_samples(code, data)


def _degrees(tenths: Iterable[int]) -> list[float]:
    return [one / 10 for one in tenths]
