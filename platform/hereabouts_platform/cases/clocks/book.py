"""What a nation's rules say, as records: editions of the law, hazards in force, and the clocks they set going."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hereabouts_platform.cases.clocks.working_days import WorkingDays
from hereabouts_schemas.case import CaseEventKind, Significance

AWARE = "aware"
"""The start of a clock that runs from the day on which the landlord became aware."""


class Unit(StrEnum):
    """How an amount of time is counted."""

    HOURS = "hours"  # as they pass: nights, weekends and holidays too
    DAYS = "days"  # of the calendar
    WORKING_DAYS = "working_days"
    CONTINUOUS = "continuous"  # no date: until the case is closed


@dataclass(frozen=True, kw_only=True, slots=True)
class HazardRule:
    """From when a hazard is under the law.

    Attributes:
        name: as alerts and cases call it, such as damp_mould.
        title: as people call it.
        begins: the first day zero that counts; None where no date is set.
        emergency_begins: the same for emergencies; None where none is set.
    """

    name: str
    title: str
    begins: date | None
    emergency_begins: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockRule:
    """One kind of clock.

    Attributes:
        name: its name in data.
        title: what has to happen, for people.
        basis: the regulation or guidance.
        starts: `aware`, or the kinds of event that start it.
        significance: where it starts with an investigation's conclusion: the findings that start it; any when empty.
        tenancies: the kinds of tenancy it is for; all in scope when empty.
        amount: how many of `unit`.
        met_by: the kinds of event that meet it.
        met_in_person: whether a conclusion meets it only if the investigation was not remote.
        unless: kinds of event that, in time, leave nothing to do.
        unless_told: whether the tenant must have been told besides, for `unless` to hold.
        unless_found: findings of an investigation that leave nothing to do.
        requires: the key in the detail of the conclusion that, when false, leaves nothing to do.
        superseded_by: names of clocks that take its place when they start while it runs.
        same_day: whether what was done earlier on the day of the start counts: things are done during a visit and
            written down after it.
        once: whether only the first start counts.
        second_reading_of: the clock whose law can also be read like this; dropped where both start together.
        dismissible: whether deciding that there is no hazard ends it.
        extends: whether the law lets a notice of delay move the date.
        note: what is uncertain or worth knowing, for people.
    """

    name: str
    title: str
    basis: str
    starts: tuple[str, ...]
    amount: int
    unit: Unit
    met_by: tuple[CaseEventKind, ...]
    significance: tuple[Significance, ...] = ()
    tenancies: tuple[str, ...] = ()
    met_in_person: bool = False
    unless: tuple[CaseEventKind, ...] = ()
    unless_told: bool = False
    unless_found: tuple[Significance, ...] = ()
    requires: str | None = None
    superseded_by: tuple[str, ...] = ()
    same_day: bool = False
    once: bool = False
    second_reading_of: str | None = None
    dismissible: bool = False
    extends: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRule:
    """Notice that has to be given before somebody comes in.

    Attributes:
        hours: how long before.
        basis: the regulation.
    """

    hours: int
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """The rules of a nation as they stand from a day on.

    Attributes:
        nation: such as england.
        title: the law's own name.
        instrument: its number.
        version: of the file, as its authors count.
        begins: the first day zero it holds for.
        tenancies: the kinds of tenancy in scope.
        outside: why others are not, as a sentence.
        working_days: by which it counts.
        hazards: by name.
        clocks: in the order in which people read them.
        entry: notice before entry, if the law asks for it.
        uncertain: what is not settled, as sentences.
        text: the file, whole; `sha256` is of its UTF-8 bytes, in hexadecimal.
    """

    nation: str
    title: str
    instrument: str
    version: str
    begins: date
    tenancies: tuple[str, ...]
    outside: str
    working_days: WorkingDays
    hazards: tuple[HazardRule, ...]
    clocks: tuple[ClockRule, ...]
    entry: EntryRule | None
    uncertain: tuple[str, ...]
    text: str
    sha256: str

    def hazard(self, name: str) -> HazardRule | None:
        """What it says of a hazard; None where it says nothing."""
        return next((hazard for hazard in self.hazards if hazard.name == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleBook:
    """All editions of a nation's rules, oldest first."""

    nation: str
    editions: tuple[Edition, ...]

    def on(self, day: date) -> Edition:
        """The edition in force on a day; the first one before any is, which then says from when."""
        return next((edition for edition in reversed(self.editions) if edition.begins <= day), self.editions[0])
