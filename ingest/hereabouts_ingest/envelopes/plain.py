"""Plain JSON: `{"device": "...", "time": "...", "<field>": value, ...}` on `hereabouts/<device or publisher>/up`.

`device` is required. `time` is the device's own RFC 3339 time with a zone, and worth sending: without it the arrival
counts, and copies are harder to tell.

Key: see `json_body.content_key`.

The middle level may name the device or whoever publishes for many (a gateway). It goes along as `topic_names`: the
message is refused when that is another registered device, for a payload may only speak for the device its topic names.
"""

from hereabouts_ingest.envelopes.json_body import Body, content_key, maybe_clock, parse_object, the_identity, the_text
from hereabouts_schemas.message import Message, TimeSource, Uplink

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
        key=content_key(message, device, clocks),
        device=device,
        clocks=clocks,
        fields=_values(body),
        topic_names=_names(message.topic),
    )


def _values(body: Body) -> Body:
    return {name: value for name, value in body.items() if name not in _OURS}


def _names(topic: str) -> str | None:
    levels = topic.split("/")
    return the_identity(levels[-2], "The topic") if len(levels) >= 2 else None
