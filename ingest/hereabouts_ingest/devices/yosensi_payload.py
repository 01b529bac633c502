"""Yosensi's payload, version 2: a head of four bytes, then measurements that say their type, address and length.

A measurement has one byte type and decimal places, one byte how many seconds it is younger than the payload, one byte
the lengths of address and value, then both; values are signed and big-endian. As each says its length, types that are
not read are passed over.
Source: Yosensi, payload V2 in the maker's decoder for The Things Network and ChirpStack.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hereabouts_ingest.profiles import DecodeError

_VERSION = 2
_HEAD = 4


class Measurement(NamedTuple):
    """One measurement: the maker's type number, its address as hexadecimal text ('' for none), the value."""

    kind: int
    address: str
    value: float


def measurements(frame: bytes) -> Iterator[Measurement]:
    """Every measurement of a frame.

    Raises:
        DecodeError: another version, or a measurement cut short.
    """
    if not frame:
        return
    if len(frame) < _HEAD or frame[0] != _VERSION:
        raise DecodeError("The frame does not begin with the head of Yosensi's payload, version 2.")
    at = _HEAD
    while at < len(frame):
        if at + 3 > len(frame):
            raise DecodeError(f"The measurement at byte {at} is cut short.")
        address_at = at + 3
        value_at = address_at + (frame[at + 2] >> 4)
        end = value_at + (frame[at + 2] & 0x0F) + 1
        if end > len(frame):
            raise DecodeError(f"The measurement at byte {at} is cut short.")
        raw = int.from_bytes(frame[value_at:end], "big", signed=True)
        places = frame[at] & 0b11
        yield Measurement(frame[at] >> 2, frame[address_at:value_at].hex(), raw / 10**places if places else raw)
        at = end
