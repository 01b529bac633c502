"""HomeLINK's messages that bring no value: events, alerts, and devices that are added, changed or removed.

Codes are HomeLINK's own (`HEAD_REMOVED`, `LOW_BATTERY_SENSOR` ...). An alert speaks of an event under the same code and
often of the same second, so what becomes of it stands behind the code: `HEAD_REMOVED:alert`, `:resolved`, `:withdrawn`.
Devices give `device_add`, `device_update` and `device_delete`.

Times: `raisedDate` and `resolvedDate` come with a Z or with no zone at all, and are UTC either way (`actionTimestamp`
of the same message says the same second with its Z); then `actionTimestamp`, when HomeLINK made the message. A message
that the broker has kept from before the clock gate tells of nothing that is new: it is ignored as retained.

Key: `(kind, __IDENTITY, code, time)`, so an alert that is resolved is another message than the alert that was raised,
and the same state sent again is a duplicate whatever its action. None of these is a sign of life of the device (an
event may say that it fell silent) except a gateway's check-in.
"""

from hereabouts_ingest.clocks import is_credible, read_time
from hereabouts_ingest.envelopes.json_body import (
    Body,
    EnvelopeError,
    key,
    maybe_clock,
    maybe_text,
    the_text,
    wrong_shape,
)
from hereabouts_schemas.message import Clock, Message, TimeSource, Uplink, UplinkEvent
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.times import UNREADABLE

_ACTIONS = ("ADD", "UPDATE", "DELETE")

# What goes into an event's detail, and the words before it.
_OF_EVENTS = {
    "eventTypeName": "",
    "severity": "severity ",
    "sourceModel": "",
    "location": "",
    "insightId": "insight ",
}
_OF_DEVICES = {"sourceModel": "", "location": "", "replaceByDate": "replace by "}


def read_event(message: Message, body: Body, device: str) -> Uplink | Ignored:
    """An event: something that happened to a device."""
    withdrawn = ":withdrawn" if _action(body) == "DELETE" else ""
    code = the_text(body, "eventTypeId", "eventTypeId").strip()
    clocks = (*_utc_clock(body, "raisedDate"), *_made(body))
    return _told(message, body, device, code + withdrawn, clocks, kind="event", heard=code.endswith("CHECK_IN"))


def read_alert(message: Message, body: Body, device: str) -> Uplink | Ignored:
    """An alert: raised by an event, standing until it is resolved or taken back."""
    code = the_text(body, "eventTypeId", "eventTypeId").strip()
    if body.get("resolvedDate") is not None:
        clocks = (*_utc_clock(body, "resolvedDate"), *_made(body))
        return _told(message, body, device, f"{code}:resolved", clocks, kind="alert")
    if _action(body) == "DELETE":
        return _told(message, body, device, f"{code}:withdrawn", _made(body), kind="alert")
    clocks = (*_utc_clock(body, "raisedDate"), *_made(body))
    return _told(message, body, device, f"{code}:alert", clocks, kind="alert")


def read_device(message: Message, body: Body, device: str) -> Uplink | Ignored:
    """A device that HomeLINK was told of, or told something new about, or that was taken out."""
    return _told(message, body, device, f"device_{_action(body).lower()}", _made(body), kind="device")


def _told(
    message: Message,
    body: Body,
    device: str,
    code: str,
    clocks: tuple[Clock, ...],
    *,
    kind: str,
    heard: bool = False,
) -> Uplink | Ignored:
    if message.retained and not any(is_credible(clock.at, message.received_at) for clock in clocks):
        return Ignored.RETAINED
    identity = maybe_text(body, "__IDENTITY", "__IDENTITY") or maybe_text(body, "eventId", "eventId")
    stated = [body.get(name) for name in ("raisedDate", "resolvedDate")]
    if kind == "device" or stated == [None, None]:
        stated = [body.get("actionTimestamp")]
    return Uplink(
        key=key(kind, identity or device, code, *(at if isinstance(at, str) else None for at in stated)),
        device=device,
        clocks=clocks,
        events=(UplinkEvent(code=code, detail=_detail(kind, body)),),
        heard=heard,
    )


def _detail(kind: str, body: Body) -> str:
    """What a person wants to know at once, without the address or the words that repeat the code."""
    said = _OF_DEVICES if kind == "device" else _OF_EVENTS
    return ", ".join(
        words + value for name, words in said.items() if isinstance(value := body.get(name), str) and value
    )


def _action(body: Body) -> str:
    action = (maybe_text(body, "action", "action") or "ADD").upper()
    if action not in _ACTIONS:
        raise EnvelopeError(Reason.WRONG_SHAPE, f"action is {action!r}; ADD, UPDATE and DELETE are known.")
    return action


def _made(body: Body) -> tuple[Clock, ...]:
    return maybe_clock(body, "actionTimestamp", "actionTimestamp", TimeSource.NETWORK)


def _utc_clock(body: Body, name: str) -> tuple[Clock, ...]:
    text = body.get(name)
    if text is None or text == "":
        return ()
    if not isinstance(text, str):
        raise wrong_shape(name, "a time as text", text)
    at = read_time(text)
    return (Clock(at=read_time(f"{text}Z") if at == UNREADABLE else at, source=TimeSource.NETWORK),)
