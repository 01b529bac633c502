"""From a message to a delivery: everything between the wire and the store, as one pure function.

Guarantee: every message gives a delivery, whatever its bytes, and the same message with the same registry and profiles
gives the same one, unless a vendor's script had to be stopped.
"""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

import structlog

from hereabouts_ingest.beside import device_events, from_records, profile_of, read_by, reported
from hereabouts_ingest.clocks import FrameTime, frame_time, say_clocks
from hereabouts_ingest.envelopes import ENVELOPES
from hereabouts_ingest.extract import Found, extract
from hereabouts_ingest.normalise import Frame, fill_levels, normalise
from hereabouts_ingest.plainly import plain_values
from hereabouts_ingest.profiles import DecodeError, DeviceProfile, ScriptKilled, say_missing
from hereabouts_ingest.refusal import Refusal
from hereabouts_ingest.storable import as_text, storable
from hereabouts_ingest.units import say
from hereabouts_schemas.device import Device
from hereabouts_schemas.message import (
    Delivery,
    DeviceEvent,
    Message,
    Refused,
    SetAside,
    TimeSource,
    Uplink,
    UplinkEvent,
    Value,
)
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.quantity import QUANTITIES

log = structlog.get_logger(__name__)

MOST_BYTES = 256 * 1024
_LONGEST_DETAIL = 500

# What may be read once: quantity, channel, instant.
Slot: TypeAlias = tuple[str, str, datetime]


def interpret(message: Message, devices: Mapping[str, Device], profiles: Mapping[str, DeviceProfile]) -> Delivery:
    """Understand one message as far as it can be understood. Never raises.

    Args:
        message: as it came.
        devices: the registry, by device id.
        profiles: device profiles, by id.
    """
    try:
        return _interpret(message, devices, profiles)
    except Exception as error:  # noqa: BLE001
        # The last line of defence. Envelopes and decoders answer for every shape themselves (the property tests hold
        # them to it); should one not, its message must still end in quarantine, or the broker would send it for ever.
        # Only lines of code are logged: values from a home have no place in a log.
        name, where = type(error).__name__, "".join(traceback.format_tb(error.__traceback__, limit=-3))
        log.error("a message broke its reader", action="interpret_failed", error=name, where=where)  # noqa: TRY400
        detail = f"Reading this message failed ({name}). That is a fault of Hereabouts; the message is kept."
        return Delivery(message=message, verdict=SetAside(reason=Reason.UNDECODABLE, detail=detail))


def names_in(message: Message) -> tuple[str, ...]:
    """The devices that a message names: whose it is, and whom its topic names. Never raises."""
    try:
        uplink = _open(message)
    except Exception:  # noqa: BLE001 - `interpret` says what is wrong with it
        return ()
    if isinstance(uplink, Ignored):
        return ()
    return tuple(name for name in (uplink.device, uplink.topic_names) if name is not None)


def _interpret(message: Message, devices: Mapping[str, Device], profiles: Mapping[str, DeviceProfile]) -> Delivery:
    try:
        uplink = _open(message)
    except Refusal as refusal:
        return Delivery(message=message, verdict=_aside(refusal))
    if isinstance(uplink, Ignored):
        return Delivery(message=message, verdict=uplink)
    if message.retained and not uplink.clocks:
        return Delivery(message=message, verdict=Ignored.RETAINED)
    time = frame_time(uplink.clocks, message.received_at)
    try:
        return _read(message, uplink, time, devices, profiles)
    except Refusal as refusal:
        return _delivery(message, uplink, time, _aside(refusal))


def _open(message: Message) -> Uplink | Ignored:
    if len(message.payload) > MOST_BYTES:
        raise Refusal(
            Reason.OVERSIZE, f"The message has {len(message.payload):,} bytes; more than {MOST_BYTES:,} are not read."
        )
    read = ENVELOPES.get(message.source.envelope)
    if read is None:
        raise Refusal(Reason.UNREADABLE, f"No envelope named {message.source.envelope!r} is known to this release.")
    return read(message)


