"""ChirpStack v4: JSON events of its MQTT, HTTP and other integrations.

Topic `application/{application}/device/{devEui}/event/{up|status|join|log|...}`. Like all of protobuf's JSON it may
leave zeros out: a missing `fCnt` or `fPort` is 0. Beside uplinks this reads what the server tells of a device; see
`chirpstack_events`.

Key: `deduplicationId`, the same over all integrations; where it is missing, `(devEui, devAddr, fCnt, sha256(data))`.

Twin: a device too near its gateway is heard on two frequencies at once, and ChirpStack then publishes one transmission
as two events with two ids and times that may differ (chirpstack#533). Both have the same `(devEui, devAddr, fCnt)` and
the same bytes. So has, much later, an honest frame of a device whose counter began again (ABP) and that measures the
same once more; no number in the message tells the two apart, and a time window would only guess. What does tell them is
the order: a counter cannot come back to 17 without other frames between, while the second copy of a transmission
follows on the first. So the store takes a twin for the same transmission only when it holds no other frame of the
device since. Frames with the counter 0 have no twin: devices that lose their counter in every sleep send nothing else,
and each of their repeats is a reading.

Time: `time` is the server's choice of GPS time, gateway time within its drift limit, or its own clock.

Source: ChirpStack documentation, "Event types" and "MQTT integration"; chirpstack_api `integration.proto`.
"""

from hashlib import sha256

from hereabouts_ingest.envelopes.chirpstack_events import kind_of, read_join, read_log, read_status
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

_EVENTS = {"status": read_status, "join": read_join, "log": read_log}


def read(message: Message) -> Uplink | Ignored:
    """Read an `up`, `status`, `join` or `log` event; every other event is `other_kind`.

    Raises:
        EnvelopeError: unreadable, wrong_shape or device_mismatch.
    """
    body = parse_object(message.payload)
    named, kind = _topic(message.topic)
    kind = kind or kind_of(body)
    if kind != "up" and kind not in _EVENTS:
        return Ignored.OTHER_KIND
    identity = _device(the_object(body, "deviceInfo", "deviceInfo"), named)
    if kind != "up":
        return _EVENTS[kind](message, body, identity)
    frame = maybe_frame(body, "data", "data")
    f_cnt = counter(body, "fCnt", "fCnt")
    address = maybe_text(body, "devAddr", "devAddr")
    deduplication = maybe_text(body, "deduplicationId", "deduplicationId")
    return Uplink(
        key=key(deduplication) if deduplication else key(identity, address, f_cnt, sha256(frame or b"").hexdigest()),
        twin=f"{identity} {address} {f_cnt} {body.get('data')}" if deduplication and f_cnt else None,
        device=identity,
        clocks=maybe_clock(body, "time", "time", TimeSource.NETWORK),
        f_port=counter(body, "fPort", "fPort", most=255),
        f_cnt=f_cnt,
        frame=frame,
        fields=maybe_object(body, "object", "object"),
    )


def _topic(topic: str) -> tuple[str | None, str | None]:
    """The device that the topic names and the event. A topic of another form (HTTP) names neither."""
    levels = topic.split("/")
    if len(levels) >= 4 and levels[-4] == "device" and levels[-2] == "event":
        return levels[-3], levels[-1]
    return None, None


def _device(info: Body, named: str | None) -> str:
    identity = the_identity(the_text(info, "devEui", "deviceInfo.devEui"), "deviceInfo.devEui")
    if named is not None and the_identity(named, "The topic's device") != identity:
        raise EnvelopeError(
            Reason.DEVICE_MISMATCH, f"The topic names the device {named}, the payload speaks for {identity}."
        )
    return identity
