"""What the weather does to bins: departures from what is usual, effects found again, and nothing made of nothing."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.profile import Rises
from hereabouts_platform.bins.weather import Air, Effect, air_near, air_of, day_factors, hour_factors, weathered
from hereabouts_platform.bins.weather_learnt import (
    MOST_WARM,
    Learning,
    Sums,
    effects_of,
    seen_of,
    sums_of,
    weather_renewed,
    weather_taken_in,
)

DAY_S, HOUR_S = 86_400, 3600
FIRST = 20_458  # 5 January 2026, a Monday
NAN = float("nan")
GROWN = growths({}, ["park", "street"], Calendar(), (FIRST * DAY_S, (FIRST + 200) * DAY_S))
TRUE = Effect(warm=0.06, wet=-0.5)


def sky(days: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Temperature with spells about a season that moves on, and rain on some days."""
    rng = np.random.default_rng(seed)
    spell = np.convolve(rng.normal(0, 2.5, days + 5), np.ones(3) / 1.7, "same")[:days]
    return 8 + 0.08 * np.arange(days) + spell, rng.gamma(0.7, 8, days) * (rng.random(days) < 0.4)


def rising(air: Air, effect: Effect, bins: int = 20, seed: int = 2) -> list[Rises]:
    """Bins read every hour, 20 points on a usual day, four times as much in August as in January, and chance."""
    rng = np.random.default_rng(seed)
    season = np.exp(np.linspace(0, np.log(4), len(air.warmer)))
    a_day = 20 * day_factors(effect, air) * season * rng.gamma(400, 1 / 400, len(air.warmer))
    hours = air.first * 24 + np.arange(24 * len(a_day))
    points = np.repeat(a_day / 24, 24)
    return [
        Rises(since=hours * HOUR_S, until=hours * HOUR_S + HOUR_S - 1, points=points + rng.normal(0, 0.5, len(points)))
        for _ in range(bins)
    ]


def test_an_effect_is_found_again_whatever_the_season_does() -> None:
    air = air_of(FIRST, *sky(160))
    some = {"park": rising(air, TRUE), "street": rising(air, Effect(), seed=3)}
    found = effects_of({group: sums_of(seen_of(rises, GROWN[group]), air) for group, rises in some.items()})
    assert found["park"].warm == pytest.approx(TRUE.warm, abs=0.012)
    assert found["park"].wet == pytest.approx(TRUE.wet, abs=0.1)
    assert found["street"].warm == pytest.approx(0, abs=0.012)
    assert found["street"].wet == pytest.approx(0, abs=0.1)


