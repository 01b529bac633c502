"""Bytes of Tektelic's room sensors on port 10: channel id, channel type, data; big-endian.

The length of an unknown pair cannot be known, so nothing behind it can be trusted: the frame is refused. Pairs that
tell who is at home or what they do (motion, door contact, light, impacts) are passed over.
Source: Tektelic, technical reference manuals of the Smart Room and Smart Home Sensor, Comfort, Vivid and Breeze.
"""

import struct
from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError

# (id, type) -> layout, name in the maker's codec (None: passed over), divisor
_PAIRS: Mapping[tuple[int, int], tuple[struct.Struct, str | None, int]] = {
    pair: (struct.Struct(">" + layout), name, by)
    for pair, layout, name, by in (
        ((0x00, 0xFF), "h", "battery_voltage", 100),
        ((0x00, 0xBA), "H", "battery_voltage", 1000),
        ((0x00, 0xD3), "B", "remaining_battery_capacity", 1),
        ((0x01, 0x00), "B", None, 1),  # door contact
        ((0x02, 0x00), "B", None, 1),  # light
        ((0x03, 0x67), "h", "ambient_temperature", 10),
        ((0x04, 0x68), "B", "relative_humidity", 2),
        ((0x05, 0x02), "H", None, 1),  # impact
        ((0x06, 0x00), "B", None, 1),  # break-in
        ((0x07, 0x71), "6s", None, 1),  # acceleration
        ((0x08, 0x04), "H", None, 1),  # door contact, count
        ((0x09, 0x00), "B", "moisture", 1),
        ((0x0A, 0x00), "B", None, 1),  # motion
        ((0x0B, 0x67), "h", None, 1),  # temperature of the processor
        ((0x0B, 0xE4), "H", "co2_concentration_filtered", 1),
        ((0x0C, 0x00), "B", None, 1),  # impact alarm
        ((0x0C, 0x73), "H", "atmospheric_pressure", 10),
        ((0x0D, 0x04), "H", None, 1),  # motion, count
        ((0x0E, 0x00), "B", None, 1),  # external connector
        ((0x0E, 0xE4), "H", "co2_concentration_raw", 1),
        ((0x0F, 0x04), "H", None, 1),  # external connector, count
        ((0x10, 0x02), "B", None, 1),  # light
        ((0x11, 0x02), "h", None, 1),  # external connector, voltage
        ((0x11, 0xD3), "B", None, 1),  # battery of the display
    )
}


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, ppm, hPa, V; `moisture` is 0 when dry and 255 when wet."""
    decoded: dict[str, object] = {}
    at = 0
    while at < len(frame):
        pair = frame[at], frame[at + 1] if at + 1 < len(frame) else -1
        if pair not in _PAIRS:
            raise DecodeError(f"Channel {frame[at : at + 2].hex(' ')} at byte {at} is not one that Tektelic publishes.")
        layout, name, by = _PAIRS[pair]
        if at + 2 + layout.size > len(frame):
            raise DecodeError(f"Channel {frame[at : at + 2].hex(' ')} at byte {at} is cut short.")
        if name is not None:
            (raw,) = layout.unpack_from(frame, at + 2)
            decoded[name] = raw if by == 1 else raw / by
        at += 2 + layout.size
    return decoded
