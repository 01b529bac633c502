"""Bytes of the Dragino LHT65, LHT65N and LHT65S; big-endian.

A frame is 11 bytes (15 in some interrupt modes): battery, built-in temperature and humidity, one byte that says which
external sensor is fitted, and its values. A datalog is a row of 11-byte records with Unix time, told by a flag in that
same byte; the newer LHT65N uses a second flag for records it sends again because they were not acknowledged. Older
firmware means by that flag that the probe has come off, and then sends 0x7FFF where the time would stand.
Source: Dragino's user manuals of the LHT65 and LHT65N, sections on uplink payload and datalog, and its decoders.
"""

import struct
from collections.abc import Mapping, Sequence

from hereabouts_ingest.profiles import DecodeError

_RECORD = 11
_KIND, _POLLED, _AGAIN = 0x3F, 0x40, 0x80
_NO_PROBE = 0x7FFF
_NOTHING_FITTED = (b"\x00\x00", b"\x7f\xff", b"\xff\xff")
_LOG_PORT, _STATUS_PORT = 3, 5
_YEARS = range(0x5500_0000, 0x9000_0000)  # Unix seconds of 2015 to 2046; as a probe's hundredths: above 217 °C

_IDENTITIES = (0x0E, 0x0F, 0x10, 0x20)  # an identity, or movements, stands where the built-in values would
_WITH_TIME = {0x09: "TempC_DS", 0x0A: "TempC_TMP117"}  # the probe stands where the battery would

# kind of external sensor -> what stands behind it; light, contacts and voltages are passed over
_EXTERNAL: Mapping[int, str] = {
    **dict.fromkeys((0x00, 0x04, 0x05, 0x06, 0x09, 0x0A, 0x0E, 0x0F), ""),
    0x01: "TempC_DS",
    0x02: "TempC_TMP117",
    0x07: "Exit_count:H",
    0x08: "Exit_count:I",
    0x0B: "SHT31",
    0x10: "SHT31",
    0x20: "TempC_TMP117",
}
_LOGGED = {0x01: "TempC_DS", 0x02: "TempC_TMP117", 0x09: "TempC_DS", 0x0A: "TempC_TMP117", 0x0B: "Ext_TempC_SHT"}


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; V, °C, %; records of a datalog with Unix seconds in `history`."""
    if f_port == _STATUS_PORT:
        return _status(frame)
    records = [frame[at : at + _RECORD] for at in range(0, len(frame), _RECORD)]
    if not any(frame):
        return {}  # asked for its datalog, the device has none
    if _is_log(records, f_port):
        return {"history": [_logged(record) for record in records]}
    if f_port == _LOG_PORT:
        return _series(frame)
    return _uplink(frame)


def _uplink(frame: bytes) -> dict[str, object]:
    if len(frame) < _RECORD:
        raise DecodeError(f"The frame should have {_RECORD} bytes; it has {len(frame)}.")
    kind = frame[6] & _KIND
    if kind not in _EXTERNAL:
        raise DecodeError(f"External sensor of kind {kind:02x} (byte 6) is not one that Dragino publishes.")
    if kind == 0 and frame[7:9] not in _NOTHING_FITTED:
        raise DecodeError(
            "Byte 6 says that no external sensor is fitted, yet one has values: not an LHT65 (LHT65N-VIB?)."
        )
    decoded: dict[str, object] = {}
    if kind in _WITH_TIME:
        decoded[_WITH_TIME[kind]] = _hundredths(frame, 0)
    else:
        decoded["BatV"] = (_unsigned(frame, 0) & 0x3FFF) / 1000
    if kind not in _IDENTITIES:
        decoded |= {"TempC_SHT": _hundredths(frame, 2), "Hum_SHT": _humidity(frame, 4)}
    return decoded | _external(frame, _EXTERNAL[kind])


def _external(frame: bytes, what: str) -> dict[str, object]:
    if what.startswith("TempC"):
        return {what: _hundredths(frame, 7)}
    if what.startswith("Exit_count"):
        name, layout = what.split(":")
        return {name: struct.unpack_from(">" + layout, frame, 7)[0]}
    if what == "SHT31":
        return {"Ext_TempC_SHT": _hundredths(frame, 7), "Ext_Hum_SHT": _humidity(frame, 9)}
    return {}


def _is_log(records: Sequence[bytes], f_port: int | None) -> bool:
    return all(len(record) == _RECORD and _is_logged(record, f_port) for record in records)


def _is_logged(record: bytes, f_port: int | None) -> bool:
    in_years = _time(record) in _YEARS
    if record[6] & _POLLED:
        return in_years or f_port != _LOG_PORT  # on port 3 it may be a series, whose numbers look like flags
    return bool(record[6] & _AGAIN) and in_years and _unsigned(record, 7) != _NO_PROBE


def _logged(record: bytes) -> dict[str, object]:
    found: dict[str, object] = {"timestamp": _time(record)}
    probe = _LOGGED.get(record[6] & 0x0F)
    if probe:
        found[probe] = _hundredths(record, 0)
    return found | {"TempC_SHT": _hundredths(record, 2), "Hum_SHT": _humidity(record, 4)}


def _series(frame: bytes) -> dict[str, object]:
    """Several samples of the probe in one frame, without times: only the battery can be placed in time."""
    if len(frame) < 3 or len(frame) % 2 == 0 or frame[2] not in range(1, 5):
        raise DecodeError("On port 3 neither a datalog (records of 11 bytes) nor a series of probe samples.")
    return {"bat": _unsigned(frame, 0) & 0x3FFF}


def _status(frame: bytes) -> dict[str, object]:
    if len(frame) != 7:
        raise DecodeError(f"A device status (port 5) has 7 bytes, found {len(frame)}.")
    return {"BAT": _unsigned(frame, 5) / 1000}


def _unsigned(frame: bytes, at: int) -> int:
    return int.from_bytes(frame[at : at + 2], "big")


def _hundredths(frame: bytes, at: int) -> float:
    return int.from_bytes(frame[at : at + 2], "big", signed=True) / 100


def _humidity(frame: bytes, at: int) -> float:
    return (_unsigned(frame, at) & 0x0FFF) / 10


def _time(record: bytes) -> int:
    return int.from_bytes(record[7:_RECORD], "big")
