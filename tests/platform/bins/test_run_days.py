"""Whether a run is worth it today, what it takes along, and how that is said."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations, pairwise

import numpy as np
import pytest

from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.state import BinState, Shared, State
from hereabouts_platform.bins.visits import Choice, Decision
from hereabouts_platform.collection.outlook import Outlook, outlook
from hereabouts_platform.collection.run_days import Look, look_ahead, plans
from hereabouts_platform.collection.streets import Streets
from hereabouts_platform.collection.words import bin_words, day_name, day_words
from hereabouts_platform.rounds.run_day import CANNOT, NO_WORTH, RunDay, later_turn
from hereabouts_schemas.work import Reason, ReasonKind

DAY_S, NOW, DAYS = 86_400, 1_740_978_000, 8  # 05:00 on Mon 3 March 2025
TODAY = date(2025, 3, 3)


def ahead_of(levels: list[float], percent_day: float, full: tuple[int, ...] = ()) -> Outlook:
    """Bins read at five this morning, all filling alike."""
    names = [str(k) for k in range(len(levels))]
    bins = {
        name: BinState(
            group="street",
            emptied_at=NOW - 2 * DAY_S,
            read_at=NOW,
            level=level,
            full=k in full,
            total=percent_day * 20,
            weight=20.0,
            known=True,
        )
        for k, (name, level) in enumerate(zip(names, levels, strict=True))
    }
    state = State(bins=bins, groups={"street": Shared(total=percent_day * 40, weight=40)}, as_of=NOW)
    growth = growths({}, ["street"], Calendar(), (NOW - 9 * DAY_S, NOW + 20 * DAY_S))
    comes = NOW + 5 * 3600 + DAY_S * np.arange(DAYS)
    return outlook(state, names, growth, (comes, comes + 14 * 3600))


def streets_of(bins: int, apart_km: float = 0.5, depot_km: float = 6.0) -> Streets:
    """Bins on one road, the depot and the tip at one of its ends."""
    x = np.array([depot_km + apart_km * k for k in range(bins)] + [0.0, 0.0])
    return Streets(km=np.abs(x[:, None] - x), tour=np.arange(bins), kg_percent=np.full(bins, 0.1), load_kg=1000.0)


def test_waiting_never_lessens_what_overflows() -> None:
    ahead = ahead_of([10, 50, 90], 20)
    assert (np.diff(ahead.first, axis=1) >= -1e-9).all()
    assert (np.diff(ahead.first, axis=0) >= -1e-9).all()
    assert ahead.first[0, 0] < 0.01
    assert ahead.first[2, 2] > 0.9
    for day in range(DAYS):
        assert (np.diff(ahead.after[:, day, day + 1 :], axis=1) >= -1e-9).all()


def test_a_day_counts_once_though_it_is_full_again_by_the_evening() -> None:
    ahead = ahead_of([100.0], 250, full=(0,))
    assert ahead.first[0, 0] + ahead.after[0, 0, 1] < ahead.first[0, 1] + 0.01 < 2.02
    assert look_ahead(ahead, streets_of(1), 8).worth[0] >= 4.0


def test_a_bin_emptied_today_is_as_one_emptied_now() -> None:
    ahead = ahead_of([80.0], 20)
    assert ahead.after[0, 0, 3] < ahead.first[0, 3]
    assert ahead.after_percent[0, 0, 4] == pytest.approx(80, abs=2)


def test_empty_bins_are_not_worth_a_run_and_full_ones_are() -> None:
    streets = streets_of(20)
    assert not look_ahead(ahead_of([5.0] * 20, 12), streets, 4).run
    assert look_ahead(ahead_of([92.0] * 20, 25), streets, 4).run


def test_nobody_goes_out_where_no_bin_is_ever_worth_its_way() -> None:
    look = look_ahead(ahead_of([20.0, 99.0, 60.0], 24), streets_of(3, apart_km=2.0), 0.001)
    assert not look.run
    assert not look.chosen.any()


def test_the_dial_sends_crews_sooner() -> None:
    streets, ahead = streets_of(20), ahead_of([45.0] * 20, 20)
    first = [look_ahead(ahead, streets, rho).plan[0] for rho in (0.5, 4.0, 400.0)]
    assert first == sorted(first, reverse=True)
    assert first[0] > first[-1] == 0


def test_a_bin_that_is_due_tomorrow_is_worth_more_than_its_risk_and_an_empty_one_little() -> None:
    ahead, streets = ahead_of([97.0] * 10 + [70.0, 2.0], 22), streets_of(12)
    look = look_ahead(ahead, streets, 6)
    detour = streets.detour()
    assert look.run
    assert look.worth[0] > look.worth[10] > detour[10] * 0.3 > look.worth[11]


def test_days_without_crews_are_no_run_days() -> None:
    look = look_ahead(ahead_of([95.0] * 5, 30), streets_of(5), 10, allowed=(2, 4))
    assert set(look.plan) <= {2, 4}
    assert not look.run
    assert look.other == float("inf")


def test_plans_keep_their_gaps_and_each_is_there_once() -> None:
    found = plans(DAYS)
    assert len(set(found)) == len(found)
    assert (0, 2, 4, 6) in found
    assert (1, 2, 3, 4, 5, 6, 7) in found
    assert all(one == tuple(sorted(one)) and one[-1] < DAYS for one in found)


def test_each_bin_gets_the_best_of_a_plans_days() -> None:
    ahead, streets, rho = ahead_of([60.0, 92.0], 24), streets_of(2), 20.0
    look = look_ahead(ahead, streets, rho, allowed=(0, 2))
    assert look.plan == (0, 2)
    detour = streets.detour()
    cycle = np.argmin((detour[:, None] + rho * ahead.after[:, 0, 1:DAYS]) / np.arange(1, DAYS), axis=1) + 1
    for k in range(2):
        costs = {}
        for days in (one for size in (0, 1, 2) for one in combinations((0, 2), size)):
            stops = [rho * ahead.first[k, days[0]] if days else rho * ahead.first[k, DAYS] + detour[k]]
            stops += [rho * ahead.after[k, a, b] for a, b in pairwise(days)]
            last = rho * ahead.after[k, days[-1], DAYS] if days else 0.0
            owed = detour[k] * min((DAYS - days[-1]) / cycle[k], 1.0) if days else 0.0
            costs[days] = sum(stops) + detour[k] * len(days) + last + owed
        going = min(cost for days, cost in costs.items() if days[:1] == (0,))
        waiting = min(cost for days, cost in costs.items() if days[:1] != (0,))
        assert look.worth[k] == pytest.approx(waiting - going + detour[k])


def test_a_round_grows_with_its_bins_and_its_tips() -> None:
    streets = streets_of(4)
    some, everything = np.array([True, False, False, False]), np.ones(4, np.bool_)
    little = np.full(4, 10.0)
    assert streets.length(some, little) == pytest.approx(12.0)
    assert streets.length(everything, little) == pytest.approx(15.0)
    assert streets.length(np.zeros(4, np.bool_), little) == 0.0
    heavy = replace(streets, load_kg=20.0).length(everything, np.full(4, 100.0))
    assert heavy == pytest.approx(15.0 + 2 * 6.75)


def look_of(plan: tuple[int, ...], waits: list[float]) -> Look:
    count = len(waits)
    return Look(
        plan=plan,
        cost=10.0,
        other=12.0,
        worth=np.ones(count),
        chosen=np.arange(count) < 3,
        later=np.arange(count) < 5,
        due=np.full(count, 1),
        harm=np.full(count, 0.1),
        waits=np.array(waits),
    )


def test_what_is_said_of_a_day() -> None:
    quiet = look_of((1, 3), [0.01, 0.01, *[0.0] * 5])
    assert day_words(quiet, TODAY) == (
        "No run today: 3 bins would be emptied, 5 tomorrow; a 2 in 100 chance that one overflows before."
    )
    busy = look_of((0, 2), [0.5] * 4)
    assert day_words(busy, TODAY) == "A run today: 3 bins. The next one on Wed 5 Mar; about 2 bins may overflow before."


def test_what_is_said_of_a_bin() -> None:
    look = look_of((0, 2), [0.0] * 4)
    assert bin_words(look, 0, 61.6, 0.5, TODAY) == (
        "62 % full: it would be due tomorrow, and comes along as the round passes near it."
    )
    assert bin_words(replace(look, harm=np.full(4, 2.0)), 0, 96, 0.5, TODAY) == (
        "96 % full: it may overflow before somebody comes again (tomorrow)."
    )
    assert day_name(3, TODAY) == "on Thu 6 Mar"


def choice(name: str, decision: Decision = Decision.MAY, kind: ReasonKind = ReasonKind.FULLNESS) -> Choice:
    return Choice(
        bin=name, decision=decision, reason=Reason(kind=kind, says="Why."), chance=0.5, prize_p=50, level=40.0,
        overflow_p50_at=None, overflow_p90_at=None,
    )  # fmt: skip


def test_full_bins_wait_for_a_day_that_is_worth_it_and_an_alarm_does_not() -> None:
    bins = tuple("abcd")
    quiet, busy = look_of((2, 4), [0.0] * 4), replace(look_of((0, 2), [0.0] * 4), worth=np.array([900.0, 3, 40, 40]))
    rest = RunDay(day=TODAY, now=NOW, look=quiet, bins=bins, detour=np.full(4, 0.5))
    full, alarm = choice("a", Decision.MUST), choice("b", Decision.MUST, ReasonKind.ALERT)
    assert not rest.runs([full])
    assert rest.runs([full, alarm])
    (left,) = rest.left([full])
    assert (left.decision, left.reason.says) == (Decision.LEAVE, "Why. No run today: the next one is on Wed 5 Mar.")
    assert rest.says([full], []) == CANNOT
    assert rest.says([left], []).startswith("No run today: 3 bins")
    assert rest.says([alarm], ["b"]).endswith("one bin has to be visited whatever is in it. b: Why.")
    assert rest.says([full], ["a"]).endswith("Somebody asked for rounds all the same.")

    run = replace(rest, look=busy)
    priced = run.priced([full, *map(choice, "bcz")])
    assert [(one.decision, one.prize_p) for one in priced] == [
        (Decision.MUST, 50), (Decision.LEAVE, 0), (Decision.MAY, 40), (Decision.MAY, 50)
    ]  # fmt: skip
    assert "comes along" in priced[2].reason.says
    passed = run.passed_by({one.bin: one for one in priced}, ["a"])
    assert passed["c"].reason.says.startswith("40 % full: it can wait."), "it does not come along"
    assert [passed[one.bin] == one for one in priced] == [True, True, False, False]
    assert run.says(priced, ["a", "c"]).startswith("A run today: 2 bins.")
    assert run.says([], []) == NO_WORTH
    shifts = {date(2025, 3, day): datetime(2025, 3, day, 6, tzinfo=UTC) for day in (3, 4, 5, 6)}
    assert later_turn(run, shifts, shifts[date(2025, 3, 4)]) == shifts[date(2025, 3, 5)]
