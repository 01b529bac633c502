"""The council's days: what lines of its calendar come to, duties, and the hours of its depots."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from field_day import hours, vehicle

from hereabouts_platform.bins.advance import Emptied, Read
from hereabouts_platform.bins.calendar import Calendar, event_factors, hours_of
from hereabouts_platform.bins.duties import Duty, due_before
from hereabouts_platform.bins.learnt import Learnt, habits_of, next_monday, renewed, rises_within, taken_in
from hereabouts_platform.collection.tour import tour_of
from hereabouts_platform.rounds.council_days import days_of
from hereabouts_platform.rounds.day_work import before_due
from hereabouts_platform.rounds.opening import within_hours
from hereabouts_platform.rules.open_hours import read_hours
from hereabouts_platform.rules.waste_places import DepotFacts, SlotFacts
from hereabouts_platform.store.calendar import CalendarEntry, EntryKind
from hereabouts_platform.store.waste_places import WastePlace

JUNE = datetime(2026, 6, 12, 23, tzinfo=UTC)  # midnight in London
HOUR_S, WEEK_S = 3600, 7 * 86_400
MONDAY = 1_767_571_200  # 5 January 2026


def slot(name: str, group: str, parent: str | None = None) -> WastePlace[SlotFacts]:
    return WastePlace(id=name, name=name, parent=parent, lon=0.0, lat=51.5, facts=SlotFacts(group=group))


SLOTS = {
    "a": slot("a", "park", "gate"), "b": slot("b", "park"), "c": slot("c", "street"), "d": slot("d", "street")
}  # fmt: skip


def test_a_group_feels_an_event_by_the_share_of_its_bins_that_lie_there() -> None:
    fair = CalendarEntry(
        kind=EntryKind.EVENT,
        name="Fair",
        from_at=JUNE,
        to_at=JUNE + timedelta(days=1),
        areas=("gate", "E05"),
        factor=3.0,
    )
    day_off = replace(fair, kind=EntryKind.BANK_HOLIDAY, name="Founders", areas=(), factor=None)
    lost = days_of([replace(fair, areas=("gate", "pier"))], "ENG", SLOTS, {}).troubles
    assert [one.says.split(",")[0] for one in lost] == ["The calendar's Fair names pier"]
    found = days_of([fair, day_off], "ENG", SLOTS, {"c": {"E05"}, "d": {"E05"}}).calendar
    of_day = hours_of(found, int(JUNE.timestamp()) // HOUR_S, 25)
    assert set(event_factors(found, of_day, "park")) == {2.0, 1.0}
    assert event_factors(found, of_day, "street").tolist() == [3.0] * 24 + [1.0]
    assert of_day.weekday.tolist() == [6] * 24 + [6], "a bank holiday counts as a Sunday, and a Sunday follows"
    assert of_day.bank_holiday.tolist() == [1.0] * 24 + [0.0]


def test_a_duty_falls_due_when_the_next_turn_would_be_too_late() -> None:
    entry = CalendarEntry(
        kind=EntryKind.STATUTORY,
        name="Zone 1",
        from_at=JUNE,
        to_at=None,
        areas=("park",),
        weekdays=(6,),
        by_time=time(8),
    )
    (duty,) = days_of([entry], "ENG", SLOTS, {}).duties
    friday, saturday = (datetime(2026, 6, day, 5, tzinfo=UTC) for day in (12, 13))
    assert due_before([duty], SLOTS, (friday, saturday), date(2026, 6, 12)) == {}, "there is time on Saturday morning"
    due = due_before([duty], SLOTS, (friday, saturday + timedelta(days=2)), date(2026, 6, 12))
    assert set(due) == {"a", "b"}
    assert due["a"].says == "Zone 1: to be emptied by 08:00 on Sat 13 Jun."
    assert due["a"].at == datetime(2026, 6, 13, 7, tzinfo=UTC)
    over = Duty(name="z", weekdays=(6,), by=time(8), first=date(2026, 1, 1), last=date(2026, 6, 12))
    assert over.due_after(friday, date(2026, 6, 12)) is None


@pytest.mark.parametrize(
    ("given", "due_h", "kept"),
    [((), 2, [(0, 2)]), (((1, 3), (4, 5)), 2, [(1, 2)]), (((4, 5),), 2, [(4, 5)]), (((1, 3),), 9, [(1, 3)])],
)
def test_windows_end_when_a_duty_falls_due(given: tuple, due_h: float, kept: list) -> None:
    due = hours(0, due_h).to_at
    found = before_due([hours(*one) for one in given], due, hours(0, 8))
    assert list(found) == [hours(*one) for one in kept]


def test_a_shift_lies_within_the_hours_of_its_depots() -> None:
    facts = {"yard": "daily 07:00-10:00; daily 11:00-13:00", "shut": "Sun 01:00-02:00"}
    depots = {
        name: WastePlace(
            id=name, name=name, parent=None, lon=0.0, lat=51.5, facts=DepotFacts(open=read_hours("open", text))
        )
        for name, text in facts.items()
    }
    night = vehicle(1, start="shut", end="shut")
    (kept,), says = within_hours([vehicle(0), night], depots)
    assert kept.shift == hours(1, 7)
    assert [one.says.split()[0:4] for one in says] == [["The", "shift", "of", "Lorry"], ["Lorry", "1", "stays", "at"]]
    assert within_hours([vehicle(0)], {}) == ((vehicle(0),), ())


def test_a_vehicle_is_home_as_long_before_its_shift_ends_as_it_needs_in_its_yard() -> None:
    def depots(text: str, yard_s: int) -> dict[str, WastePlace[DepotFacts]]:
        facts = DepotFacts(open=read_hours("open", text) if text else (), turnround_s=yard_s)
        return {"yard": WastePlace(id="yard", name="yard", parent=None, lon=0.0, lat=51.5, facts=facts)}

    (kept,), says = within_hours([vehicle(0)], depots("", 1800))
    assert (kept.shift, says) == (hours(0, 7.5), ())
    assert within_hours([kept], depots("", 1800), {kept.id}) == ((kept,), ()), "it was cut when its plan was made"
    ((kept,), _) = within_hours([vehicle(0)], depots("daily 07:00-12:00; daily 13:00-13:20", 1800))
    assert kept.shift == hours(1, 5.5), "twenty minutes after lunch are too short"
    none, (says_why,) = within_hours([vehicle(0)], depots("", 8 * 3600))
    assert none == ()
    assert "28800 s that it needs in the yard of yard. Look at the depot's turnround_s." in says_why.says


def test_a_tour_of_a_grid_is_near_its_best() -> None:
    spots = np.array([(x, y) for x in range(6) for y in range(6)] + [(0, -1)])
    cost = np.abs(spots[:, None] - spots[None]).sum(axis=2).astype(float)
    shuffled = np.random.default_rng(1).permutation(36)
    order = np.concatenate([shuffled, [36]])
    tour = tour_of(cost[np.ix_(order, order)])
    assert sorted(tour.tolist()) == list(range(36))
    line = np.concatenate([[36], order[tour], [36]])
    assert cost[line[:-1], line[1:]].sum() <= 38 * 1.15


def told(weeks: int) -> list[Read | Emptied]:
    """A bin that fills from six to six alone, in winter, emptied at each Sunday's end."""
    found: list[Read | Emptied] = []
    for hour in range(weeks * 168):
        day, of_day = divmod(hour % 168, 24)
        level = day * 12 + min(max(of_day - 6, 0), 12)
        found.append(Read(bin="a", at=MONDAY + hour * HOUR_S, level=float(level)))
        if hour % 168 == 167:
            found.append(Emptied(bin="a", at=MONDAY + hour * HOUR_S + 60))
    return found


