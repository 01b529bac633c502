"""Bytes of the Milesight EM320-TH, version 2: its history records have nine bytes, with humidity in tenths.

Three temperatures and one humidity mean that the probe could not measure; they become the maker's words.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, Blocks, block, walk

_TEMPERATURE_ERRORS = {-3276.7: "collection_err", -3276.6: "lower_range_err", -3276.5: "over_range_err"}
_HUMIDITY_ERRORS = {6553.5: "collection_err", 127.5: "collection_err"}
_CHANNELS: Blocks = {
    **BATTERY,
    (0x03, 0x67): block("h", ("temperature", 10)),
    (0x04, 0x68): block("B", ("humidity", 2)),
    (0x04, 0x9A): block("H", ("humidity", 10)),
    (0x05, 0x6B): block("x"),
    (0x05, 0x9C): block("x"),
    (0x83, 0x67): block("3x"),
    (0x93, 0x67): block("5x"),
    (0x84, 0x68): block("2x"),
    (0x94, 0x68): block("3x"),
    (0x84, 0x9A): block("3x"),
    (0x94, 0x9A): block("5x"),
    (0xB3, 0x67): block("2x"),
    (0xB4, 0x68): block("2x"),
    (0xB4, 0x9A): block("2x"),
    (0x20, 0xCE): block("IhHx", ("timestamp", 1), ("temperature", 10), ("humidity", 10)),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, battery in %, history time in Unix seconds."""
    decoded = walk(frame, _CHANNELS)
    history = decoded.get("history")
    records = history if isinstance(history, list) else []
    for record in (decoded, *records):
        _name_errors(record)
    return decoded


def _name_errors(record: dict[str, object]) -> None:
    for name, errors in (("temperature", _TEMPERATURE_ERRORS), ("humidity", _HUMIDITY_ERRORS)):
        value = record.get(name)
        if isinstance(value, float) and value in errors:
            record[name] = errors[value]
