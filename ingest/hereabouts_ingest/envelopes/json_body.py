"""What the JSON envelopes share: parsing, and checks of shape that name the field at fault.

Absent and null are the same throughout. A field's `path` is written dotted, as the reader finds it in the body.
"""

import binascii
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

import orjson

from hereabouts_ingest.clocks import read_time
from hereabouts_ingest.refusal import Refusal
from hereabouts_schemas.device import device_id
from hereabouts_schemas.message import Clock, Message, TimeSource
from hereabouts_schemas.outcome import Reason
from hereabouts_schemas.times import format_time

_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}

MOST_IDENTITY = 200
UINT32 = 2**32 - 1

Body = Mapping[str, object]


class EnvelopeError(Refusal):
    """A message that its envelope cannot read or must not accept."""


def parse_json(payload: bytes) -> object:
    """Parse JSON of any kind.

    Raises:
        EnvelopeError: `unreadable` when it is not JSON.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise EnvelopeError(Reason.UNREADABLE, f"The payload is not JSON: {error}.") from None


def parse_object(payload: bytes) -> Body:
    """Parse a JSON object.

    Raises:
        EnvelopeError: `unreadable` when it is not JSON, `wrong_shape` when it is JSON of another kind.
    """
    body = parse_json(payload)
    if type(body) is not dict:
        raise wrong_shape("The payload", "a JSON object", body)
    return cast("Body", body)


def wrong_shape(path: str, expected: str, value: object) -> EnvelopeError:
    """The error for a field that is missing or of another kind."""
    if value is None:
        return EnvelopeError(Reason.WRONG_SHAPE, f"{path} is missing; it should be {expected}.")
    found = _KINDS.get(type(value), "something else")
    return EnvelopeError(Reason.WRONG_SHAPE, f"{path} should be {expected}; it is {found}.")


def the_object(body: Body, name: str, path: str) -> Body:
    """A required object."""
    value = body.get(name)
    if type(value) is not dict:
        raise wrong_shape(path, "an object", value)
    return cast("Body", value)


def maybe_object(body: Body, name: str, path: str) -> Body | None:
    """An object, or None where there is none."""
    return None if body.get(name) is None else the_object(body, name, path)


def the_text(body: Body, name: str, path: str) -> str:
    """A required text that is not blank."""
    value = body.get(name)
    if type(value) is not str or not value.strip():
        raise wrong_shape(path, "text that is not blank", value)
    return value


def maybe_text(body: Body, name: str, path: str) -> str | None:
    """A text, or None where there is none or it is empty (proto3's own default)."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if type(value) is not str:
        raise wrong_shape(path, "text", value)
    return value


def the_identity(text: str, path: str) -> str:
    """A device's identity in its one spelling."""
    if len(text) > MOST_IDENTITY:
        raise EnvelopeError(Reason.WRONG_SHAPE, f"{path} is longer than {MOST_IDENTITY} characters: no device's name.")
    return _identity(text)


# A feed names the same devices over and over; the length is bounded above, so the memory is too.
_identity = lru_cache(maxsize=20_000)(device_id)


def counter(body: Body, name: str, path: str, most: int = UINT32) -> int:
    """A whole number from 0 to `most`; absent means 0, because the networks leave zeros out."""
    value = body.get(name)
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= most:
        raise wrong_shape(path, f"a whole number from 0 to {most}", value)
    return value


def maybe_frame(body: Body, name: str, path: str) -> bytes | None:
    """A device's raw bytes from base64, or None where there are none."""
    text = maybe_text(body, name, path)
    if text is None:
        return None
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # binascii.Error is one; text beyond ASCII raises it plain
        raise EnvelopeError(Reason.WRONG_SHAPE, f"{path} is not base64.") from None


def maybe_clock(body: Body, name: str, path: str, source: TimeSource) -> tuple[Clock, ...]:
    """A stated time as one clock; nothing where none is stated. A text that is no time is a clock nobody believes."""
    text = body.get(name)
    if text is None or text == "":
        return ()
    if type(text) is not str:
        raise wrong_shape(path, "an RFC 3339 time as text", text)
    return (Clock(at=read_time(text), source=source),)


def content_key(message: Message, device: str, clocks: tuple[Clock, ...]) -> str:
    """The key of a message whose network gives it none.

    `(device, time, sha256(payload))` where a time is stated: the same body again is the same message, another body of
    the same instant (one message a quantity) is not. Without a time a body says nothing of when, and a sensor that
    honestly repeats "50 %" sends equal bytes, so the hash alone would swallow every repeat. There the key is
    `(device, arrival minute, sha256(topic and payload))`: a copy that the broker delivers again within the minute is a
    duplicate; one that comes in a later minute is stored once more, at that time; two equal messages of one minute are
    one.
    """
    if clocks:
        return key(device, format_time(clocks[0].at), hashlib.sha256(message.payload).hexdigest())
    minute = message.received_at.replace(second=0, microsecond=0)
    return key(device, format_time(minute), message.content_hash().hex())


def key(*parts: object) -> str:
    """A dedup key: its parts as one JSON array, so that no two lists of parts read the same."""
    return orjson.dumps(parts).decode()
