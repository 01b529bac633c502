"""Plain JSON: `{"device": "...", "time": "...", "<field>": value, ...}` on `hereabouts/<device or publisher>/up`.

`device` is required. `time` is the device's own RFC 3339 time with a zone, and worth sending: without it the arrival
counts, and copies are harder to tell.

Key: `(device, time, sha256(payload))` where a time is stated: the same body again is the same message, another body of
the same instant (one message a quantity) is not. Without a time a body says nothing of when, and a sensor that
honestly repeats "50 %" sends equal bytes, so the hash alone would swallow every repeat. There the key is
`(device, arrival minute, sha256(topic and payload))`: a copy that the broker delivers again within the minute is a
duplicate; one that comes in a later minute is stored once more, at that time; two equal messages of one minute are one.

The middle level may name the device or whoever publishes for many (a gateway). It goes along as `topic_names`: the
message is refused when that is another registered device, for a payload may only speak for the device its topic names.
"""

import hashlib

from hereabouts_ingest.envelopes.json_body import Body, key, maybe_clock, parse_object, the_identity, the_text
from hereabouts_schemas.message import Clock, Message, TimeSource, Uplink
from hereabouts_schemas.times import format_time

_OURS = ("device", "time")


def read(message: Message) -> Uplink:
    """Read one message; every field but `device` and `time` is a value.

    Raises:
        EnvelopeError: unreadable or wrong_shape.
    """
    body = parse_object(message.payload)
    device = the_identity(the_text(body, "device", "device"), "device")
    clocks = maybe_clock(body, "time", "time", TimeSource.DEVICE)
    return Uplink(
        key=_key(message, device, clocks),
        device=device,
        clocks=clocks,
        fields=_values(body),
        topic_names=_names(message.topic),
    )


def _values(body: Body) -> Body:
    return {name: value for name, value in body.items() if name not in _OURS}


def _key(message: Message, device: str, clocks: tuple[Clock, ...]) -> str:
    if clocks:
        return key(device, format_time(clocks[0].at), hashlib.sha256(message.payload).hexdigest())
    minute = message.received_at.replace(second=0, microsecond=0)
    return key(device, format_time(minute), message.content_hash().hex())


def _names(topic: str) -> str | None:
    levels = topic.split("/")
    return the_identity(levels[-2], "The topic") if len(levels) >= 2 else None
