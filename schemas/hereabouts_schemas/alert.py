"""Alerts: a job's statement that a subject needs somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SubjectKind(StrEnum):
    """What an alert is about."""

    PLACE = "place"
    DEVICE = "device"
    SOURCE = "source"
    JOB = "job"


class Level(StrEnum):
    """How soon somebody should look."""

    WATCH = "watch"
    ACT = "act"
    URGENT = "urgent"


class State(StrEnum):
    """Open until the rule sees, in data, that the reason has gone."""

    OPEN = "open"
    CLEARED = "cleared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """The weather station whose outdoor temperature a number was worked out with: its place, name and distance."""

    place: str
    name: str
    distance_km: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One number an alert rests on: mean `value` in `unit` over `[from_at, to_at)` against its `limit`.

    `station` is whose weather it was worked out with; None where no weather is in it.
    """

    value: float
    unit: str
    limit: float
    from_at: datetime
    to_at: datetime
    station: Station | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstCause:
    """The cause that an alert puts first: its name and title, its odds 0 to 1, the sentences for it and against it."""

    cause: str
    title: str
    odds: float
    says_for: tuple[str, ...] = ()
    says_against: tuple[str, ...] = ()


class Finding(StrEnum):
    """What a rule concludes about a subject."""

    FLAG = "flag"
    CLEAR = "clear"
    HOLD = "hold"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """A rule's conclusion about one subject at one time.

    `finding` FLAG opens or updates an alert; CLEAR closes it; HOLD (between the limits) and CANNOT_SAY (too little
    data) leave an open one open. `reason` is plain English, for an officer and for a tenant. `level` counts only
    with FLAG. `earlier`, with HOLD or CANNOT_SAY, is the last FLAG in the same data that nothing has cleared since:
    an alert that stands on it belongs open, so one that was deleted comes back. `cause`, where one is told, is what
    probably lies behind it; an alert that was told one keeps it until it is told another.
    """

    subject_kind: SubjectKind
    subject_id: str
    hazard: str
    finding: Finding
    level: Level
    reason: str
    rule: str
    rule_version: str
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    earlier: "Assessment | None" = None
    cause: FirstCause | None = None
