"""A depot's own weeks lived through again: what came into bins, days of overflow, and what the dial does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.bins.advance import Emptied, Happening, Read
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.growth import Growth, growths
from hereabouts_platform.bins.state import BinState, Shared, State
from hereabouts_platform.collection.came_in import CameIn, Told, came_in
from hereabouts_platform.collection.outlook import AHEAD
from hereabouts_platform.collection.overflow_days import Emptyings, overflow_days
from hereabouts_platform.collection.own_history import Days, History, as_it_was, live
from hereabouts_platform.collection.streets import Streets

HOUR_S, DAY_S, FIRST = 3600, 86_400, 1_740_960_000  # midnight of Mon 3 March 2025
GROWTHS = growths({}, ["street"], Calendar(), (FIRST - DAY_S, FIRST + 40 * DAY_S))


def state_of(rates: dict[str, float]) -> State:
    """Bins whose points a day are well known."""
    bins = {
        name: BinState(group="street", emptied_at=FIRST, read_at=FIRST, total=rate * 1000, weight=1000.0, known=True)
        for name, rate in rates.items()
    }
    return State(bins=bins, groups={"street": Shared(total=800.0, weight=40)}, as_of=FIRST + 30 * DAY_S)


def told_by(name: str, rate: float, days: int, every: int, noise: float = 0.0) -> list[Happening]:
    """A bin that fills steadily, is read each hour, and emptied at noon of every so many days; 0: never."""
    rng, level, found = np.random.default_rng(len(name) + every), 0.0, list[Happening]()
    for hour in range(1, days * 24):
        level += rate / 24
        at = FIRST + hour * HOUR_S
        if every and hour % (24 * every) == 12:
            found.append(Emptied(bin=name, at=at, before=min(level, 100.0), full=level >= 100))
            level = 0.0
        seen = level + rng.normal(0, noise)
        found.append(Read(bin=name, at=at + 60, level=float(np.clip(seen, 0, 100)), full=seen >= 100))
    return found


def came_of(histories: dict[str, list[Happening]], rates: dict[str, float], days: int) -> CameIn:
    return came_in(state_of(rates), histories, GROWTHS, (FIRST, FIRST + days * DAY_S))


def test_what_came_in_is_what_was_put_in_within_the_noise() -> None:
    rates = {"slow": 8.0, "fast": 40.0}
    came = came_of({name: told_by(name, rate, 14, 2, noise=1.5) for name, rate in rates.items()}, rates, 14)
    for row, rate in enumerate(rates.values()):
        assert came.points[-1, row] == pytest.approx(14 * rate, abs=7 * 4.5)  # at most three sigma a turn
        assert came.points[100, row] == pytest.approx(rate * 100 / 24, abs=12)
    assert (np.diff(came.points, axis=0) >= 0).all()
    assert came.filled.mean() < 0.03, "of an hour at each emptying, and the first"


def test_silence_and_a_level_that_stands_at_full_are_filled_in_by_what_is_expected() -> None:
    rates = {"never": 30.0, "mute": 20.0, "gone": 20.0}
    gone = [one for one in told_by("gone", 20.0, 10, 3) if one.at < FIRST + 2 * DAY_S]
    came = came_of({"never": told_by("never", 30.0, 10, 0), "mute": [], "gone": gone}, rates, 10)
    assert came.points[-1].tolist() == pytest.approx([300, 200, 200], rel=0.03)
    assert came.filled.mean(axis=0).tolist() == pytest.approx([1 - 3.34 / 10, 1.0, 0.8], abs=0.02)
    over = overflow_days(
        came, [Emptyings(at=one.emptied_at, left=one.left) for one in came.told], FIRST + np.arange(11) * DAY_S
    )
    assert over[:, 0].tolist() == [False] * 3 + [True] * 7, "never emptied, it overflows from the fourth day on"


def test_more_found_than_was_expected_since_the_last_reading_came_in_then() -> None:
    at = FIRST + 3 * DAY_S
    full = [Read(bin="a", at=FIRST + HOUR_S, level=10.0), Emptied(bin="a", at=at, before=100.0, full=True)]
    came = came_of({"a": full}, {"a": 5.0}, 4)
    assert came.points[72, 0] + came.at_first[0] == pytest.approx(100)
    assert came.points[-1, 0] - came.points[72, 0] == pytest.approx(5, rel=0.01)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[CameIn, Emptyings]:
    """What came into one bin on four days by the hour, and emptyings on whole minutes."""
    hourly = np.array(draw(st.lists(st.integers(0, 12), min_size=96, max_size=96)), np.float64)
    minutes = sorted(draw(st.sets(st.integers(1, 96 * 60 - 1), max_size=6)))
    left = np.array([draw(st.integers(0, 30)) for _ in minutes], np.float64)
    empty = Told(
        read_at=np.empty(0, np.int64), level=np.empty(0), emptied_at=np.empty(0, np.int64), before=left, left=left
    )
    came = CameIn(
        bins=("a",), from_s=FIRST, points=np.concatenate([[0.0], np.cumsum(hourly)])[:, None],
        at_first=np.array([float(draw(st.integers(0, 120)))]), filled=np.zeros((96, 1), np.bool_), told=(empty,),
    )  # fmt: skip
    return came, Emptyings(at=FIRST + 60 * np.array(minutes, np.int64), left=left)


@settings(max_examples=40, deadline=None)
@given(weeks())
def test_days_of_overflow_are_those_that_a_count_minute_by_minute_finds(given_: tuple[CameIn, Emptyings]) -> None:
    came, emptied = given_
    level, over, turn = float(came.at_first[0]), set[int](), 0
    so_far = np.interp(np.arange(96 * 60 + 1), np.arange(97) * 60, came.points[:, 0])
    for minute in range(96 * 60 + 1):
        level += float(so_far[minute] - so_far[minute - 1]) if minute else 0.0
        if level >= 100 - 1e-6 and minute:
            over.add((minute - 1) // 1440)
        if turn < len(emptied.at) and emptied.at[turn] == FIRST + 60 * minute:
            level, turn = float(emptied.left[turn]), turn + 1
    nearly = replace(came, at_first=came.at_first + 1e-6)
    found = overflow_days(nearly, [replace(emptied, left=emptied.left + 1e-6)], FIRST + np.arange(5) * DAY_S)
    assert set(np.flatnonzero(found[:, 0]).tolist()) == over


def fleet(days: int, growing: dict[str, Growth] = GROWTHS) -> History:
    """A dozen bins on a road, six kilometres from the depot; no crew works on Sundays."""
    rates = {f"bin {k:02}": 10.0 + 4 * k for k in range(12)}
    x = np.array([6 + 0.8 * k for k in range(12)] + [0.0, 0.0])
    streets = Streets(km=np.abs(x[:, None] - x), tour=np.arange(12), kg_percent=np.full(12, 0.1), load_kg=1000.0)
    begins = FIRST + np.arange(days + AHEAD + 1) * DAY_S
    at = begins[:-1]
    works = np.arange(days + AHEAD) % 7 != 6
    return History(
        came=came_of({name: told_by(name, rate, days, 2) for name, rate in rates.items()}, rates, days),
        days=Days(begins=begins, decides=at + 4 * HOUR_S, comes=at + 10 * HOUR_S, works=works),
        state=state_of(rates),
        growths=growing,
        cost=streets,
        km=streets,
        max_days=np.full(12, 14.0),
    )


def test_a_higher_dial_drives_no_less_and_leaves_no_more_overflow() -> None:
    history = fleet(21)
    low, middle, high = (live(history, rho) for rho in (0.3, 5.0, 80.0))
    assert low.overflow_week >= middle.overflow_week - 0.5 >= high.overflow_week - 1.0
    assert low.overflow_week > high.overflow_week + 1
    assert (low.km_day or 0) < (high.km_day or 0)
    assert (low.km_day or 0) <= (middle.km_day or 0) * 1.05 <= (high.km_day or 0) * 1.1
    assert max(one.runs_week for one in (low, middle, high)) <= 6, "nobody works on Sundays"
    assert low.fill_percent > high.fill_percent


def test_as_it_was_is_counted_of_the_emptyings_that_are_told() -> None:
    found = as_it_was(fleet(14), 33.0)
    assert (found.km_day, found.runs_week) == (33.0, pytest.approx(3.5, abs=0.5))
    assert found.visits_day == pytest.approx(12 * found.runs_week / 7)
    assert found.overflow_week == pytest.approx(2 * found.runs_week, abs=1), "two bins get more than 100 in two days"


def test_a_bin_is_not_left_for_longer_than_it_may_be() -> None:
    history = fleet(21)
    idle = replace(history, max_days=np.full(12, 2.0))
    assert live(idle, 0.01).runs_week > live(history, 0.01).runs_week
