"""Weekdays and hours learnt of readings: what was put in comes out again."""

import numpy as np
import pytest

from hereabouts_platform.bins.growth import Habit
from hereabouts_platform.bins.profile import profile_of, rises_of, with_profile

HOUR_S, MONDAY = 3600, 1_736_121_600  # 6 January 2025


def filling(days: int, every: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A bin that fills by day alone, twice as fast at weekends, emptied each Monday."""
    hour = np.arange(days * 24 + 1)
    rate = np.where((hour % 24 >= 6) & (hour % 24 < 18), 0.8, 0.0) * np.where(hour // 24 % 7 >= 5, 2.0, 1.0)
    total = 5 + np.concatenate([[0.0], np.cumsum(rate[:-1])])
    level = total - (total - 5)[hour // 168 * 168]
    times = (MONDAY + hour * HOUR_S)[::every]
    return times, level[::every], MONDAY + np.arange(days // 7 + 1) * 168 * HOUR_S - 60


@pytest.mark.parametrize("every", [1, 2])
def test_a_profile_is_found_again(every: int) -> None:
    found = with_profile(Habit(), profile_of([rises_of(*filling(70, every))]))
    assert np.mean(found.hour[6:18]) == pytest.approx(2.0, abs=0.15)
    assert max(found.hour[20:]) < 0.4
    assert np.mean(found.weekday[5:]) / np.mean(found.weekday[:5]) == pytest.approx(2.0, abs=0.25)


def test_emptyings_gaps_and_ends_of_the_scale_are_no_rises() -> None:
    times = MONDAY + HOUR_S * np.array([0, 1, 2, 3, 4, 5, 20, 21, 22])
    levels = np.array([10.0, 20.0, 30.0, 4.0, 9.0, 14.0, 60.0, 99.0, 100.0])
    rises = rises_of(times, levels, np.array([times[2] + 60]))
    assert rises.points.tolist() == [10.0, 5.0]


def test_nothing_seen_is_nothing_learnt() -> None:
    times = MONDAY + HOUR_S * np.arange(3)
    assert with_profile(Habit(), profile_of([rises_of(times, np.zeros(3), times[:0])])) == Habit()
    assert with_profile(Habit(), profile_of([])) == Habit()
