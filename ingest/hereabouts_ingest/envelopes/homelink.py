"""Aico HomeLINK: one reading of one sensor a message.

Topic `{landlord}/reading/{property}/{serial}/{type}`, lower case; alerts, events and insights have topics of their own.
Readings are collected from the home in batches, so one is hours late without anything being wrong: `readingDate` is
the device's clock, `collectionDate` HomeLINK's. `actionTimestamp` says when the message was made and is no clock of
the reading. The broker retains them; they carry their own time, so a retained one is read like any other.

Key: `(__IDENTITY, value, unit)`. `__IDENTITY` alone is device, type and time: a corrected value under it would vanish
as a duplicate. With the value in the key a correction reaches the store, which keeps the first value and sets the
second aside as `conflict`, where a person sees it; the same value sent again is a duplicate whatever its action.

Source: payloads published with python_homelink and AICO_HomeLINK (MIT).
"""

import re

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


def read(message: Message) -> Uplink | Ignored:
    """Read a reading; other kinds of message are `other_kind`. The stated unit goes with the value.

    Raises:
        EnvelopeError: unreadable, wrong_shape (also an action that is not ADD or UPDATE) or device_mismatch.
    """
    body = parse_object(message.payload)
    levels = message.topic.split("/")
    if "reading" not in levels:
        return Ignored.OTHER_KIND
    serial = the_text(body, "deviceSerialNumber", "deviceSerialNumber").strip()
    _refuse_other_serial(levels, serial)
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
        key=key(identity, value, unit) if identity else key(serial, kind, *stated, value, unit),
        device=the_identity(serial, "deviceSerialNumber"),
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
