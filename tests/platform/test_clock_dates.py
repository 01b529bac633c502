"""The dates of the law: every column of the table of reference dates, Christmas, Easter, the changes of the clock."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.clocks import clocks_of
from hereabouts_platform.cases.clocks.working_days import BeyondKnownDays, WorkingDays, end_of, hours_after
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.times import LONDON

# Becoming aware; investigate, summary, safety work and steps, preventative start by. Computed with the bank holidays of
# GOV.UK for England and Wales; the investigation is taken to conclude on its own last day.
ENGLAND = [
    ("2026-11-23", "2026-12-07", "2026-12-10", "2026-12-14", "2027-03-01"),
    ("2026-11-30", "2026-12-14", "2026-12-17", "2026-12-21", "2027-03-08"),
    ("2026-12-11", "2026-12-29", "2027-01-04", "2027-01-06", "2027-03-23"),
    ("2026-12-24", "2027-01-12", "2027-01-15", "2027-01-19", "2027-04-06"),
    ("2026-12-26", "2027-01-12", "2027-01-15", "2027-01-19", "2027-04-06"),
    ("2027-03-19", "2027-04-06", "2027-04-09", "2027-04-13", "2027-06-29"),
    ("2027-03-25", "2027-04-12", "2027-04-15", "2027-04-19", "2027-07-05"),
]
SCOTLAND = [
    ("2026-11-23", "2026-12-08"),
    ("2026-11-30", "2026-12-14"),
    ("2026-12-11", "2026-12-29"),
    ("2026-12-24", "2027-01-13"),
    ("2026-12-26", "2027-01-13"),
    ("2027-03-19", "2027-04-05"),
]
RAISED, CONCLUDED = CaseEventKind.ALERT_RAISED, CaseEventKind.INVESTIGATION_CONCLUDED


def at(day: str, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), LONDON).replace(hour=hour, minute=minute)


def clocks(nation: str, events: Sequence[CaseEvent], now: datetime) -> dict[str, Clock]:
    found = clocks_of(
        events, load_book(nation), AwarenessPolicy.ALERT_RAISED, now, hazard="damp_mould", tenancy="social_lease"
    )
    return {clock.name: clock for clock in found}


@pytest.mark.parametrize("days", ENGLAND)
@pytest.mark.parametrize("hour", [0, 10, 23])
def test_england(hour: int, days: tuple[str, ...]) -> None:
    aware, investigate, summary, safety, start = days
    raised = CaseEvent(id=1, kind=RAISED, at=at(aware, hour), actor="system:jobs")
    concluded = CaseEvent(
        id=2, kind=CONCLUDED, at=at(investigate, hour), actor="ann", detail={"significance": "significant"}
    )
    found = clocks("england", [raised, concluded], at(investigate, 23, 59))
    dates = {name: str(clock.due_on) for name, clock in found.items()}
    assert dates == {
        "investigate": investigate,
        "keep_informed": "None",
        "summary": summary,
        "safety_work": safety,
        "accommodation": safety,
        "preventative_steps": safety,
        "preventative_start": start,
    }
    assert found["investigate"].state is ClockState.MET
    assert found["investigate"].due == end_of(date.fromisoformat(investigate))


@pytest.mark.parametrize(("aware", "investigate"), SCOTLAND)
def test_scotland(aware: str, investigate: str) -> None:
    raised = CaseEvent(id=1, kind=RAISED, at=at(aware), actor="system:jobs")
    assert str(clocks("scotland", [raised], at(aware))["investigate"].due_on) == investigate


def test_scotland_from_the_investigation_to_the_last_of_the_repair() -> None:
    """St Andrew's Day, Christmas and 4 January (for 2 January, a Saturday) are not counted."""
    events = [
        CaseEvent(id=1, kind=RAISED, at=at("2026-11-23"), actor="system:jobs"),
        CaseEvent(id=2, kind=CONCLUDED, at=at("2026-11-27"), actor="ann", detail={"significance": "significant"}),
        CaseEvent(id=3, kind=CaseEventKind.WORKS_BEGUN, at=at("2026-12-07"), actor="ann"),
    ]
    found = clocks("scotland", events, at("2026-12-07"))
    dates = {name: str(clock.due_on) for name, clock in found.items()}
    assert dates == {
        "investigate": "2026-12-08",
        "summary": "2026-12-03",
        "begin_repair": "2026-12-07",
        "complete_repair": "2027-01-08",
    }
    assert found["begin_repair"].state is ClockState.MET


@pytest.mark.parametrize(
    ("found", "due"),
    [
        (datetime(2027, 3, 27, 12, 0, tzinfo=LONDON), "2027-03-28T13:00:00+01:00"),  # the night loses an hour
        (datetime(2027, 10, 30, 12, 0, tzinfo=LONDON), "2027-10-31T11:00:00+00:00"),  # the night has one more
        (datetime(2026, 12, 24, 23, 30, tzinfo=LONDON), "2026-12-25T23:30:00+00:00"),  # through Christmas
    ],
)
def test_24_hours_are_24_hours(found: datetime, due: str) -> None:
    event = CaseEvent(id=1, kind=CaseEventKind.EMERGENCY_FOUND, at=found, actor="ann")
    clock = clocks("england", [event], found)["make_safe"]
    assert clock.due is not None
    assert clock.due.isoformat() == due
    assert clock.hours_left == 24
    assert clock.due == hours_after(found, 24)


@pytest.mark.parametrize(("day", "hour"), [("2027-03-26", 23), ("2027-03-28", 1), ("2027-10-31", 1)])
def test_a_deadline_by_days_ends_with_its_day_when_clocks_change(day: str, hour: int) -> None:
    """Half past midnight in summer is still the day before in UTC: days are those of Europe/London."""
    raised = CaseEvent(id=1, kind=RAISED, at=at(day, hour, 30), actor="system:jobs")
    clock = clocks("england", [raised], at(day, hour, 30))["investigate"]
    assert clock.day_zero == date.fromisoformat(day)
    assert clock.due is not None
    assert clock.due_on is not None
    assert clock.due.astimezone(LONDON).hour == 0
    assert clock.due.astimezone(LONDON).date() == clock.due_on + timedelta(days=1)


def test_beyond_the_bank_holidays_that_are_published_no_date_is_said() -> None:
    known_to = load_book("england").editions[0].working_days.known_to
    raised = CaseEvent(id=1, kind=RAISED, at=at(str(known_to - timedelta(days=7))), actor="system:jobs")
    clock = clocks("england", [raised], at(str(known_to)))["investigate"]
    assert (clock.due, clock.due_on, clock.state) == (None, None, ClockState.RUNNING)
    assert clock.working_days_left is None
    assert clock.cannot_say.startswith("Cannot say: bank holidays are known to 31 December 2027")


def test_the_last_known_day_can_be_said() -> None:
    days = WorkingDays(subdivision="ENG", known_to=date(2027, 12, 31))
    assert days.after(date(2027, 12, 30), 1) == date(2027, 12, 31)
    with pytest.raises(BeyondKnownDays, match="Cannot say"):
        days.after(date(2027, 12, 30), 2)


def test_a_day_proclaimed_for_one_nation_is_no_working_day_there() -> None:
    """15 June 2026 was a bank holiday in Scotland alone."""
    day, known = date(2026, 6, 15), date(2027, 12, 31)
    assert day not in WorkingDays(subdivision="SCT", known_to=known)
    assert day in WorkingDays(subdivision="ENG", known_to=known)
