"""The frame that all of Decentlab's sensors share: version, device number, flags, then groups of 16-bit words.

Each flag, from the lowest, says whether the next group of the device's own table is there. A group that the table does
not have has a length that nobody knows, so the frame is refused. Big-endian.
Source: Decentlab's product pages, "Payload protocol version 2", and its decoders.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from hereabouts_ingest.profiles import DecodeError

_HEAD = struct.Struct(">BHH")
_VERSION = 2


class Part(NamedTuple):
    """One value of a group: `(word - zero) * span / steps + low`.

    Attributes:
        name: in the maker's codec.
        place: which word of the group, from 0.
    """

    name: str
    place: int = 0
    zero: int = 0
    span: float = 1
    steps: float = 1
    low: float = 0

    def of(self, words: Sequence[int]) -> float:
        """The value in the group's words."""
        raw = words[self.place] - self.zero
        return raw if self.steps == self.span == 1 and not self.low else raw * self.span / self.steps + self.low


class Group(NamedTuple):
    """Words that come together, and what stands in them. Words without a part are passed over."""

    words: int
    parts: tuple[Part, ...]


BATTERY = Group(1, (Part("battery_voltage", steps=1000),))
SHT2X = Group(
    2,
    (
        Part("air_temperature", 0, span=175.72, steps=65_536, low=-46.85),
        Part("air_humidity", 1, span=125, steps=65_536, low=-6),
    ),
)
SHT3X = Group(
    2,
    (
        Part("air_temperature", 0, span=175, steps=65_535, low=-45),
        Part("air_humidity", 1, span=100, steps=65_535),
    ),
)
PRESSURE = Group(1, (Part("barometric_pressure", span=2),))
SIGNED = 0x8000


def walk(frame: bytes, groups: Sequence[Group]) -> dict[str, object]:
    """Decode a frame by a device's groups: each value as `{"value": number}` under its name, as the maker's codec does.

    Raises:
        DecodeError: another version, a group that is not the device's, or a frame cut short or too long.
    """
    if len(frame) < _HEAD.size:
        raise DecodeError(f"A frame begins with {_HEAD.size} bytes of version, device and flags; it has {len(frame)}.")
    version, _device, flags = _HEAD.unpack_from(frame)
    if version != _VERSION:
        raise DecodeError(f"The frame follows version {version} of Decentlab's protocol; only version 2 is known.")
    if flags >> len(groups):
        raise DecodeError(f"The flags {flags:04x} name a group that this device does not have.")
    present = [group for bit, group in enumerate(groups) if flags >> bit & 1]
    size = _HEAD.size + 2 * sum(group.words for group in present)
    if len(frame) != size:
        raise DecodeError(f"By its flags {flags:04x} the frame should have {size} bytes; it has {len(frame)}.")
    return _values(frame, present)


def _values(frame: bytes, present: Sequence[Group]) -> dict[str, object]:
    decoded: dict[str, object] = {}
    at = _HEAD.size
    for group in present:
        words = struct.unpack_from(f">{group.words}H", frame, at)
        decoded |= {part.name: {"value": part.of(words)} for part in group.parts}
        at += 2 * group.words
    return decoded
