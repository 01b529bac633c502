"""What ChirpStack tells of a device beside its uplinks: its state, its joins, what went wrong with it.

Key: a status and a join carry the `deduplicationId` of the uplink they came with, so the kind of event is part of
theirs. A log event has no id of its own; its content is its key.

`status` is the device's answer to the server's question for its battery and its link margin. The level runs from 0.4
to 100 %, so a missing one is unknown, not 0. `log` is the server's own note and no sign of life: it may say that a
downlink to the device failed, or that somebody else spoke in its name.
"""

from hereabouts_ingest.envelopes.json_body import (
    Body,
    content_key,
    key,
    maybe_clock,
    maybe_text,
    wrong_shape,
)
from hereabouts_schemas.message import Message, TimeSource, Uplink, UplinkEvent
from hereabouts_schemas.profile import FieldSpec

_STATUS = (FieldSpec(path="batteryLevel", quantity="battery_level", unit="%"),)

# Keys that only one kind of event has, for bodies whose topic does not say what they are.
_TELLS = {
    "margin": "status",
    "batteryLevel": "status",
    "batteryLevelUnavailable": "status",
    "externalPowerSource": "status",
    "level": "log",
    "code": "log",
    "description": "log",
    "acknowledged": "ack",
    "downlinkId": "txack",
    "location": "location",
    "integrationName": "integration",
    "joinServerContext": "join",
}


def kind_of(body: Body) -> str:
    """The kind of an event by its keys; `up` where none of them tells."""
    return next((kind for name, kind in _TELLS.items() if name in body), "up")


def read_status(message: Message, body: Body, identity: str) -> Uplink:
    """A status: the battery's level as a reading, margin and power supply as an event."""
    mains = _flag(body, "externalPowerSource")
    known = not mains and not _flag(body, "batteryLevelUnavailable") and body.get("batteryLevel") is not None
    clocks = maybe_clock(body, "time", "time", TimeSource.NETWORK)
    margin = body.get("margin", 0)
    if type(margin) is not int:
        raise wrong_shape("margin", "a whole number of dB", margin)
    power = "external power" if mains else "battery" if known else "power unknown"
    return Uplink(
        key=_key(message, body, "status", identity),
        device=identity,
        clocks=clocks,
        fields={"batteryLevel": body["batteryLevel"]} if known else {},
        table=_STATUS,
        events=(UplinkEvent(code="device_status", detail=f"margin {margin} dB, {power}"),),
    )


def read_join(message: Message, body: Body, identity: str) -> Uplink:
    """A join: the device has begun a new session, with a new address and a counter from 0."""
    address = maybe_text(body, "devAddr", "devAddr")
    return Uplink(
        key=_key(message, body, "join", identity),
        device=identity,
        clocks=maybe_clock(body, "time", "time", TimeSource.NETWORK),
        events=(UplinkEvent(code="join", detail=f"address {address}" if address else ""),),
    )


def read_log(message: Message, body: Body, identity: str) -> Uplink:
    """A note of the server, under its own code: UPLINK_CODEC, UPLINK_F_CNT_RESET, UPLINK_MIC, OTAA ..."""
    clocks = maybe_clock(body, "time", "time", TimeSource.NETWORK)
    level = maybe_text(body, "level", "level") or "INFO"
    description = maybe_text(body, "description", "description")
    return Uplink(
        key=key("log", content_key(message, identity, clocks)),
        device=identity,
        clocks=clocks,
        events=(
            UplinkEvent(
                code=maybe_text(body, "code", "code") or "UNKNOWN",
                detail=f"{level}: {description}" if description else level,
            ),
        ),
        heard=False,
    )


def _flag(body: Body, name: str) -> bool:
    value = body.get(name)
    if value is not None and type(value) is not bool:
        raise wrong_shape(name, "true or false", value)
    return value is True


def _key(message: Message, body: Body, kind: str, identity: str) -> str:
    deduplication = maybe_text(body, "deduplicationId", "deduplicationId")
    if deduplication is not None:
        return key(kind, deduplication)
    return key(kind, content_key(message, identity, maybe_clock(body, "time", "time", TimeSource.NETWORK)))
