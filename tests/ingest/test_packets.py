"""Cutting MQTT packets out of a stream: every cut of the same bytes gives the same messages."""

import struct
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hereabouts_ingest.packets import MalformedPacket, Publish, split


def length_of(number: int) -> bytes:
    found = b""
    while True:
        number, byte = number >> 7, number & 0x7F
        found += bytes([byte | (0x80 if number else 0)])
        if not number:
            return found


def publish(
    topic: bytes, payload: bytes, packet_id: int = 0, *, retained: bool = False, properties: bytes = b"\0"
) -> bytes:
    """A PUBLISH of MQTT 5 as the standard writes it; quality 1 with a packet id, else 0."""
    body = struct.pack("!H", len(topic)) + topic + (struct.pack("!H", packet_id) if packet_id else b"")
    body += properties + payload
    return bytes([0x30 | (2 if packet_id else 0) | retained]) + length_of(len(body)) + body


def properties(**named: object) -> bytes:
    built = Properties(PacketTypes.PUBLISH)
    for name, value in named.items():
        setattr(built, name, value)
    packed: bytes = built.pack()
    return packed


STREAM = [
    (publish(b"a/b", b"first", 1), Publish(b"a/b", b"first", 1, 1, retained=False)),
    (publish(b"c", b"", 0, retained=True), Publish(b"c", b"", 0, 0, retained=True)),
    (
        publish(b"d", b"x" * 300, 65_535, properties=properties(UserProperty=("unit", "\ufeffCel"))),
        Publish(b"d", b"x" * 300, 65_535, 1, retained=False),
    ),
    (publish("ü/é".encode(), b"\xff\x00", 2), Publish("ü/é".encode(), b"\xff\x00", 2, 1, retained=False)),
    (
        publish(b"e", b"y", 3, properties=properties(ContentType="z" * 200)),
        Publish(b"e", b"y", 3, 1, retained=False),
    ),
]
BYTES = b"".join(packet for packet, _ in STREAM)
MESSAGES = [message for _, message in STREAM]


def feed(pieces: list[bytes]) -> Iterator[Publish]:
    """As a reader does: what is not whole waits for the next piece."""
    rest = b""
    for piece in pieces:
        buffer = rest + piece
        found = split(buffer, 0, has_properties=True)
        yield from found.publishes
        rest = buffer[found.at :]
    assert rest == b""


def test_a_run_is_cut_into_its_messages() -> None:
    assert list(feed([BYTES])) == MESSAGES


@pytest.mark.parametrize("at", range(1, len(BYTES)))
def test_split_at_every_offset_it_is_the_same(at: int) -> None:
    assert list(feed([BYTES[:at], BYTES[at:]])) == MESSAGES


@given(st.lists(st.integers(0, len(BYTES)), max_size=20))
def test_split_anywhere_and_often(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(BYTES)]
    assert list(feed([BYTES[a:b] for a, b in pairwise(ends)])) == MESSAGES


def test_byte_by_byte() -> None:
    assert list(feed([bytes([byte]) for byte in BYTES])) == MESSAGES


def test_another_kind_of_packet_stops_the_run_and_says_its_length() -> None:
    pingresp = b"\xd0\x00"
    found = split(STREAM[0][0] + pingresp + STREAM[1][0], 0, has_properties=True)
    assert (len(found.publishes), found.at, found.wants) == (1, len(STREAM[0][0]), 2)


def test_a_long_packet_says_how_much_it_wants() -> None:
    long = publish(b"t", b"z" * 500_000, 7)
    found = split(long[:1000], 0, has_properties=True)
    assert (found.publishes, found.at, found.wants) == ([], 0, len(long))


@pytest.mark.parametrize(
    "packet",
    [
        b"\x32\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\x32\x03\x00\x09a",  # a topic that ends behind the packet
        b"\x32\x01\x00",  # no whole topic length
        b"\x32\x04\x00\x01a\x00",  # half a packet id
        b"\x32\x05\x00\x01a\x00\x01",  # no properties
        b"\x32\x06\x00\x01a\x00\x01\x09",  # properties that end behind the packet
        b"\x34\x06\x00\x01a\x00\x01\x00",  # quality 2, which nobody asked for
    ],
)
def test_bytes_that_are_no_packet_are_refused(packet: bytes) -> None:
    with pytest.raises(MalformedPacket):
        split(packet + BYTES, 0, has_properties=True)


@given(st.binary(max_size=60))
def test_any_bytes_are_messages_or_refused(noise: bytes) -> None:
    try:
        found = split(noise, 0, has_properties=True)
    except MalformedPacket:
        return
    assert 0 <= found.at <= len(noise)
