"""What holds of clocks whatever happened: hypothesis tells cases."""

import time
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book import Unit
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.clocks import clocks_of
from hereabouts_platform.cases.clocks.deadline import deadline_of
from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_schemas.case import CaseEvent, CaseEventKind, Significance
from hereabouts_schemas.times import LONDON

BOOKS = [load_book("england"), load_book("scotland")]
RULES = [(rule, book.editions[0].working_days) for book in BOOKS for rule in book.editions[0].clocks]
FIRST = datetime(2026, 10, 6, tzinfo=LONDON)
INSTANTS = st.integers(0, 330 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
KINDS = [kind for kind in CaseEventKind if kind is not CaseEventKind.CORRECTED]


@st.composite
def cases(draw: st.DrawFn) -> list[CaseEvent]:
    """A case of up to nine events at times of their own."""
    times = draw(st.lists(INSTANTS, min_size=1, max_size=9, unique=True))
    return [
        CaseEvent(
            id=n,
            kind=draw(st.sampled_from(KINDS)),
            at=at,
            actor="ann",
            detail={"significance": draw(st.sampled_from(list(Significance))), "outcome": "false_alarm"},
        )
        for n, at in enumerate(times, start=1)
    ]


def clocks(events: list[CaseEvent], now: datetime, nation: int = 0) -> list[Clock]:
    return clocks_of(
        events, BOOKS[nation], AwarenessPolicy.ALERT_RAISED, now, hazard="damp_mould", tenancy="social_lease"
    )


def standing(events: list[CaseEvent], now: datetime) -> set[tuple[object, ...]]:
    """What stands or gave way to an emergency, without the numbers of events: those follow the order of recording."""
    at = {event.id: event.at for event in events}
    return {
        (clock.name, clock.due, clock.state, at[clock.start_event], clock.met_at)
        for clock in clocks(events, now)
        if clock.state is not ClockState.SUPERSEDED or "took its place" in clock.reason
    }


@given(INSTANTS, st.sampled_from(RULES))
@settings(deadline=None)
def test_a_deadline_by_working_days_is_a_working_day_and_so_many_lie_between(start, pair) -> None:
    rule, days = pair
    due_on = deadline_of(rule, start, days).due_on
    if rule.unit is Unit.WORKING_DAYS:
        assert due_on in days
        assert days.between(civil_day(start), due_on) == rule.amount
        assert sum(civil_day(start) + timedelta(days=n) in days for n in range(1, 60)) > rule.amount


@given(INSTANTS, INSTANTS, st.sampled_from(RULES))
@settings(deadline=None)
def test_who_starts_later_is_never_due_earlier(one, other, pair) -> None:
    rule, days = pair
    if rule.unit is not Unit.CONTINUOUS:
        first, last = (deadline_of(rule, start, days).due for start in sorted((one, other)))
        assert first <= last


@given(cases(), st.randoms(use_true_random=False), INSTANTS)
@settings(max_examples=60, deadline=None)
def test_the_order_of_recording_changes_nothing_that_stands(events, random, now) -> None:
    numbers = [event.id for event in events]
    random.shuffle(numbers)
    shuffled = [replace(event, id=number) for event, number in zip(events, numbers, strict=True)]
    assert standing(shuffled, now) == standing(events, now)


@given(cases(), INSTANTS, st.integers(0, 1))
@settings(max_examples=60, deadline=None)
def test_every_clock_can_be_read(events, now, nation) -> None:
    found = clocks(events, now, nation)
    assert len({clock.key for clock in found}) == len(found)
    for clock in found:
        assert (clock.due is None) == (clock.due_on is None)
        assert clock.state is not ClockState.MISSED or clock.due is None or clock.due < now
        assert clock.state not in (ClockState.SUPERSEDED, ClockState.NOT_NEEDED) or clock.reason
        assert (clock.met_at is not None) or clock.state not in (ClockState.MET, ClockState.MET_LATE)
        if clock.replaced_by is not None:
            assert clock.replaced_by in {other.key for other in found}


@given(cases(), INSTANTS, INSTANTS)
@settings(max_examples=60, deadline=None)
def test_time_alone_only_runs_out(events, one, other) -> None:
    earlier, later = sorted((one, other))
    then = {clock.key: clock.state for clock in clocks(events, later)}
    for clock in clocks(events, earlier):
        allowed = {clock.state, ClockState.MISSED} if clock.state is ClockState.RUNNING else {clock.state}
        assert then[clock.key] in allowed


@given(cases(), INSTANTS, st.data())
@settings(max_examples=60, deadline=None)
def test_correcting_an_event_back_leaves_what_stood(events, now, data) -> None:
    """Wrongly moved and moved back: every date is as it was."""
    wrong = data.draw(st.sampled_from(events))
    last = len(events)
    moved = data.draw(INSTANTS)
    corrections = [
        CaseEvent(id=last + n, kind=CaseEventKind.CORRECTED, at=now, actor="ann", detail={"event": wrong.id, "at": at})
        for n, at in ((1, moved.isoformat()), (2, wrong.at.isoformat()))
    ]
    dates = [
        {(c.name, c.due, c.state) for c in clocks(told, now) if c.state is not ClockState.SUPERSEDED}
        for told in (events, events + corrections)
    ]
    assert dates[0] == dates[1]


def test_a_long_case_takes_little_longer_than_a_short_one() -> None:
    """A hundred comments, attempts and letters: no more than a few milliseconds, since all are worked out often."""
    start = datetime(2026, 12, 7, 10, tzinfo=LONDON)
    kinds = [CaseEventKind.ALERT_RAISED, *[CaseEventKind.ACCESS_ATTEMPTED] * 120]
    events = [
        CaseEvent(id=n, kind=kind, at=start + timedelta(hours=n), actor="ann") for n, kind in enumerate(kinds, start=1)
    ]
    began = time.process_time()
    clocks(events, datetime(2026, 12, 20, tzinfo=LONDON))
    assert time.process_time() - began < 0.5
    assert date(2026, 12, 21) in {clock.due_on for clock in clocks(events, datetime(2026, 12, 20, tzinfo=LONDON))}
