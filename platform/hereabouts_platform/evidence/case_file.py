"""The file of a case: everything that was copied into it, as one plain record that can be written and read as JSON."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book import RuleBook
from hereabouts_platform.cases.clocks.book_file import book_of, read_edition
from hereabouts_platform.cases.clocks.clock import Clock
from hereabouts_platform.cases.clocks.clocks import clocks_of
from hereabouts_schemas.case import CaseEvent
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import aware_utc, format_time

FORMAT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """The home of a case.

    Attributes:
        id: its place.
        name: what people call it; an address.
        uprn: if it is known.
        tenancy: its kind when the matter became known; None where nobody knows.
    """

    id: str
    name: str
    uprn: str | None = None
    tenancy: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Landlord:
    """Who writes to the tenant, and how to reach them; every part may be empty and is then left to be filled in."""

    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    complaints: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """An event of the case, with when it was written down (UTC; None where that is not kept)."""

    event: CaseEvent
    recorded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleFile:
    """A rule file as it was: its name, and its text whole; the SHA-256 that clocks name is of its UTF-8 bytes."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What an alert said at one time.

    Attributes:
        alert: its number.
        at: when it said so, UTC.
        place: where, by name.
        rule: the rule that said it, and `rule_version`.
        level: such as act.
        reason: the sentence.
        evidence: the numbers it rests on, as the rule gave them.
    """

    alert: int
    at: datetime
    place: str
    rule: str
    rule_version: str
    level: str
    reason: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """One hour of a series: its start (UTC), how many readings, their mean, least and greatest."""

    at: datetime
    count: int
    mean: float
    least: float
    greatest: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Readings of one quantity at one place, hour by hour, oldest first.

    Attributes:
        place: where, by name: a room, the home, or a weather station.
        quantity: such as air_temperature.
        channel: of the device; empty where it has one alone.
        unit: UCUM, such as Cel.
        device: what sent it.
        outdoors: whether it is of a weather station.
        from_at: since when it was looked for, UTC.
        to_at: up to when, UTC: hours in between that are not here were silent.
        hours: as they were; an hour without a reading is not here.
    """

    place: str
    quantity: str
    unit: str
    device: str
    from_at: datetime
    to_at: datetime
    hours: tuple[Hour, ...]
    channel: str = ""
    outdoors: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A message that readings came from.

    Attributes:
        device: who sent it.
        received_at: when it came, UTC.
        observed_at: of when it speaks, UTC, and by whose clock (`time_source`); None where it is not said.
        source: the feed it came by.
        decoder: what read it, with its version.
        payload: its bytes.
    """

    device: str
    received_at: datetime
    source: str
    decoder: str
    payload: bytes
    observed_at: datetime | None = None
    time_source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that somebody added."""

    name: str
    media_type: str
    content: bytes
    added_at: datetime
    added_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """Everything that was copied into a case.

    Attributes:
        reference: the case's number, for people.
        hazard: such as damp_mould, and `hazard_title` for people.
        state: how far it is, and `outcome` once it is closed.
        home: of the case.
        policy: what counted as becoming aware.
        rules: the editions of the nation's law, as texts.
        events: what happened, in the order of recording.
        statements: what its alerts said, oldest first.
        series: readings by the hour, indoors and outdoors.
        frames: messages that they came from.
        attachments: files that people added.
        landlord: who writes to the tenant.
        release: the version of this system that copied the facts.
        format: of this record.
    """

    reference: str
    hazard: str
    hazard_title: str
    state: str
    home: Home
    rules: tuple[RuleFile, ...]
    events: tuple[Recorded, ...]
    policy: AwarenessPolicy = AwarenessPolicy.ALERT_RAISED
    outcome: str | None = None
    statements: tuple[Statement, ...] = ()
    series: tuple[Series, ...] = ()
    frames: tuple[Frame, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    landlord: Landlord = Landlord()
    release: str = ""
    format: int = FORMAT

    @property
    def as_at(self) -> datetime:
        """The time of its last event, UTC: what is made of the file speaks of then, whenever it is made.

        Raises:
            InputError: nothing happened yet.
        """
        times = [aware_utc(recorded.event.at) for recorded in self.events]
        if not times:
            raise InputError("events", "none", "A case begins with an event.")
        return max(times)

    def book(self) -> RuleBook:
        """The law as it was kept with the case.

        Raises:
            InputError: a rule file cannot be read.
        """
        return book_of(*(read_edition(rule.text, rule.name) for rule in self.rules))

    def clocks(self) -> list[Clock]:
        """The clocks as they stood at its last event."""
        events = [recorded.event for recorded in self.events]
        return clocks_of(
            events, self.book(), self.policy, self.as_at, hazard=self.hazard, tenancy=self.home.tenancy
        )  # fmt: skip


def to_json(file: CaseFile) -> bytes:
    """The file as JSON, the same bytes for the same facts: times in UTC, payloads in base64.

    Attachments stand in it by their SHA-256 alone: they may be large, and lie beside it.
    """
    bare = replace(file, attachments=tuple(replace(each, content=b"") for each in file.attachments))
    plain = _in_utc(msgspec.to_builtins(bare, builtin_types=(datetime,)))
    whole = {**plain, "attachment_sha256": [sha256_of(each.content) for each in file.attachments]}
    return msgspec.json.format(msgspec.json.encode(whole, order="deterministic"), indent=1)


def _in_utc(value: Any) -> Any:
    """The same with every time in UTC: a database answers in the zone of its session."""
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, dict):
        return {key: _in_utc(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_in_utc(inner) for inner in value]
    return value


def from_json(text: bytes, contents: Mapping[str, bytes]) -> CaseFile:
    """A file from its JSON and the contents of its attachments, by their SHA-256.

    Raises:
        InputError: it is none, of another format, or an attachment is not there.
    """
    try:
        file = msgspec.json.decode(text, type=CaseFile)
        digests = msgspec.json.decode(text, type=_Digests).attachment_sha256
    except msgspec.DecodeError as error:
        raise InputError("case.json", error, "Give the case.json of a pack.") from None
    if file.format != FORMAT:
        raise InputError("format", file.format, f"This release reads format {FORMAT}.")
    missing = [digest for digest in digests if digest not in contents]
    if missing or len(digests) != len(file.attachments):
        raise InputError("attachments", missing, "Give the pack whole, with every attachment as it was.")
    whole = zip(file.attachments, digests, strict=True)
    return replace(file, attachments=tuple(replace(each, content=contents[digest]) for each, digest in whole))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Digests:
    attachment_sha256: tuple[str, ...]


def sha256_of(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