def test_a_group_of_few_days_is_drawn_to_all_bins_and_they_to_none() -> None:
    air = air_of(FIRST, *sky(160))
    park = sums_of(seen_of(rising(air, TRUE), GROWN["park"]), air)
    found = effects_of({"park": park, "new": Sums()})
    assert found["new"].warm == pytest.approx(found[""].warm)
    assert 0.6 * TRUE.warm < found[""].warm < TRUE.warm
    few = {day: one for day, one in seen_of(rising(air, TRUE), GROWN["park"]).items() if 28 <= day - FIRST < 35}
    assert 0 < effects_of({"park": sums_of(few, air)})["park"].warm < 0.5 * TRUE.warm
    assert effects_of({}) == {"": Effect()}
    assert effects_of({"park": replace(park, warm_grown=1e6)})["park"].warm == MOST_WARM


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 62), max_size=6, unique=True), lost=st.lists(st.integers(0, 69), max_size=20))
def test_days_are_learnt_step_by_step_as_at_once(cuts: list[int], lost: list[int]) -> None:
    temperature, rain = sky(70)
    temperature[lost], rain[[(7 * one) % 70 for one in lost]] = NAN, NAN
    air = air_of(FIRST, temperature, rain)
    (rises,) = rising(air, TRUE, bins=1)
    steps = sorted({0, 63, *cuts, *range(0, 63, 7)})
    known: dict[str, Learning] = {}
    for since, to in pairwise(steps):
        here = (rises.until >= (FIRST + since) * DAY_S) & (rises.until < (FIRST + to) * DAY_S)
        step = Rises(since=rises.since[here], until=rises.until[here], points=rises.points[here])
        known = weather_taken_in(known, {"park": [step]}, GROWN)
        known = weather_renewed(known, air) if to % 7 == 0 else known
    weeks = [
        {day: one for day, one in seen_of([rises], GROWN["park"]).items() if (day - FIRST) // 7 == week}
        for week in range(9)
    ]
    whole = Sums()
    for week in weeks:
        whole = sums_of(week, air).and_kept(whole, 0.98)
    assert known["park"].week == ()
    found = known["park"].sums
    assert [getattr(found, name) for name in Sums.__slots__] == pytest.approx(
        [getattr(whole, name) for name in Sums.__slots__], abs=1e-9
    )


def test_what_is_usual_comes_of_the_days_before() -> None:
    temperature, rain = np.full(40, 10.0), np.where(np.arange(40) % 2, 0.0, 25.0)
    temperature[30] = 14.0
    air = air_of(FIRST, temperature, rain)
    assert np.isnan(air.warmer[:14]).all(), "nobody knows yet what is usual"
    assert air.warmer[[14, 30]].tolist() == [0.0, 4.0]
    assert air.warmer[31] == pytest.approx(-4 / 28)
    assert air.wetter[[29, 30]].tolist() == [-0.5, 0.5], "half of the days are wet through"
    assert day_factors(Effect(warm=0.05, wet=-0.4), air)[30] == pytest.approx(np.exp(0.2 - 0.2))


def test_the_nearest_station_that_knows_a_day_speaks_for_it() -> None:
    temperature = np.stack([np.full(24 * 40, 10.0), np.full(24 * 40, 4.0)], axis=1)
    rain = np.stack([np.full(24 * 40, NAN), np.zeros(24 * 40)], axis=1)
    days = temperature.reshape(40, 24, 2)
    days[30:, :, 0], days[30:, :, 1] = 12.0, 5.0
    days[31, :6, 0] = NAN  # 18 hours are enough
    days[32, :7, 0] = NAN
    days[33, :3, 0] = 85.0  # a sensor at fault: the rest of the day counts
    air = air_near(FIRST, temperature, rain)
    assert air.warmer[[29, 30]].tolist() == [0.0, 2.0]
    assert air.warmer[31] == pytest.approx(2 - 2 / 28)
    assert air.warmer[32] == pytest.approx(1 - 2 / 28), "the second station against its own days"
    assert air.warmer[33] == pytest.approx(2 - 4 / 27)
    assert air.wetter[20:].tolist() == [0.0] * 20
    assert np.isnan(days[33, :3, 0]).sum() == 0, "what was read stays as it is"


@pytest.mark.parametrize("absurd", [NAN, 85.0, -127.0, float("inf")])
def test_what_cannot_be_counts_as_unknown(absurd: float) -> None:
    temperature, rain = sky(60)
    air = air_of(FIRST, temperature, rain)
    temperature[50], rain[51] = absurd, -1.0 if absurd < 0 else absurd * 10
    found = air_of(FIRST, temperature, rain)
    assert np.isnan(found.warmer[50])
    assert np.isnan(found.wetter[51])
    assert found.warmer[:50] == pytest.approx(air.warmer[:50], nan_ok=True)
    assert np.isfinite(found.warmer[51:]).all()
    assert np.isfinite(found.wetter[52:]).all()
    assert day_factors(TRUE, found)[50] == pytest.approx(np.exp(TRUE.wet * found.wetter[50])), "the rain still counts"


def test_a_gap_is_a_usual_day_and_the_last_departure_fades() -> None:
    air = Air(first=FIRST, warmer=np.array([NAN, 4.0, NAN, 4.0, NAN, NAN]), wetter=np.full(6, NAN))
    factors = day_factors(Effect(warm=0.1), air)
    assert factors == pytest.approx(np.exp([0, 0.4, 0, 0.4, 0.2, 0.1]))
    hours = hour_factors(Effect(warm=0.1), air, (FIRST - 1) * 24, 8 * 24)
    assert hours[::24] == pytest.approx([1, *factors, 1])
    hot = Air(first=FIRST, warmer=np.array([40.0]), wetter=np.array([0.9]))
    assert day_factors(Effect(warm=0.1, wet=0.6), hot) == pytest.approx([2.5])


def test_without_weather_growth_is_what_it_was() -> None:
    nothing = air_of(FIRST, np.full(90, NAN), np.full(90, NAN))
    for air in (nothing, air_of(0, np.empty(0), np.empty(0))):
        found = weathered(GROWN, {"park": TRUE}, air)
        assert all(found[group] is one for group, one in GROWN.items())
        assert sums_of(seen_of(rising(air_of(FIRST, *sky(60)), TRUE), GROWN["park"]), air) == Sums()


def test_growth_follows_the_weather_of_its_group() -> None:
    air = Air(first=FIRST + 1, warmer=np.array([5.0]), wetter=np.array([0.0]))
    found = weathered(GROWN, {"park": Effect(warm=0.06), "": Effect(warm=0.02)}, air)
    midnights = (FIRST + np.arange(3)) * DAY_S
    assert np.diff(found["park"].days(midnights)) == pytest.approx([1, np.exp(0.3)])
    assert np.diff(found["street"].days(midnights)) == pytest.approx([1, np.exp(0.1)])