def _read(
    message: Message,
    uplink: Uplink,
    time: FrameTime | None,
    devices: Mapping[str, Device],
    profiles: Mapping[str, DeviceProfile],
) -> Delivery:
    device, profile = _registered(uplink, devices, profiles)
    if time is None:
        raise Refusal(Reason.CLOCK, say_clocks(uplink.clocks, message.received_at))
    frame = Frame(device=device, at=time.at, received_at=message.received_at, deployment=device.deployment_at(time.at))
    plain = _plainly(uplink, profile, frame)
    if plain:
        return _delivery(message, uplink, time, None, decoder=profile.name, values=plain)
    found, by_profile = _decode(uplink, profile, time.at)
    told = (*uplink.events, *by_profile)
    events, untimely = device_events(told, device, time.at, message.received_at) if told else ((), ())
    if not found and not told:
        raise Refusal(Reason.NO_VALUE, _why_no_value(uplink, profile))
    values, refused = _judge(found, frame)
    refused += untimely
    if time.clock_bad and not events and all(one.at is not None for one in found):
        time = replace(time, clock_bad=False)  # records keep their own times: nothing was moved to another clock
    verdict = None if values or events else _nothing_accepted(refused)
    decoder = read_by(message.source) if uplink.table is not None else profile.name
    return _delivery(message, uplink, time, verdict, decoder=decoder, values=values, refused=refused, events=events)


def _registered(
    uplink: Uplink, devices: Mapping[str, Device], profiles: Mapping[str, DeviceProfile]
) -> tuple[Device, DeviceProfile]:
    """The device that speaks, and its profile.

    A topic that names one registered device cannot carry values of another. Any other name there is a publisher's,
    such as a gateway that speaks for many: who may publish under it is the broker's access list.
    """
    named = uplink.topic_names
    if named is not None and named != uplink.device and named in devices:
        raise Refusal(
            Reason.DEVICE_MISMATCH, f"The topic names the device {named}, the payload speaks for {uplink.device}."
        )
    device = devices.get(uplink.device)
    if device is None:
        raise Refusal(
            Reason.UNKNOWN_DEVICE,
            f"The device {uplink.device} is not registered. Add it with `hereabouts import devices`.",
        )
    profile = profiles.get(device.decoder)
    if profile is None:
        raise Refusal(Reason.NO_DECODER, say_missing(device, profiles))
    return device, profile


def _plainly(uplink: Uplink, profile: DeviceProfile, frame: Frame) -> tuple[Value, ...] | None:
    """The values of a frame that the network decoded to plain numbers, and that says nothing beside them."""
    fields, spec = uplink.fields, profile.spec
    if not fields or uplink.records or uplink.events or uplink.table is not None:
        return None
    if spec.events and reported(spec, fields):
        return None
    return plain_values(spec, fields, frame)


def _decode(uplink: Uplink, profile: DeviceProfile, at: datetime) -> tuple[list[Found], tuple[UplinkEvent, ...]]:
    """Values and events from the network's decoded object when the table knows any of it, else from the bytes."""
    spec = profile.spec if uplink.table is None else profile_of(uplink.table)
    found = extract(spec, uplink.fields) if uplink.fields else []
    events = reported(spec, uplink.fields) if uplink.fields and spec.events else ()
    if uplink.records:
        found.extend(from_records(spec, uplink.records))
    if found or events or not uplink.frame:
        return found, events
    decode = profile.reader(at)
    if decode is None:
        if uplink.fields:
            return [], ()
        raise Refusal(
            Reason.NO_DECODER,
            f"The message holds only bytes, and the profile {profile.spec.id} has no decoder for them. Switch on the "
            "payload formatter of the network server, or give the device another profile.",
        )
    if profile.spec.ports and uplink.f_port not in profile.spec.ports:
        return [], ()
    try:
        decoded = decode(uplink.frame, uplink.f_port)
    except DecodeError as error:
        raise Refusal(Reason.UNDECODABLE, str(error)) from error
    except ScriptKilled as error:
        raise Refusal(Reason.SCRIPT_KILLED, str(error)) from error
    return extract(profile.spec, decoded), reported(profile.spec, decoded) if profile.spec.events else ()


