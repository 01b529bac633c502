"""When the time of a clock is up, and what a notice of delay does to it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hereabouts_platform.cases.clocks.book import ClockRule, Unit
from hereabouts_platform.cases.clocks.facts import Fact
from hereabouts_platform.cases.clocks.working_days import BeyondKnownDays, WorkingDays, civil_day, end_of, hours_after
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.errors import InputError


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """When the time is up.

    Attributes:
        due: the instant, in Europe/London; None where there is no date or none can be said.
        due_on: its civil day.
        by_day: whether the whole of that day is in time; else the instant decides.
        cannot_say: why there is none although there ought to be one.
        was_due_on: the day before a notice moved it.
        note: what a notice of delay did, or why it did nothing.
    """

    due: datetime | None
    due_on: date | None
    by_day: bool
    cannot_say: str = ""
    was_due_on: date | None = None
    note: str = ""

    def holds(self, at: datetime, known_to: date) -> bool:
        """Whether an instant is in time. Where no date can be said: in time as far as is known."""
        if self.cannot_say:
            return civil_day(at) <= known_to
        if self.due is None or self.due_on is None:
            return True
        return civil_day(at) <= self.due_on if self.by_day else at <= self.due


def deadline_of(rule: ClockRule, start: datetime, working_days: WorkingDays) -> Deadline:
    """When a clock that runs from `start` is up: the day of the start is day zero and does not count."""
    if rule.unit is Unit.CONTINUOUS:
        return Deadline(due=None, due_on=None, by_day=True)
    if rule.unit is Unit.HOURS:
        due = hours_after(start, rule.amount)
        return Deadline(due=due, due_on=due.date(), by_day=False)
    day_zero = civil_day(start)
    try:
        due_on = (
            day_zero + timedelta(days=rule.amount)
            if rule.unit is Unit.DAYS
            else working_days.after(day_zero, rule.amount)
        )
    except BeyondKnownDays as reason:
        return Deadline(due=None, due_on=None, by_day=True, cannot_say=str(reason))
    return Deadline(due=end_of(due_on), due_on=due_on, by_day=True)


def with_notices(deadline: Deadline, rule: ClockRule, notices: list[Fact]) -> Deadline:
    """The deadline after notices of delay: each has to be given in time, and only some laws let it move the date.

    Raises:
        InputError: a notice does not say until when.
    """
    first = deadline.due_on
    for notice in notices:
        until = _until(notice)
        due_on = deadline.due_on
        if due_on is None or until <= due_on:
            continue
        if not rule.extends:
            deadline = replace(
                deadline, note=f"A notice of delay was given; it does not move this date ({rule.basis})."
            )
        elif civil_day(notice.at) > due_on:
            deadline = replace(deadline, note="A notice of delay was given after the date and does not move it.")
        else:
            deadline = Deadline(
                due=end_of(until),
                due_on=until,
                by_day=True,
                was_due_on=first,
                note=f"Moved by a notice of delay: {notice.event.detail.get('reason') or 'no reason given'}.",
            )
    return deadline


def notices_of(facts: tuple[Fact, ...], name: str) -> list[Fact]:
    """The notices of delay given to the tenant about a clock."""
    return [
        fact for fact in facts if fact.kind is CaseEventKind.TENANT_TOLD and fact.event.detail.get("delay_of") == name
    ]


def _until(notice: Fact) -> date:
    given = notice.event.detail.get("until")
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise InputError("until", given, "Write the day until which it is delayed, like 2027-01-15.") from None