def learnt_by(steps: list[int]) -> dict[str, Learnt]:
    """What is learnt when happenings are settled in these steps."""
    happenings, found, since = told(5), dict[str, Learnt](), steps[0]
    for to in steps[1:]:
        found = taken_in(found, {"park": [rises_within(happenings, (since, to))]}, Calendar(), (since, to))
        found = renewed(found) if to == next_monday(since) else found
        since = to
    return found


def test_days_are_learnt_one_by_one_as_weeks_at_once() -> None:
    weeks = learnt_by([MONDAY + n * WEEK_S for n in range(6)])
    days = learnt_by([MONDAY + n * 86_400 for n in range(36)])
    assert days["park"].before.points == pytest.approx(weeks["park"].before.points)
    assert days["park"].before.spent == pytest.approx(weeks["park"].before.spent)
    assert habits_of({"park": Learnt(before=weeks["park"].before), "new": Learnt()}).keys() == {"park", ""}
    habit = habits_of(weeks)["park"]
    assert min(habit.hour[7:17]) > 1.6
    assert max(habit.hour[19:24] + habit.hour[:5]) < 0.5
    assert habits_of(learnt_by([MONDAY, MONDAY + WEEK_S])) == {}, "a week of one bin is too little"


def test_mondays() -> None:
    assert next_monday(MONDAY) == MONDAY + WEEK_S
    assert next_monday(MONDAY - 1) == MONDAY
