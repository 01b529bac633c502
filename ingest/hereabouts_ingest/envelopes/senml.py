"""SenML (RFC 8428, versions by RFC 9100): a pack of records in JSON, on `senml/{device}` or below.

Base fields (`bn`, `bt`, `bu`, `bv`, `bs`) hold for their record and all that follow. A resolved name is a device and
one of its fields: `urn:dev:mac:0024befffe804ff1:` + `temp` is the device `0024BEFFFE804FF1` and the field `temp`; a
plain base name (`bin-7/`) names the device by itself; without one the last `/`, `:` or `#` of the name parts the two. A
record of a device alone is its field `value`. What a field means, the device's profile says.

Times: from 2^28 on a resolved time is Unix seconds, by the device's clock; below, it is relative to now, which here is
the arrival. The pack's own values are those of now, else those of its newest time that can be believed; all others are
records, judged one by one. A relative time in a message that the broker has kept says nothing.

Units go with their values in UCUM and are held against the profile's. The secondary units of RFC 8798 are read as what
they are. A sum (`s`) is the field's name with `.sum` behind it.

Key: see `content_key`; a pack with relative times counts as one without a time: its bytes may honestly come again.

A pack of several devices is refused: one message speaks for one device.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from hereabouts_ingest.clocks import is_credible, read_epoch
from hereabouts_ingest.envelopes.json_body import (
    Body,
    EnvelopeError,
    content_key,
    maybe_text,
    parse_json,
    the_identity,
    wrong_shape,
)
from hereabouts_schemas.message import Clock, Message, Record, TimeSource, Uplink
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.times import UNREADABLE

_ABSOLUTE_FROM = 2**28
_VERSIONS = (10, 26)  # RFC 8428, and the same with the feature of secondary units (RFC 9100, bit 4)
_URN = re.compile(r"urn:dev:(?:mac|ow):((?:[0-9a-f]{2}){6,8})(?![0-9a-f])", re.IGNORECASE | re.ASCII)
_PARTS = re.compile(r"(.*)[/:#](.*)", re.DOTALL)
_JOINTS = "/:#_-."
_VALUES = ("v", "vs", "vb", "vd", "s")

# SenML's name of a unit -> UCUM, where the two differ. Any other goes along as it came.
_UCUM = {
    "%RH": "%",
    "/": "1",
    "%EL": "%",
    "count": "{count}",
}


class _Entry(NamedTuple):
    """One resolved record, of the time `at` or of now; `relative` tells that its time was counted from now."""

    device: str
    field: str
    at: datetime | None
    relative: bool
    node: Mapping[str, object]


def read(message: Message) -> Uplink | Ignored:
    """Read a pack.

    Raises:
        EnvelopeError: unreadable, or wrong_shape: not a list of records, a record without name or value, a version or
            a field that must be understood and is not, more than one device.
    """
    pack = parse_json(message.payload)
    if type(pack) is not list or not pack:
        raise wrong_shape("The payload", "a list of SenML records", pack if type(pack) is not list else None)
    entries = list(_resolve(pack, message))
    if not entries:
        raise wrong_shape("v, vs, vb, vd or s of a record", "a value in at least one record", None)
    devices = dict.fromkeys(entry.device for entry in entries)
    if len(devices) > 1:
        names = ", ".join(list(devices)[:4])
        raise EnvelopeError(
            Reason.WRONG_SHAPE,
            f"The pack speaks for several devices ({names}); send one pack for each, for a message speaks for one.",
        )
    if message.retained and all(entry.relative for entry in entries):
        return Ignored.RETAINED
    device = entries[0].device
    own = _own_time(entries, message)
    clocks = () if own is None else (Clock(at=own, source=TimeSource.DEVICE),)
    fields, records = _sorted(entries, own, message.received_at)
    return Uplink(
        key=content_key(message, device, () if any(entry.relative for entry in entries) else clocks),
        device=device,
        clocks=clocks,
        fields=fields,
        records=records,
        topic_names=_names(message.topic),
    )


def _resolve(pack: list[object], message: Message) -> Iterator[_Entry]:
    base: dict[str, object] = {}
    for place, record in enumerate(pack):
        path = f"record {place + 1}"
        if type(record) is not dict:
            raise wrong_shape(path, "an object", record)
        base |= {name: value for name, value in record.items() if name in ("bn", "bt", "bu", "bv", "bs", "bver")}
        _refuse_unknown(record, base, path)
        kinds = [name for name in _VALUES if record.get(name) is not None]
        if kinds:
            name = maybe_text(record, "n", f"n of {path}") or ""
            device, field = _named(maybe_text(base, "bn", f"bn of {path}") or "", name)
            seconds = _number(base, "bt", path) + _number(record, "t", path)
            relative = seconds < _ABSOLUTE_FROM
            at = _counted(seconds, message) if relative else read_epoch(seconds)
            unit = maybe_text(record, "u", f"u of {path}") or maybe_text(base, "bu", f"bu of {path}")
            for kind in kinds:
                called = f"{field}.sum" if kind == "s" else field
                yield _Entry(device, called, at, relative, _node(kind, base, record, path, unit))
        elif not set(record) <= {"bn", "bt", "bu", "bv", "bs", "bver"}:
            raise wrong_shape(f"v, vs, vb, vd or s of {path}", "a value", None)


def _refuse_unknown(record: Body, base: Body, path: str) -> None:
    version = base.get("bver")
    if version is not None and version not in _VERSIONS:
        raise EnvelopeError(Reason.WRONG_SHAPE, f"bver of {path} asks for a version of SenML that is not known here.")
    must = [name for name in record if name.endswith("_")]
    if must:
        raise EnvelopeError(Reason.WRONG_SHAPE, f"{path} has {must[0]!r}, which must be understood and is not.")


def _named(base: str, name: str) -> tuple[str, str]:
    """Device and field of a resolved name."""
    whole = base + name
    urn = _URN.match(whole)
    if urn:
        device, field = urn[1], whole[urn.end() :]
    elif base and name:
        device, field = base, name
    elif base or "urn:dev:" in whole:
        device, field = whole, ""
    else:
        parts = _PARTS.fullmatch(whole)
        device, field = (parts[1], parts[2]) if parts else ("", whole)
    device = device.rstrip("/:#")
    if not device.strip():
        raise EnvelopeError(
            Reason.WRONG_SHAPE,
            f"The name {whole!r} names no device; write one into bn, like urn:dev:mac:0024befffe804ff1:",
        )
    return the_identity(device, "bn"), field.lstrip(_JOINTS) or "value"


def _counted(seconds: float, message: Message) -> datetime | None:
    if message.retained:
        return UNREADABLE
    try:
        return message.received_at + timedelta(seconds=seconds) if seconds else None
    except OverflowError:
        return UNREADABLE


def _number(body: Body, name: str, path: str) -> float:
    value = body.get(name)
    if value is None:
        return 0.0
    if type(value) not in (int, float):
        raise wrong_shape(f"{name} of {path}", "a number", value)
    try:
        return float(value)  # type: ignore[arg-type]  # one of the two, by the line above
    except OverflowError:
        raise wrong_shape(f"{name} of {path}", "a number of seconds or a value", value) from None


def _node(kind: str, base: Body, record: Body, path: str, unit: str | None) -> Mapping[str, object]:
    value = record[kind]
    if kind in ("v", "s"):
        added = base.get("bv" if kind == "v" else "bs")
        if added is not None:
            value = _number(base, "bv" if kind == "v" else "bs", path) + _number(record, kind, path)
    return {"value": value, "unit": None if unit is None else _UCUM.get(unit, unit)}


def _own_time(entries: list[_Entry], message: Message) -> datetime | None:
    """The time of the pack's own values; None is now."""
    times = [entry.at for entry in entries if entry.at is not None]
    if len(times) < len(entries):
        return None
    return max((at for at in times if is_credible(at, message.received_at)), default=max(times))


def _sorted(entries: list[_Entry], own: datetime | None, now: datetime) -> tuple[dict[str, object], tuple[Record, ...]]:
    """The pack's own fields, and records of the others; a field that stands twice at one time is a record as well."""
    fields: dict[str, object] = {}
    records = []
    for entry in entries:
        if entry.at == own and entry.field not in fields:
            fields[entry.field] = entry.node
        else:
            records.append(Record(at=entry.at or now, fields={entry.field: entry.node}))
    return fields, tuple(records)


def _names(topic: str) -> str | None:
    levels = topic.split("/")
    return the_identity(levels[1], "The topic") if len(levels) >= 2 else None
