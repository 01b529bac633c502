"""Reports of Netvox' battery sensors: 11 bytes of version, device type, report type, volts, and data; big-endian.

The highest bit of the volts says that the battery is low. Report 0 holds versions. Settings come on port 7,
calibrations on port 14. Source: Netvox, "LoRaWAN application command" of each device, and its decoders.
"""

from collections.abc import Collection

from hereabouts_ingest.profiles import DecodeError

_LENGTH = 11
_SETTINGS_PORTS = (7, 14)
_VERSIONS = 0


def report(frame: bytes, f_port: int | None, devices: Collection[int]) -> tuple[dict[str, object], bytes]:
    """Battery and data of a report by one of these device types; no data where it holds no measurement.

    Raises:
        DecodeError: another length, or another device's report.
    """
    if f_port in _SETTINGS_PORTS:
        return {"settings_bytes": len(frame)}, b""
    if len(frame) != _LENGTH:
        raise DecodeError(f"A Netvox report should have {_LENGTH} bytes; it has {len(frame)}.")
    if frame[1] not in devices:
        raise DecodeError(f"Device type {frame[1]:02x} (byte 1) is another Netvox device's.")
    if frame[2] == _VERSIONS:
        return {"version_bytes": _LENGTH - 3}, b""
    return {"Volt": (frame[3] & 0x7F) / 10, "LowBattery": bool(frame[3] & 0x80)}, frame[4:]
