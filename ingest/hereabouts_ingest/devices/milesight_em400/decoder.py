"""Bytes of the Milesight EM400-MUD, EM400-UDL and EM400-TLD."""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import BATTERY, NORMAL_TILT, Blocks, block, walk

_ALARM = {0: "threshold_alarm_release", 1: "threshold_alarm"}
_CHANNELS: Blocks = {
    **BATTERY,
    (0x03, 0x67): block("h", ("temperature", 10)),
    (0x04, 0x82): block("H", ("distance", 1)),
    (0x05, 0x00): block("B", ("position", NORMAL_TILT)),
    (0x83, 0x67): block("hB", ("temperature", 10), ("temperature_alarm", _ALARM)),
    (0x84, 0x82): block("Hx", ("distance", 1)),
    (0x88, 0x00): block("x"),
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; distance in mm, temperature in °C, battery in %."""
    return walk(frame, _CHANNELS)
