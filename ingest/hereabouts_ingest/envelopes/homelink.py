"""Aico HomeLINK: readings of sensors, and what happens to alarms, sensors and gateways in a home.

Topic `{landlord}/{reading|event|alert|device|...}/{property}/...`, lower case. The broker retains messages; those with
a credible time of their own are read like any other. Other kinds (property, insight, insightcomponent, notification)
and messages that name no device are of a home, not of a thing in it, and are `other_kind`: insights on who lives there
and how have no place here.

A reading: one sensor, one value. Readings are collected from the home in batches, so one is hours late without
anything being wrong: `readingDate` is the device's clock, `collectionDate` HomeLINK's. `actionTimestamp` says when the
message was made and is no clock of the reading. Key: `(__IDENTITY, value, unit)`. `__IDENTITY` alone is device, type
and time: a corrected value under it would vanish as a duplicate. With the value in the key a correction reaches the
store, which keeps the first value and sets the second aside as `conflict`, where a person sees it; the same value sent
again is a duplicate whatever its action.

Events, alerts and messages about devices: see `homelink_events`.

Source: payloads published with python_homelink and AICO_HomeLINK (MIT).
"""

import re

from hereabouts_ingest.envelopes.homelink_events import read_alert, read_device, read_event
from hereabouts_ingest.envelopes.json_body import (
    Body,
    EnvelopeError,
    key,
    maybe_clock,
    maybe_text,
    parse_object,
    the_identity,
    the_text,
    wrong_shape,
)
from hereabouts_schemas.message import Message, TimeSource, Uplink
from hereabouts_schemas.outcome import Ignored, Reason

_SERIAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}", re.IGNORECASE | re.ASCII)
_OTHERS = {"event": read_event, "alert": read_alert, "device": read_device}


def read(message: Message) -> Uplink | Ignored:
    """Read a reading, an event, an alert or a message about a device. The stated unit goes with a reading's value.

    Raises:
        EnvelopeError: unreadable, wrong_shape (also an action that is not known) or device_mismatch.
    """
    body = parse_object(message.payload)
    levels = message.topic.split("/")
    kind = "reading" if "reading" in levels else next((level for level in levels if level in _OTHERS), None)
    if kind is None:
        return Ignored.OTHER_KIND
    if kind != "reading" and body.get("deviceSerialNumber") is None:
        return Ignored.OTHER_KIND
    serial = the_text(body, "deviceSerialNumber", "deviceSerialNumber").strip()
    _refuse_other_serial(levels, serial)
    identity = the_identity(serial, "deviceSerialNumber")
    return _reading(body, identity) if kind == "reading" else _OTHERS[kind](message, body, identity)


def _reading(body: Body, device: str) -> Uplink:
    _refuse_withdrawal(body)
    kind = the_text(body, "readingTypeId", "readingTypeId")
    unit = maybe_text(body, "unit", "unit")
    value = body.get("value")
    if value is None or type(value) in (list, dict):
        raise wrong_shape("value", "a number", value)
    clocks = (
        *maybe_clock(body, "readingDate", "readingDate", TimeSource.DEVICE),
        *maybe_clock(body, "collectionDate", "collectionDate", TimeSource.NETWORK),
    )
    identity = maybe_text(body, "__IDENTITY", "__IDENTITY")
    stated = [body.get("readingDate"), body.get("collectionDate")]
    return Uplink(
        key=key(identity, value, unit) if identity else key(device, kind, *stated, value, unit),
        device=device,
        clocks=clocks,
        fields={kind: {"value": value, "unit": unit}},
    )


def _refuse_other_serial(levels: list[str], serial: str) -> None:
    """A topic that names a serial must name this one. Levels of another form (property, type) name no device."""
    named = [level for level in levels if _SERIAL.fullmatch(level)]
    if named and serial.casefold() not in (level.casefold() for level in named):
        raise EnvelopeError(
            Reason.DEVICE_MISMATCH, f"The topic names the device {named[0]}, the payload speaks for {serial}."
        )


def _refuse_withdrawal(body: Body) -> None:
    """HomeLINK may take a reading back. What was stored stays as evidence; that it was taken back must be seen."""
    action = maybe_text(body, "action", "action")
    if action is not None and action.upper() not in ("ADD", "UPDATE"):
        raise EnvelopeError(
            Reason.WRONG_SHAPE, f"action is {action!r}, not ADD or UPDATE: the message brings no reading of its own."
        )
