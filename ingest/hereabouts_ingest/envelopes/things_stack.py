"""The Things Stack v3: JSON of its MQTT server, webhooks and Storage Integration.

Topic `v3/{application}@{tenant}/devices/{device_id}/up` (the Open Source build has no `@tenant`), and `.../join`, which
is an event. Empty fields are left out of the JSON, so a missing `f_cnt` or `f_port` is 0. What application packages
compute (`/service/data`, `/location/solved`) and receipts of downlinks tell nothing that the uplinks do not.

Key: `(dev_eui, session_key_id, f_cnt)`; without a session (ABP) `(dev_eui, dev_addr, f_cnt, sha256(frm_payload))`.
`correlation_ids` differ between MQTT, webhook and storage copies of one frame, so they are no key.

Times, best first: what the decoder states, `settings.time` (gateway), `received_at` of the network server, outer
`received_at` of the application server. `normalized_payload` is read for its time only: its values are not to be
trusted (0 degrees dropped, per cent written as volts). `last_battery_percentage` is not read: it is of an older frame.

Source: The Things Stack documentation, "MQTT Server" and "Data Formats".
"""

import hashlib

from hereabouts_ingest.clocks import read_time
from hereabouts_ingest.envelopes.json_body import (
    Body,
    EnvelopeError,
    content_key,
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
    wrong_shape,
)
from hereabouts_schemas.message import Clock, Message, TimeSource, Uplink, UplinkEvent
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.times import UNREADABLE


def read(message: Message) -> Uplink | Ignored:
    """Read an uplink or a join; downlink receipts and the rest are `other_kind`.

    Raises:
        EnvelopeError: unreadable, wrong_shape, simulated or device_mismatch.
    """
    body = parse_object(message.payload)
    named, kind = _topic(message.topic)
    kind = kind or ("join" if "join_accept" in body else "up")
    if kind not in ("up", "join"):
        return Ignored.OTHER_KIND
    _refuse_simulated(body)
    identity, address = _device(the_object(body, "end_device_ids", "end_device_ids"), named)
    if kind == "join":
        return _join(message, body, identity, address)
    up = the_object(body, "uplink_message", "uplink_message")
    frame = maybe_frame(up, "frm_payload", "uplink_message.frm_payload")
    fields = maybe_object(up, "decoded_payload", "uplink_message.decoded_payload")
    f_cnt = counter(up, "f_cnt", "uplink_message.f_cnt")
    session = maybe_text(up, "session_key_id", "uplink_message.session_key_id")
    return Uplink(
        key=key(identity, session, f_cnt)
        if session
        else key(identity, address, f_cnt, hashlib.sha256(frame or b"").hexdigest()),
        device=identity,
        clocks=_clocks(body, up, fields),
        f_port=counter(up, "f_port", "uplink_message.f_port", most=255),
        f_cnt=f_cnt,
        frame=frame,
        fields=fields,
    )


def _join(message: Message, body: Body, identity: str, address: str) -> Uplink:
    """A join: the device has begun a new session, with a new address and a counter from 0."""
    join = the_object(body, "join_accept", "join_accept")
    clocks = (
        *maybe_clock(join, "received_at", "join_accept.received_at", TimeSource.NETWORK),
        *maybe_clock(body, "received_at", "received_at", TimeSource.NETWORK),
    )
    session = maybe_text(join, "session_key_id", "join_accept.session_key_id")
    return Uplink(
        key=key("join", identity, session) if session else key("join", content_key(message, identity, clocks)),
        device=identity,
        clocks=clocks,
        events=(UplinkEvent(code="join", detail=f"address {address}" if address else ""),),
    )


def _topic(topic: str) -> tuple[str | None, str | None]:
    """The device that the topic names and the kind of message. A topic of another form (webhook) names neither."""
    levels = topic.split("/")
    if len(levels) >= 5 and levels[0] == "v3" and levels[2] == "devices":
        return levels[3], "/".join(levels[4:])
    return None, None


def _refuse_simulated(body: Body) -> None:
    simulated = body.get("simulated")
    if simulated is True:
        raise EnvelopeError(
            Reason.SIMULATED, "The message was simulated in The Things Stack; it tells nothing about a real place."
        )
    if simulated is not None and simulated is not False:
        raise wrong_shape("simulated", "true or false", simulated)


def _device(ids: Body, named: str | None) -> tuple[str, str]:
    """Identity (DevEUI, else the network's name) and device address."""
    name = maybe_text(ids, "device_id", "end_device_ids.device_id")
    if name is not None and named is not None and name != named:
        raise EnvelopeError(
            Reason.DEVICE_MISMATCH, f"The topic names the device {named}, the payload speaks for {name}."
        )
    eui = maybe_text(ids, "dev_eui", "end_device_ids.dev_eui")
    address = maybe_text(ids, "dev_addr", "end_device_ids.dev_addr") or ""
    if eui is not None:
        return the_identity(eui, "end_device_ids.dev_eui"), address
    return the_identity(the_text(ids, "device_id", "end_device_ids.device_id"), "end_device_ids.device_id"), address


def _clocks(body: Body, up: Body, fields: Body | None) -> tuple[Clock, ...]:
    settings = maybe_object(up, "settings", "uplink_message.settings") or {}
    return (
        *_decoder_clock(fields, up.get("normalized_payload")),
        *maybe_clock(settings, "time", "uplink_message.settings.time", TimeSource.GATEWAY),
        *maybe_clock(up, "received_at", "uplink_message.received_at", TimeSource.NETWORK),
        *maybe_clock(body, "received_at", "received_at", TimeSource.NETWORK),
    )


def _decoder_clock(fields: Body | None, normalized: object) -> tuple[Clock, ...]:
    """The time that the payload formatter gives to the frame, if it gives one.

    Formatters write what they like under `time`, so text that is no instant is no clock rather than a bad one; several
    normalised measurements with different times do not say which of them is the frame's.
    """
    texts = [fields["time"]] if fields and "time" in fields else []
    if not texts and normalized is None:  # as nearly always
        return ()
    if isinstance(normalized, list):
        stated = {entry.get("time") for entry in normalized if isinstance(entry, dict) and _is_text(entry.get("time"))}
        texts.extend(stated if len(stated) == 1 else ())
    times = [read_time(text) for text in texts if isinstance(text, str)]
    return tuple(Clock(at=at, source=TimeSource.DEVICE) for at in times if at != UNREADABLE)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
