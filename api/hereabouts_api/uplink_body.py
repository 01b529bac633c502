"""A request's body as records: one message, a JSON array of messages, or one message a line.

What a record says is for ingest to judge. A body that cannot be taken apart is one record, and ends in quarantine with
its bytes like any message that cannot be read.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice

import orjson

from hereabouts_api.problems import NothingToTake, TooLarge, WrongMedia
from hereabouts_platform.store.posts import Feed, Record
from hereabouts_schemas.errors import InputError

MOST_RECORDS = 10_000
LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
CHIRPSTACK, HOMELINK = "chirpstack", "homelink"
NO_TOPIC = "webhook"  # of one level: it names nobody

_BLANKS = re.compile(r"[ \t\n\r]*")
# Numbers stay text: nothing is computed with them here, and some are too long to be numbers.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def records_of(body: bytes, media: str, feed: Feed, topic: str | None, event: str | None) -> list[Record]:
    """The records of a body in order, each with its bytes as they came.

    Args:
        media: the Content-Type; none is taken for JSON.
        topic: the topic of all of them, where the sender says one.
        event: what ChirpStack calls the kind of its message.

    Raises:
        WrongMedia: neither JSON nor lines of it.
        TooLarge: too many records.
        NothingToTake: none.
        InputError: `event` where no ChirpStack speaks.
    """
    if event is not None and feed.envelope != CHIRPSTACK:
        raise InputError("event", event, f"Leave it out: {feed.name} is no ChirpStack, which alone sends it.")
    payloads = _payloads(body, media)
    if not payloads:
        raise NothingToTake("body", body[:50].decode(errors="replace"), "Send at least one message.")
    if len(payloads) > MOST_RECORDS:
        raise TooLarge("body", f"more than {MOST_RECORDS:,} records", "Send them in several requests.")
    return [Record(topic=topic or _topic(feed, event, payload), payload=payload) for payload in payloads]


def _payloads(body: bytes, media: str) -> list[bytes]:
    kind = media.partition(";")[0].strip().lower()
    if kind in LINES:
        lines = (line.strip(b" \t\r") for line in body.split(b"\n"))
        return list(islice((line for line in lines if line), MOST_RECORDS + 1))
    if kind not in ("", "application/json") and not (kind.startswith("application/") and kind.endswith("+json")):
        cure = "Send application/json or application/x-ndjson; of ChirpStack, choose the JSON encoding."
        raise WrongMedia("Content-Type", media, cure)
    if not body.strip(b" \t\n\r"):
        return []
    return _elements(body) if body.lstrip(b" \t\n\r")[:1] == b"[" else [body]


def _elements(body: bytes) -> list[bytes]:
    """The elements of an array, cut out of the text as they stand; the whole where it is no array after all."""
    try:
        return list(islice(_cut(body.decode()), MOST_RECORDS + 1))
    except (ValueError, RecursionError):
        return [body]


def _cut(text: str) -> Iterator[bytes]:
    at = _skip(text, _skip(text, 0) + 1)
    if text[at : at + 1] == "]":
        end = at
    else:
        while True:
            _, end = _DECODER.raw_decode(text, at)
            yield text[at:end].encode()
            end = _skip(text, end)
            if text[end : end + 1] != ",":
                break
            at = _skip(text, end + 1)
    if text[end : end + 1] != "]" or _skip(text, end + 1) != len(text):
        raise ValueError("no array")


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _topic(feed: Feed, event: str | None, payload: bytes) -> str:
    """The topic that the network would have published this on, as far as the envelope needs one."""
    if feed.envelope == HOMELINK:
        return "reading"
    if feed.envelope != CHIRPSTACK or event is None:
        return NO_TOPIC
    device = _device_of(payload)
    return f"application/-/device/{device}/event/{event}" if device is not None else NO_TOPIC


def _device_of(payload: bytes) -> str | None:
    """The DevEUI in a ChirpStack event, if it is one."""
    try:
        device = orjson.loads(payload)["deviceInfo"]["devEui"]
    except (ValueError, TypeError, LookupError):
        return None
    return device if isinstance(device, str) and re.fullmatch(r"[0-9A-Fa-f]{16}", device) else None
