"""The forecast of bins: it learns in steps as at once, it widens with silence, and it is right as often as it says."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.bins.advance import Emptied, Happening, Read, advance
from hereabouts_platform.bins.amplitude import amplitude_of
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.forecast import Ahead, forecast, hours_ahead
from hereabouts_platform.bins.growth import Growth, Habit, growths
from hereabouts_platform.bins.spread import FIRST, SHARES, Spread, Tracker, odds_above, share_above
from hereabouts_platform.bins.state import State, as_json, bin_from_json, state_from_json, with_bin
from hereabouts_platform.bins.tuning import TUNING

HOUR_S, DAY_S = 3600, 86_400
MONDAY = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
SPAN = (MONDAY, MONDAY + 150 * DAY_S)
GROWN = growths({}, ["street", "park"], Calendar(), SPAN)
BENT = growths({"street": Habit(exponent=0.4, weekday=(1, 1, 1, 1, 2, 3, 1))}, ["street", "park"], Calendar(), SPAN)


def town(*bins: tuple[str, str]) -> State:
    state = State(as_of=MONDAY)
    for bin_id, group in bins:
        state = with_bin(state, bin_id, group, MONDAY)
    return state


def ahead_of(state: State, bin_id: str = "a", grown: dict[str, Growth] = GROWN) -> Ahead:
    return forecast(state, [bin_id], hours_ahead(state.as_of), grown)


def steady(bin_id: str, per_day: float, days: int, every: int = 3) -> list[Happening]:
    """A bin that fills by so many points a day, is read every six hours and emptied every so many days."""
    result: list[Happening] = [Emptied(bin=bin_id, at=MONDAY)]
    for k in range(1, days * 4 + 1):
        at, level = MONDAY + k * 6 * HOUR_S, per_day * ((k - 1) % (4 * every) + 1) / 4
        result.append(Read(bin=bin_id, at=at, level=min(level, 100.0), full=level >= 100))
        if k % (4 * every) == 0:
            result.append(Emptied(bin=bin_id, at=at + 60, before=min(level, 100.0), full=level >= 100))
    return result


def anything(seed: int, count: int) -> list[Happening]:
    """Readings and emptyings of three bins within twenty days, no two at once, in no order."""
    rng = np.random.default_rng(seed)
    times = rng.choice(20 * DAY_S, count, replace=False) + MONDAY
    result: list[Happening] = []
    for at in times.tolist():
        bin_id, level, full = "abc"[rng.integers(3)], float(rng.uniform(0, 100)), bool(rng.random() < 0.2)
        if rng.random() < 0.6:
            result.append(Read(bin=bin_id, at=at, level=level, full=full))
        else:
            result.append(Emptied(bin=bin_id, at=at, before=level, full=full, after=level / 20))
    return result


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(0, 20 * DAY_S))
def test_in_steps_as_at_once_in_any_order(seed: int, count: int, cut: int) -> None:
    start, happenings = town(("a", "street"), ("b", "street"), ("c", "park")), anything(seed, count)
    at_once = advance(start, happenings, GROWN)
    first = advance(start, [one for one in reversed(happenings) if one.at < MONDAY + cut], GROWN)
    kept = state_from_json(as_json(first.state))
    second = advance(kept, [one for one in happenings if one.at >= MONDAY + cut], GROWN)
    assert second.state == at_once.state
    assert first.refused == second.refused == at_once.refused == ()


def test_what_is_learnt_from_is_what_was_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    """An emptying is held against the forecast that would have been made a moment before."""
    told: list[tuple[float, ...]] = []
    start, at = town(("a", "street"), ("b", "street"), ("c", "park")), MONDAY + 21 * DAY_S
    for seed in range(20):
        state = advance(start, anything(seed, 30), BENT).state
        ahead = forecast(state, ["b"], np.array([at]), BENT)
        width = state.spread.groups.get("street", 1.0)
        with monkeypatch.context() as patch:
            patch.setattr(Tracker, "learn", lambda _, *args: told.append(args))
            advance(state, [Emptied(bin="b", at=at, before=50)], BENT)
        _, age_h, expected, unit, found = told[-1]
        foretold = (ahead.age_h[0, 0], ahead.expected[0, 0], ahead.unit[0, 0] / width, 50)
        assert (age_h, expected, unit, found) == pytest.approx(foretold)


def test_what_comes_too_late_or_of_nobody_is_handed_back() -> None:
    state = advance(town(("a", "street")), steady("a", 20, 6), GROWN).state
    late = Read(bin="a", at=MONDAY + DAY_S, level=5)
    stranger = Read(bin="z", at=MONDAY + 30 * DAY_S, level=5)
    result = advance(state, [late, stranger], GROWN)
    assert result.refused == (late, stranger)
    assert result.state == state


def test_a_bin_is_kept_as_json() -> None:
    state = advance(town(("a", "street")), steady("a", 20, 6), GROWN).state
    assert bin_from_json(as_json(state.bins["a"])) == state.bins["a"]
    assert len(as_json(state.bins["a"])) < 1000


def test_steady_bins_are_foretold() -> None:
    state = advance(town(("a", "street")), steady("a", 20, 60), GROWN).state
    assert amplitude_of(state, "a", GROWN["street"], TUNING) == pytest.approx(20, rel=0.1)
    ahead = ahead_of(state)
    in_h = {limit: (ahead.reaches(limit, 0.5)[0] - state.as_of) / HOUR_S for limit in (50, 80, 100)}
    assert in_h[50] == pytest.approx(60, abs=8)
    assert in_h[80] == pytest.approx(96, abs=12)
    assert in_h[100] == pytest.approx(120, abs=16)
    assert ahead.reaches(80, 0.9)[0] <= ahead.reaches(80, 0.5)[0] <= ahead.reaches(80, 0.1)[0]


def test_a_new_bin_fills_as_its_group_does() -> None:
    known = town(("a", "street"), ("b", "park"), ("new", "street"), ("there", "park"))
    state = advance(known, [*steady("a", 40, 60, 2), *steady("b", 10, 60, 6)], GROWN).state
    quick, slow = (amplitude_of(state, one, GROWN["street"], TUNING) for one in ("new", "there"))
    assert quick > 30
    assert slow < 20


def test_a_bin_that_fills_faster_than_ever_is_seen_before_it_is_emptied() -> None:
    state = advance(town(("a", "street")), steady("a", 10, 30), GROWN).state
    usual = amplitude_of(state, "a", GROWN["street"], TUNING)
    rush = [Read(bin="a", at=state.as_of + k * 6 * HOUR_S, level=15.0 * k) for k in range(1, 6)]
    assert amplitude_of(advance(state, rush, GROWN).state, "a", GROWN["street"], TUNING) > usual * 1.3


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 200))
def test_silence_widens_the_range_and_never_drops_the_bin(hours: int) -> None:
    state = advance(town(("a", "street")), steady("a", 10, 12), GROWN).state
    later = replace(state, as_of=state.as_of + hours * HOUR_S)
    now, then = forecast(state, ["a"], hours_ahead(state.as_of), GROWN), ahead_of(later)
    assert then.age_h[0, 0] == pytest.approx(now.age_h[0, 0] + hours)
    assert then.unit[0, 0] >= now.unit[0, 0]
    assert then.chance_of(100)[0, 0] >= now.chance_of(100)[0, 0] - 1e-9
    assert not np.isnan(then.level(0.9)).any()


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 100), st.floats(1, 90))
def test_chances_and_quantiles_agree(level: float, per_day: float) -> None:
    state = town(("a", "street"))
    full = replace(state.bins["a"], level=level, known=True, total=per_day * 9, weight=9)
    ahead = ahead_of(replace(state, bins={"a": full}))
    for share in (0.25, 0.5, 0.9, 0.95):
        under = ahead.uncut(share)[0] < 80
        assert (ahead.chance_of(80)[0][under] <= 1 - share + 0.01).all()
    assert (np.diff(ahead.chance_of(100)[0]) >= 0).all()
    assert (ahead.level(0.1) <= ahead.level(0.9)).all()


def test_each_bin_has_its_own_instant_and_limits_are_reached_in_turn() -> None:
    state = advance(town(("a", "street"), ("b", "street")), steady("a", 25, 8) + steady("b", 9, 8), GROWN).state
    ahead = forecast(state, ["a", "b"], hours_ahead(state.as_of), GROWN)
    chance = ahead.overflows_by(ahead.times[0] + np.array([30, 71]) * HOUR_S - 60)
    assert chance.tolist() == [ahead.chance_of(100)[0, 30], ahead.chance_of(100)[1, 71]]
    assert ahead.overflows_by(np.full(2, ahead.times[-1] + DAY_S)).tolist() == ahead.chance_of(100)[:, -1].tolist()
    each = ahead.reaches_each((50, 80, 100), 0.5)
    assert (np.diff(each[:, 0]) > 0).all()
    assert each[2].tolist() == pytest.approx(ahead.reaches(100, 0.5).tolist(), nan_ok=True)


def test_overflowing_is_certain_and_an_instant_before_the_state_is_refused() -> None:
    state = advance(town(("a", "street")), [Read(bin="a", at=MONDAY + DAY_S, level=100, full=True)], GROWN).state
    assert (ahead_of(state).chance_of(100) == 1).all()
    assert ahead_of(state).reaches_each((50, 100), 0.5).tolist() == [[state.as_of], [state.as_of]]
    with pytest.raises(ValueError, match="cannot say how things were"):
        forecast(state, ["a"], hours_ahead(MONDAY), GROWN)
    with pytest.raises(ValueError, match="Growth is known for"):
        forecast(state, ["a"], np.array([SPAN[1] + DAY_S]), GROWN)


@settings(deadline=None)
@given(st.lists(st.floats(-4, 4), min_size=9, max_size=9), st.floats(-6, 6))
def test_log_odds_of_one_are_those_of_many(kept: list[float], surprise: float) -> None:
    spread = Spread(quantiles=(tuple(sorted(kept)),) * len(Spread().quantiles))
    many = share_above(spread, np.array([5.0]), np.array([50.0]), np.array([surprise]))[0]
    one = 1 / (1 + np.exp(-np.clip(odds_above(sorted(kept), surprise), -8, 8)))
    assert one == pytest.approx(many, abs=1e-9)


def test_before_anything_is_learnt_the_spread_is_a_gaussian() -> None:
    surprise = np.array(FIRST)
    chances = share_above(Spread(), np.zeros(9), np.zeros(9), surprise)
    assert chances == pytest.approx(1 - np.array(SHARES), abs=0.005)


def test_it_is_right_as_often_as_it_says_when_the_season_shifts() -> None:
    """Bins in two groups, daily readings, noise, and twice the waste from day 60 on: the P90 of a day ahead holds."""
    rng = np.random.default_rng(7)
    ids = [f"{group}-{k}" for group in ("street", "park") for k in range(12)]
    state, level = town(*((one, one.split("-", maxsplit=1)[0]) for one in ids)), dict.fromkeys(ids, 0.0)
    held, full = [], []
    for day in range(1, 121):
        at = MONDAY + day * DAY_S
        ahead = forecast(state, ids, np.array([at]), GROWN)
        p90, chance = ahead.level(0.9)[:, 0], ahead.chance_of(100)[:, 0]
        came: list[Happening] = []
        for k, one in enumerate(ids):
            level[one] += (12 if day < 60 else 24) * rng.gamma(4, 0.25)
            seen = min(level[one], 100.0)
            came.append(Read(bin=one, at=at, level=seen, full=seen >= 100))
            if day > 40:
                held.append(seen <= p90[k] if p90[k] < 100 else None)
                full.append((chance[k], seen >= 100))
            if seen > 75:
                came.append(Emptied(bin=one, at=at + 60, before=seen, full=seen >= 100))
                level[one] = 0.0
        state = advance(state, came, GROWN).state
    known = [one for one in held if one is not None]
    assert len(known) > 1000
    assert 0.87 <= np.mean(known) <= 0.94
    said, was = np.array(full).T
    likely = said > 0.3
    assert np.mean(was[likely]) == pytest.approx(np.mean(said[likely]), abs=0.12)


def test_hours_count_by_weekday_holiday_event_and_weather() -> None:
    christmas = int(datetime(2026, 12, 24, tzinfo=UTC).timestamp())
    span = (christmas, christmas + 3 * DAY_S)
    fair = Calendar(school_holidays=((date(2026, 12, 24), date(2026, 12, 24)),))
    habit = Habit(bank_holiday=2, school_holiday=3)
    grown = growths({"": habit}, ["street"], fair, span)["street"]
    days = np.diff(grown.days(christmas + DAY_S * np.arange(4)))
    assert days == pytest.approx([3, 2, 2])
    wet = growths({}, ["street"], Calendar(), span)["street"].weighted(np.full(72, 0.5))
    assert wet.day(span[1]) == pytest.approx(1.5)
