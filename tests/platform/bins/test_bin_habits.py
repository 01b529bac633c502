"""Habits learnt from surprises, and a calendar that cannot be."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from hereabouts_platform.bins.calendar import Calendar, Event, hours_of
from hereabouts_platform.bins.growth import Habit, growth_of, growths
from hereabouts_platform.bins.habits import best_exponent, learnt_habit
from hereabouts_schemas.errors import InputError

HOUR_S, DAY_S = 3600, 86_400
BEGIN = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
SCHOOL = Calendar(school_holidays=((date(2026, 7, 20), date(2026, 8, 31)),))
HOURS = hours_of(SCHOOL, BEGIN // HOUR_S, 24 * 100)


def test_a_habit_is_found_again_in_what_was_surprising() -> None:
    """Emptyings of a town whose weekends, evenings and school holidays are busier, foretold by an even habit."""
    rng = np.random.default_rng(3)
    true = Habit(weekday=(1, 1, 1, 1, 1, 2, 2), hour=(1,) * 18 + (2,) * 6, school_holiday=1.5)
    even = Habit()
    since = BEGIN + rng.integers(0, 95 * DAY_S, 4000)
    until = since + rng.integers(6 * HOUR_S, 4 * DAY_S, 4000)
    found, foretold = (growth_of(one, SCHOOL, HOURS, "") for one in (true, even))
    grown = found.days(until) - found.days(since)
    surprise = grown * rng.normal(1, 0.2, 4000) / (foretold.days(until) - foretold.days(since)) - 1
    learnt = learnt_habit(even, HOURS, since, until, surprise, holidays=True)
    assert learnt.weekday[5] / learnt.weekday[1] == pytest.approx(2, rel=0.2)
    assert learnt.hour[20] / learnt.hour[3] == pytest.approx(2, rel=0.25)
    assert learnt.school_holiday == pytest.approx(1.5, rel=0.15)
    assert learnt.bank_holiday == pytest.approx(1, abs=0.15)  # one, 31 August, like any day


def test_few_surprises_teach_little() -> None:
    since = BEGIN + DAY_S * np.array([0, 5, 9])
    learnt = learnt_habit(Habit(), HOURS, since, since + DAY_S, np.array([2.0, -0.5, 0.3]), holidays=False)
    assert np.abs(np.array(learnt.weekday) - 1).max() < 0.3
    assert learnt.school_holiday == 1


def test_the_bend_with_the_least_error_is_taken() -> None:
    assert best_exponent(lambda habit: abs(habit.exponent - 0.52), Habit()).exponent == 0.5


def test_an_event_fills_the_bins_of_its_groups() -> None:
    fair = Event(
        name="fair",
        from_at=datetime(2026, 6, 2, tzinfo=UTC),
        to_at=datetime(2026, 6, 3, tzinfo=UTC),
        factor=3,
        groups=("park",),
    )
    span = (BEGIN, BEGIN + 3 * DAY_S)
    grown = growths({}, ["park", "street"], Calendar(events=(fair,)), span)
    days = {group: np.diff(grown[group].days(BEGIN + DAY_S * np.arange(4))).round(6).tolist() for group in grown}
    assert days == {"park": [1, 3, 1], "street": [1, 1, 1]}


def test_a_calendar_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="nation"):
        Calendar(nation="FR")
    noon = datetime(2026, 6, 2, 12, tzinfo=UTC)
    with pytest.raises(InputError, match="events"):
        Calendar(events=(Event(name="gone", from_at=noon, to_at=noon, factor=2),))
    with pytest.raises(InputError, match="Give a factor above 0"):
        growths({}, ["street"], Calendar(), (BEGIN, BEGIN + DAY_S))["street"].weighted(np.zeros(24))
