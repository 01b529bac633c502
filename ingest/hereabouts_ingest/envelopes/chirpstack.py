"""ChirpStack v4: JSON events of its MQTT, HTTP and other integrations.

Topic `application/{application}/device/{devEui}/event/{up|status|join|...}`. Like all of protobuf's JSON it may leave
zeros out: a missing `fCnt` or `fPort` is 0.

Key: `deduplicationId`, the same over all integrations; where it is missing, `(devEui, devAddr, fCnt, sha256(data))`.
One transmission heard on two frequencies comes as two events with two ids (chirpstack#533); `(devEui, devAddr, fCnt)`
would tell them, but would also swallow the frames of an ABP device whose counter began again, so it is not the key.

Time: `time` is the server's choice of GPS time, gateway time within its drift limit, or its own clock.

Source: ChirpStack documentation, "Event types" and "MQTT integration"; chirpstack_api `integration.proto`.
"""

import hashlib

from hereabouts_ingest.envelopes.json_body import (
    Body,
    EnvelopeError,
    counter,
    key,
    maybe_clock,
    maybe_frame,
    maybe_object,
    maybe_text,
    parse_object,
    the_identity,
    the_object,
    the_text,
)
from hereabouts_schemas.message import Message, TimeSource, Uplink
from hereabouts_schemas.outcome import Ignored, Reason


def read(message: Message) -> Uplink | Ignored:
    """Read an `up` event; every other event is `other_kind`.

    Raises:
        EnvelopeError: unreadable, wrong_shape or device_mismatch.
    """
    body = parse_object(message.payload)
    named, kind = _topic(message.topic)
    if kind != "up":
        return Ignored.OTHER_KIND
    identity = _device(the_object(body, "deviceInfo", "deviceInfo"), named)
    frame = maybe_frame(body, "data", "data")
    f_cnt = counter(body, "fCnt", "fCnt")
    return Uplink(
        key=_key(body, identity, f_cnt, frame),
        device=identity,
        clocks=maybe_clock(body, "time", "time", TimeSource.NETWORK),
        f_port=counter(body, "fPort", "fPort", most=255),
        f_cnt=f_cnt,
        frame=frame,
        fields=maybe_object(body, "object", "object"),
    )


def _topic(topic: str) -> tuple[str | None, str]:
    """The device that the topic names and the event. A topic of another form (HTTP) names nobody."""
    levels = topic.split("/")
    if len(levels) >= 4 and levels[-4] == "device" and levels[-2] == "event":
        return levels[-3], levels[-1]
    return None, "up"


def _device(info: Body, named: str | None) -> str:
    identity = the_identity(the_text(info, "devEui", "deviceInfo.devEui"), "deviceInfo.devEui")
    if named is not None and the_identity(named, "The topic's device") != identity:
        raise EnvelopeError(
            Reason.DEVICE_MISMATCH, f"The topic names the device {named}, the payload speaks for {identity}."
        )
    return identity


def _key(body: Body, identity: str, f_cnt: int, frame: bytes | None) -> str:
    deduplication = maybe_text(body, "deduplicationId", "deduplicationId")
    if deduplication is not None:
        return key(deduplication)
    address = maybe_text(body, "devAddr", "devAddr")
    return key(identity, address, f_cnt, hashlib.sha256(frame or b"").hexdigest())
