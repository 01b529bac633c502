"""A clock: one deadline of a case, as it stands now."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hereabouts_platform.cases.clocks.awareness import Awareness
from hereabouts_schemas.case import CaseEventKind


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"  # the time is up and nothing met it
    MET_LATE = "met_late"
    SUPERSEDED = "superseded"  # another clock took its place
    NOT_NEEDED = "not_needed"  # it never was, or no longer is; the reason says why


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """One deadline of a case.

    Attributes:
        key: which it is: its name, the event that started it, and the correction of that event, if there was one. A
            start that is corrected makes a clock with another key; the one before stays, superseded.
        name: its name in data.
        title: what has to happen, for people.
        basis: the regulation or guidance.
        nation: whose law.
        rule_version: the version of the rule file.
        rule_sha256: of its bytes, in hexadecimal.
        start_event: the event that started it.
        started_at: the instant it runs from, UTC.
        day_zero: the civil day of that in Europe/London, which does not count itself.
        due: the instant at which the time is up, in Europe/London; for days, the end of `due_on`. None: no date.
        due_on: the civil day of the deadline; doing it on that day is in time.
        cannot_say: why there is no date although there ought to be one, as a sentence.
        state: how it stands.
        reason: why it was superseded or is not needed, as a sentence.
        met_event: what met it, or ended it.
        met_at: when, UTC.
        met_by: the principal who said so.
        working_days_left: days of work after today up to the deadline; negative when late. None: not counted so, over,
            or not known.
        hours_left: whole hours, for a clock of hours.
        replaced_by: the key of the clock that took its place.
        was_due_on: the day before a notice of delay moved it.
        second_reading: whether it is kept only because the law can be read in two ways.
        owed: the kinds of event of which one has still to be recorded: it runs or was missed, and nothing since then,
            not even too late, has met it or left nothing to do. Empty where nothing is owed, or closing the case is it.
        note: what is worth knowing, as sentences.
        awareness: how the hazard became known, with its three timestamps.
    """

    key: str
    name: str
    title: str
    basis: str
    nation: str
    rule_version: str
    rule_sha256: str
    start_event: int
    started_at: datetime
    day_zero: date
    due: datetime | None
    due_on: date | None
    state: ClockState
    awareness: Awareness
    cannot_say: str = ""
    reason: str = ""
    met_event: int | None = None
    met_at: datetime | None = None
    met_by: str | None = None
    working_days_left: int | None = None
    hours_left: int | None = None
    replaced_by: str | None = None
    was_due_on: date | None = None
    second_reading: bool = False
    owed: tuple[CaseEventKind, ...] = ()
    note: str = ""
