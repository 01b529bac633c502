"""Proof of fix on rooms made up by a line and noise that remembers the day before: what was put in comes out."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.homes.proof import (
    COLD,
    HEAT,
    MEASURES_OF,
    SURFACE_HUMIDITY,
    VAPOUR_EXCESS,
    Change,
    Measure,
    RoomDays,
    Verdict,
    weather_matched,
)
from hereabouts_platform.homes.proof_words import say_change, say_sure, say_watch
from hereabouts_platform.homes.relapse import WatchState, relapse_watch
from hereabouts_platform.homes.student import below, quantile

BEFORE, WORKS, AFTER = date(2026, 11, 2), date(2026, 12, 21), date(2026, 12, 22)


def room(first: date, days: int, level: float, seed: int, *, warmer: float = 0.0, noise: float = 60.0) -> RoomDays:
    """Days of vapour excess: `level` at 5 degC, 12 Pa less for each degree more, with noise of correlation 0.5."""
    random = np.random.default_rng(seed)
    outdoor = 6 + warmer + 3 * random.standard_normal(days)
    drift = np.zeros(days)
    for n in range(days):
        drift[n] = (0.5 * drift[n - 1] if n else 0.0) + np.sqrt(0.75) * random.standard_normal()
    day = np.datetime64(first, "D") + np.arange(days)
    return RoomDays(day=day, outdoor=outdoor, value=level - 12 * (outdoor - 5) + noise * drift)


def shifted(days: RoomDays, by: float) -> RoomDays:
    return RoomDays(day=days.day, outdoor=days.outdoor, value=days.value + by)


def test_a_room_that_was_dried_is_better_in_the_same_weather() -> None:
    """The weeks after are 4 K warmer, which alone would have taken 48 Pa off."""
    change = weather_matched(room(BEFORE, 49, 620, 1), room(AFTER, 56, 320, 2, warmer=4), VAPOUR_EXCESS)
    assert change.verdict is Verdict.BETTER
    assert change.low < -300 < change.high
    assert change.sure > 0.999
    assert change.at_outdoor == 5.0
    assert change.before == pytest.approx(620, abs=40)
    said = say_change(change)
    assert said.startswith("Better: at 5 °C outdoors the moisture added to the air is ")
    assert "less than before (between" in said
    assert "Practically certain." in said
    assert f"{change.days_before} days before and {change.days_after} after" in said


def test_warmer_weather_is_no_proof() -> None:
    """The mean alone falls by 60 Pa; the room is as it was."""
    before, after = room(BEFORE, 60, 600, 3, noise=20), room(AFTER, 60, 600, 4, warmer=5, noise=20)
    assert before.value.mean() - after.value.mean() > 40
    change = weather_matched(before, after, VAPOUR_EXCESS)
    assert change.verdict is Verdict.NO_DIFFERENCE
    assert say_change(change).startswith("No difference that matters: at 5 °C outdoors")


def test_worse_is_said_too_and_more_is_better_for_warmth() -> None:
    worse = weather_matched(room(BEFORE, 49, 300, 5), room(AFTER, 49, 600, 6), VAPOUR_EXCESS)
    assert (worse.verdict, say_change(worse)[:6]) == (Verdict.WORSE, "Worse:")
    cold, warm = room(BEFORE, 40, 15, 7, noise=0.5), room(AFTER, 40, 18, 8, noise=0.5)
    assert weather_matched(cold, warm, COLD).verdict is Verdict.BETTER
    assert weather_matched(cold, warm, HEAT).verdict is Verdict.WORSE


def test_days_of_other_weather_are_not_compared() -> None:
    before, after = room(BEFORE, 60, 600, 9), room(AFTER, 60, 300, 10, warmer=14)
    change = weather_matched(before, after, VAPOUR_EXCESS)
    assert change.verdict is Verdict.CANNOT_SAY
    assert "when the season brings such days again" in say_change(change)


def test_too_few_valid_days_cannot_say() -> None:
    before, after = room(BEFORE, 40, 600, 11), room(AFTER, 40, 300, 12)
    after.value[10:] = np.nan
    change = weather_matched(before, after, VAPOUR_EXCESS)
    assert change.verdict is Verdict.CANNOT_SAY
    assert say_change(change) == "Cannot say yet. 40 valid days before and 10 after; 14 of each are needed."
    assert np.isnan(change.change)
    empty = after.between(np.datetime64("2020-01-01"), np.datetime64("2020-01-02"))
    assert weather_matched(before, empty, VAPOUR_EXCESS).verdict is Verdict.CANNOT_SAY


def test_a_small_change_in_noise_cannot_be_said() -> None:
    change = weather_matched(room(BEFORE, 20, 600, 13, noise=150), room(AFTER, 20, 570, 14, noise=150), VAPOUR_EXCESS)
    assert change.verdict is Verdict.CANNOT_SAY
    said = say_change(change)
    assert "The odds that it is better are" in said
    assert "anything from" in said


def test_a_room_without_noise_is_certain() -> None:
    change = weather_matched(room(BEFORE, 30, 600, 15, noise=0), room(AFTER, 30, 400, 16, noise=0), VAPOUR_EXCESS)
    assert change.change == pytest.approx(-200)
    assert say_sure(change) == "Practically certain."


def test_the_interval_holds_what_was_put_in_as_often_as_it_says() -> None:
    """A shift of 100 Pa in 300 rooms: the 95 % interval holds it in nine of ten at least, remembering noise and all."""
    held = 0
    for seed in range(300):
        change = weather_matched(room(BEFORE, 45, 600, seed), room(AFTER, 45, 500, 1000 + seed), VAPOUR_EXCESS)
        held += change.low <= -100 <= change.high
    assert 0.90 <= held / 300 <= 0.995


@given(st.integers(0, 10_000), st.floats(-400, 400))
@settings(max_examples=40, deadline=None)
def test_what_is_added_afterwards_is_found_to_the_last_digit(seed: int, added: float) -> None:
    before, after = room(BEFORE, 30, 600, seed), room(AFTER, 30, 600, seed + 1)
    one, two = (weather_matched(before, each, VAPOUR_EXCESS) for each in (after, shifted(after, added)))
    assert two.change - one.change == pytest.approx(added, abs=1e-6)
    back = weather_matched(shifted(after, added), before, VAPOUR_EXCESS)
    assert back.change == pytest.approx(-two.change, abs=1e-6)
    assert back.sure == pytest.approx(1 - two.sure, abs=1e-9)


@pytest.mark.parametrize(
    ("share", "freedom", "value"),
    # Published tables of the distribution.
    [(0.975, 5, 2.571), (0.975, 10, 2.228), (0.975, 30, 2.042), (0.95, 10, 1.812), (0.9, 20, 1.325)],
)
def test_student(share: float, freedom: float, value: float) -> None:
    assert quantile(share, freedom) == pytest.approx(value, abs=0.004)
    assert below(value, freedom) == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize("measure", [measure for measures in MEASURES_OF.values() for measure in measures])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_of_every_measure_has_words(measure: Measure, verdict: Verdict) -> None:
    change = Change(
        measure=measure, verdict=verdict, days_before=20, days_after=20,
        at_outdoor=5.0, before=50.0, after=40.0, change=-10.0, low=-15.0, high=-5.0, sure=0.9,
    )  # fmt: skip
    said = say_change(change)
    assert measure.title in said
    assert "20 days before" in said


def watched(levels: list[str], level: float = 320, late: float | None = None, today: int | None = None):
    """The watch over a room of 620 Pa that the works brought to `level`; `late` Pa in its last 28 days."""
    days = len(levels)
    after = room(AFTER, days, level, 2)
    if late is not None:
        after.value[-28:] += late - level
    return relapse_watch(
        room(BEFORE, 49, 620, 1),
        after,
        levels,
        VAPOUR_EXCESS,
        works_done=WORKS,
        today=WORKS + timedelta(days=days if today is None else today),
    )


def test_a_room_that_stays_dry_has_held_after_90_days() -> None:
    assert watched(["ok"] * 40).state is WatchState.WATCHING
    held = watched(["ok"] * 90)
    assert held.state is WatchState.HELD
    assert say_watch(held) == "It has held. It did not come back in 90 days, 90 of them measured."
    assert str(held.until) == "2027-03-21"


def test_a_level_that_fades_is_no_relapse_and_one_that_begins_anew_is() -> None:
    assert watched(["act"] * 12 + ["watch"] * 30).state is WatchState.WATCHING
    back = watched(["act"] * 5 + ["ok"] * 20 + ["no_data"] * 3 + ["act"] * 2)
    assert (back.state, str(back.on)) == (WatchState.RELAPSED, "2027-01-19")
    assert watched(["no_data"] * 5 + ["act"] * 5).state is WatchState.WATCHING


def test_a_gain_that_is_lost_in_the_same_weather_is_a_relapse() -> None:
    lost = watched(["ok"] * 84, late=560)
    assert lost.state is WatchState.RELAPSED
    assert "of what the works gained is gone in the last 28 days" in lost.reason
    assert watched(["ok"] * 84, late=380).state is WatchState.WATCHING


def test_a_silent_room_has_not_held() -> None:
    silent = watched(["ok"] * 30 + ["no_data"] * 60)
    assert (silent.state, silent.days_seen) == (WatchState.CANNOT_SAY, 30)
    assert say_watch(silent).startswith("Cannot say whether it has held. Only 30 of 90 days")


def test_surface_humidity_is_said_in_points() -> None:
    before, after = room(BEFORE, 40, 84, 20, noise=2), room(AFTER, 40, 70, 21, noise=2)
    said = say_change(weather_matched(before, after, SURFACE_HUMIDITY))
    assert "points less than before" in said
    assert "% now and" in said
