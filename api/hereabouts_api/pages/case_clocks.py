"""The clocks of the law as pages show them: what is due next, and each with its start, its date and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hereabouts_api.pages.case_words import say_hours, say_left
from hereabouts_platform.cases.clocks.book import RuleBook
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.words import say_day, say_state
from hereabouts_platform.cases.clocks.working_days import BeyondKnownDays, WorkingDays, civil_day
from hereabouts_platform.rules.wording import say_actor
from hereabouts_schemas.times import LONDON, say_time

SOON = 2  # working days left, from which a deadline is marked
SOON_HOURS = 24
_TAGS = {
    ClockState.RUNNING: "live",
    ClockState.MET: "live",
    ClockState.MISSED: "urgent",
    ClockState.MET_LATE: "act",
    ClockState.SUPERSEDED: "plain",
    ClockState.NOT_NEEDED: "plain",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A deadline in a line.

    Attributes:
        what: what has to happen; `by` until when, in words; `left` how long that is.
        tag: a word on how pressing it is, with its style: urgent, act, or live.
    """

    what: str
    by: str
    left: str
    tag: str
    style: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockLine:
    """A clock, in the rows of a list."""

    title: str
    state: str
    style: str
    started: str
    due: str
    left: str
    ended: str
    basis: str
    rule: str
    reason: str
    note: str


def next_due(row: Mapping[str, Any], book: RuleBook, now: datetime) -> Due:
    """The deadline of an inbox row, from its clock as the store keeps it."""
    at: datetime = row["due_at"]
    if at.astimezone(LONDON).time().isoformat() != "00:00:00" or row["due_on"] is None:
        return _in_hours(row["title"], at, now)
    days = next((one.working_days for one in book.editions if one.sha256 == row["rules_sha256"]), None)
    left = _days_left(days, civil_day(now), row["due_on"])
    return _in_days(row["title"], row["due_on"], left, is_over=at <= now)


def due_of(clock: Clock, now: datetime) -> Due | None:
    """The deadline of a clock that something is owed for; None where it has no date."""
    if not clock.owed or clock.due is None or clock.due_on is None:
        return None
    if clock.hours_left is not None:
        return _in_hours(clock.title, clock.due, now)
    return _in_days(clock.title, clock.due_on, clock.working_days_left, is_over=clock.due <= now)


def first_due(clocks: Sequence[Clock], now: datetime) -> Due | None:
    """The deadline that comes first of those that something is owed for."""
    running = [(clock.due, clock) for clock in clocks if clock.owed and clock.due and not clock.second_reading]
    return due_of(min(running, key=lambda pair: pair[0])[1], now) if running else None


def clock_lines(clocks: Sequence[Clock], now: datetime, events: Mapping[int, str]) -> list[ClockLine]:
    """Clocks in their order; `events` are the entries of the timeline in words, by number."""
    return [_line(clock, now, events) for clock in clocks]


def replaced_lines(history: Sequence[Mapping[str, Any]], clocks: Sequence[Clock]) -> list[str]:
    """What was reckoned before and came out differently, in a sentence each."""
    standing = {clock.key for clock in clocks}
    said = []
    for row in history:
        says = row["says"]
        if row["superseded_at"] is None and row["key"] in standing:
            continue
        due = "without a date" if not says.get("due_on") else f"by {say_day(date.fromisoformat(says['due_on']))}"
        until = f" until {say_time(row['superseded_at'])}" if row["superseded_at"] else ""
        said.append(f"{says['title']}: {due}. So it stood from {say_time(row['computed_at'])}{until}.")
    return said


def _line(clock: Clock, now: datetime, events: Mapping[int, str]) -> ClockLine:
    due = due_of(clock, now)
    when = "no date" if clock.due is None else say_time(clock.due) if clock.hours_left is not None else ""
    if not when and clock.due_on is not None:
        when = f"{say_day(clock.due_on)}, end of the day"
    return ClockLine(
        title=clock.title,
        state=say_state(clock).capitalize(),
        style=due.style if due and clock.state is ClockState.RUNNING else _TAGS[clock.state],
        started=f"{events.get(clock.start_event, f'Entry {clock.start_event}')}, {say_time(clock.started_at)}",
        due=clock.cannot_say or when,
        left=due.left if due else "",
        ended=f"{say_time(clock.met_at)}, {say_actor(clock.met_by or '')}" if clock.met_at else "",
        basis=clock.basis,
        rule=f"{clock.nation.capitalize()}, version {clock.rule_version}, {clock.rule_sha256[:12]}",
        reason=clock.reason,
        note=clock.note,
    )


def _in_hours(what: str, due: datetime, now: datetime) -> Due:
    hours = (due - now).total_seconds() / 3600
    left = int(hours) if hours >= 0 else int(hours) - 1
    return _due(what, say_time(due), say_hours(left), is_over=hours < 0, is_soon=hours <= SOON_HOURS)


def _in_days(what: str, day: date, left: int | None, *, is_over: bool) -> Due:
    said = say_left(left) if left is not None else ""
    return _due(what, say_day(day), said, is_over=is_over, is_soon=left is not None and left <= SOON)


def _due(what: str, by: str, left: str, *, is_over: bool, is_soon: bool) -> Due:
    tag, style = ("Overdue", "urgent") if is_over else ("Soon", "act") if is_soon else ("In time", "live")
    return Due(what=what, by=by, left=left, tag=tag, style=style)


def _days_left(days: WorkingDays | None, today: date, last: date) -> int | None:
    try:
        return days.between(today, last) if days is not None else None
    except BeyondKnownDays:
        return None


def say_awareness(clock: Clock) -> list[str]:
    """How the hazard became known: the moments, in sentences."""
    known = clock.awareness
    moments = (
        (known.indicator_at, "A rule first saw it in the readings"),
        (known.alert_raised_at, "An alert first stood where staff see it"),
        (known.reported_at, "A person first told us"),
        (known.triaged_at, "Somebody looked at it and took it on"),
    )
    said = [f"{what} on {say_time(at)}." for at, what in moments if at is not None]
    return [*said, f"It counts from {say_time(known.aware_at)}: day zero is {say_day(clock.day_zero)}."]
