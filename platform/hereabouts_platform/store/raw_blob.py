"""Raw messages of a batch as one compressed blob, and back.

Layout, little-endian, after zstd: one byte version (1), then for each message
`received_us int64, source_id int16, retained uint8, topic_length uint32, topic, payload_length uint32, payload`.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import zstandard

from hereabouts_schemas.message import Message
from hereabouts_schemas.times import from_microseconds, microseconds

_VERSION = 1
_HEAD = struct.Struct("<qhBI")
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, kw_only=True, slots=True)
class RawMessage:
    """One message as it lies in a blob; the source by its number in the store."""

    source_id: int
    topic: str
    payload: bytes
    received_at: datetime
    retained: bool


def pack(messages: Sequence[Message]) -> bytes:
    """Messages of one batch as a zstd blob, in order."""
    parts = [bytes([_VERSION])]
    for message in messages:
        topic = message.topic.encode("utf-8", "surrogatepass")
        received_us = microseconds(message.received_at)
        parts.append(_HEAD.pack(received_us, message.source.id, message.retained, len(topic)))
        parts += (topic, _LENGTH.pack(len(message.payload)), message.payload)
    return zstandard.ZstdCompressor(level=3).compress(b"".join(parts))


def unpack(blob: bytes) -> list[RawMessage]:
    """The messages of a blob, in order; the position is the uplink's `index`.

    Raises:
        ValueError: not a blob of a known version.
    """
    raw = zstandard.ZstdDecompressor().decompress(blob)
    if raw[:1] != bytes([_VERSION]):
        raise ValueError(f"raw batch of an unknown version {raw[:1]!r}")
    messages, at = [], 1
    while at < len(raw):
        received_us, source_id, retained, topic_length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        topic = raw[at : at + topic_length].decode("utf-8", "surrogatepass")
        at += topic_length
        (payload_length,) = _LENGTH.unpack_from(raw, at)
        at += _LENGTH.size
        payload = raw[at : at + payload_length]
        at += payload_length
        received_at = from_microseconds(received_us)
        messages.append(
            RawMessage(
                source_id=source_id, topic=topic, payload=payload, received_at=received_at, retained=bool(retained)
            )
        )
    return messages