def _judge(found: Sequence[Found], frame: Frame) -> tuple[tuple[Value, ...], tuple[Refused, ...]]:
    """Accepted and refused values, with fill levels from distances where the device reports none itself."""
    accepted: dict[Slot, Value] = {}
    refused: list[Refused] = []
    reported = set()
    for one in found:
        reported.add(one.spec.quantity)
        _settle(normalise(one, frame), accepted, refused)
    if "distance" in reported and "fill_level" not in reported:
        for level in fill_levels(tuple(accepted.values()), frame.device):
            _settle(level, accepted, refused)
    return tuple(accepted.values()), tuple(refused)


def _settle(result: Value | Refused, accepted: dict[Slot, Value], refused: list[Refused]) -> None:
    """Sort one result; of two values for one instant the first stands, and the other is refused if it differs."""
    if isinstance(result, Refused):
        refused.append(result)
        return
    first = accepted.setdefault((result.quantity, result.channel, result.time), result)
    if first is not result and first.value != result.value:
        refused.append(_conflict(result, first))


def _conflict(value: Value, first: Value) -> Refused:
    unit = QUANTITIES[value.quantity].unit
    return Refused(
        reason=Reason.CONFLICT,
        field=value.quantity,
        raw=repr(value.value),
        detail=f"The message says {say(first.value, unit)} and {say(value.value, unit)} of the same instant; "
        "the first stands.",
        quantity=value.quantity,
        channel=value.channel,
        time=value.time,
    )


def _why_no_value(uplink: Uplink, profile: DeviceProfile) -> str:
    spec = profile.spec
    if uplink.table is not None:
        return f"The message holds none of {', '.join(row.path for row in uplink.table[:8])}."
    if uplink.fields:
        held = ", ".join(as_text(name) for name in list(uplink.fields)[:8])
        reads = ", ".join(dict.fromkeys(row.path for row in spec.fields[:8]))
        return f"The message holds {held}; the profile {spec.id} reads {reads}. Check that the device has its profile."
    if not uplink.frame:
        return "The message holds neither decoded fields nor bytes, as a frame without application data does."
    if spec.ports and uplink.f_port not in spec.ports:
        ports = ", ".join(str(port) for port in spec.ports)
        return f"The frame came on port {uplink.f_port}; {spec.title} sends measurements on {ports}."
    return f"The frame was read and holds no value that {spec.id} knows, as settings and join frames do not."


def _nothing_accepted(refused: Sequence[Refused]) -> SetAside:
    """The verdict on a message whose every value was refused: their common reason, else `no_value`."""
    reasons = {one.reason for one in refused}
    reason = reasons.pop() if len(reasons) == 1 else Reason.NO_VALUE
    details = list(dict.fromkeys(one.detail for one in refused))
    more = f" And {len(details) - 3} more." if len(details) > 3 else ""
    return SetAside(reason=reason, detail=storable(" ".join(details[:3]) + more, 3 * _LONGEST_DETAIL))


def _aside(refusal: Refusal) -> SetAside:
    return SetAside(reason=refusal.reason, detail=storable(refusal.detail, _LONGEST_DETAIL))


def _delivery(
    message: Message,
    uplink: Uplink,
    time: FrameTime | None,
    verdict: SetAside | None,
    *,
    decoder: str | None = None,
    values: tuple[Value, ...] = (),
    refused: tuple[Refused, ...] = (),
    events: tuple[DeviceEvent, ...] = (),
) -> Delivery:
    return Delivery(
        message=message,
        verdict=verdict,
        key=uplink.key,
        twin=uplink.twin,
        device_id=storable(uplink.device),
        observed_at=None if time is None else time.at,
        time_source=TimeSource.PLATFORM if time is None else time.source,
        clock_bad=time is None or time.clock_bad,
        f_port=uplink.f_port,
        f_cnt=uplink.f_cnt,
        decoder=decoder,
        values=values,
        refused=refused,
        events=events,
        heard=uplink.heard,
    )
