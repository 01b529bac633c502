"""How a clock is said in a sentence."""

from datetime import date

from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_schemas.times import LONDON, say_time


def say_clock(clock: Clock) -> str:
    """A clock in a sentence, such as: Finish the investigation by Monday 7 December 2026: 5 working days left."""
    if clock.state in (ClockState.NOT_NEEDED, ClockState.SUPERSEDED):
        return f"{clock.title}: {_STATES[clock.state]}. {clock.reason}"
    if clock.met_at is not None:
        return f"{clock.title}: {say_state(clock)}, {say_time(clock.met_at)} ({say_due(clock)})."
    return f"{clock.title} {say_due(clock)}{_left(clock)}."


def say_due(clock: Clock) -> str:
    """Until when, so that it fits after what has to happen."""
    if clock.due is None or clock.due_on is None:
        return "without a date" if not clock.cannot_say else f"by a date that is not known yet. {clock.cannot_say[:-1]}"
    if clock.hours_left is not None or clock.due.astimezone(LONDON).time().isoformat() != "00:00:00":
        return f"by {say_time(clock.due)}"
    return f"by {say_day(clock.due_on)}"


def say_day(day: date) -> str:
    """A day with its weekday: Monday 7 December 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


_STATES = {
    ClockState.RUNNING: "running",
    ClockState.MET: "done in time",
    ClockState.MISSED: "missed",
    ClockState.MET_LATE: "done late",
    ClockState.SUPERSEDED: "replaced",
    ClockState.NOT_NEEDED: "not needed",
}


def say_state(clock: Clock) -> str:
    """How a clock stands, in a word or two; a duty without a date ends, and nobody says that it was done in time."""
    continuous = clock.due is None and not clock.cannot_say
    return "ended" if continuous and clock.state is ClockState.MET else _STATES[clock.state]


def _left(clock: Clock) -> str:
    if clock.hours_left is not None:
        return _of(clock.hours_left, "hour")
    return "" if clock.working_days_left is None else _of(clock.working_days_left, "working day", missed=_missed(clock))


def _missed(clock: Clock) -> bool:
    return clock.state is ClockState.MISSED


def _of(left: int, unit: str, *, missed: bool = False) -> str:
    count = abs(left)
    units = f"{count} {unit}{'' if count == 1 else 's'}"
    if left < 0 or missed:
        return f": missed, {units} ago" if count else ": missed"
    return f": {units} left" if left else ": today"
