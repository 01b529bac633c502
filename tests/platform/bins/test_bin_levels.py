"""Levels of bins: what a sensor says, what of it is believed, and a zero that crews correct."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.bins.level import Doubt, Mount, from_distance, from_fill_level, mount_of, site_level
from hereabouts_platform.bins.zero import MOST, Zero, corrected
from hereabouts_schemas.errors import InputError

HOUR_S = 3600
MOUNT = Mount(depth_mm=1000, full_mm=200)


def hours(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int64) * HOUR_S


def doubts(distances: list[float], temperature: list[float] | None = None) -> list[Doubt]:
    warm = None if temperature is None else np.array(temperature)
    levels = from_distance(hours(len(distances)), np.array(distances), MOUNT, temperature=warm)
    return [Doubt(one) for one in levels.doubt]


def test_a_distance_is_a_level_by_depth_and_line_of_full() -> None:
    levels = from_distance(hours(4), np.array([1000.0, 800, 600, 500]), MOUNT)
    assert levels.percent.tolist() == [25, 25, 50, 50]  # medians of three: 0, 25, 50, 62.5
    assert not levels.full.any()


def test_at_the_line_and_above_it_is_full_or_more_and_says_so() -> None:
    levels = from_distance(hours(3), np.array([210.0, 190, 150]), MOUNT)
    assert levels.full.all()
    assert levels.percent.max() == 100
    assert not levels.says(), "nothing is doubted"


def test_a_deployment_without_depth_means_no_level() -> None:
    assert mount_of({"room": "yard"}) is None
    assert mount_of({"bin_depth_mm": 1200}) == Mount(depth_mm=1200)


@pytest.mark.parametrize(
    "mount",
    [
        {"bin_depth_mm": "deep"},
        {"bin_depth_mm": 0},
        {"bin_depth_mm": 900, "bin_full_mm": 900},
        {"bin_depth_mm": True},
        {"bin_depth_mm": 900, "bin_full_mm": -1},
    ],
)
def test_a_mount_that_cannot_be_is_refused(mount: dict[str, object]) -> None:
    with pytest.raises(InputError, match="bin_"):
        mount_of(mount)


def test_what_is_not_believed_has_a_name() -> None:
    assert doubts([800, 65_535, 800, 780])[1] is Doubt.SENTINEL
    assert doubts([800, 1900, 800, 780])[1] is Doubt.RANGE
    assert doubts([800, 300, 790, 780])[1] is Doubt.SPIKE
    assert doubts([800, 900, 790, 780], [20, 45, 20, 20])[1] is Doubt.TEMPERATURE
    assert doubts([800, 790, 785, 780], [20, -127, 20, 20])[1] is Doubt.TEMPERATURE
    assert doubts([800, 790, 785, 780], [20, np.nan, 20, 20]) == [Doubt.NONE] * 4


def test_full_at_one_stroke_right_at_the_lens_is_blocked_and_full_by_filling_is_not() -> None:
    assert doubts([900, 890, 30, 30, 31, 30, 860])[2:6] == [Doubt.BLOCKED] * 4
    assert doubts([600, 450, 300, 150, 50, 50, 50]) == [Doubt.NONE] * 7


def test_a_sensor_that_says_per_cent_is_judged_as_well() -> None:
    levels = from_fill_level(hours(6), np.array([40.0, 41, 99.5, 99.5, 99.5, 42]))
    assert levels.counts == {Doubt.BLOCKED: 3}
    assert levels.says().startswith("3 of its last 6 readings are not believed: 3 × full at one stroke")


def test_nothing_believed_is_said_and_is_no_level() -> None:
    levels = from_distance(hours(2), np.array([0.0, 65_535]), MOUNT)
    assert "Nothing that the sensor says can be believed" in levels.says()


@given(st.lists(st.floats(-1e5, 1e5) | st.sampled_from([np.nan, np.inf, -np.inf]), max_size=30), st.floats(0, 40))
def test_every_reading_has_a_level_or_a_doubt(distances: list[float], zero: float) -> None:
    levels = from_distance(hours(len(distances)), np.array(distances, dtype=np.float64), MOUNT, zero=zero)
    assert (np.isnan(levels.percent) == ~levels.believed).all()
    known = levels.percent[levels.believed]
    assert ((known >= 0) & (known <= 100)).all()


def test_containers_of_a_site_count_by_their_litres_and_unknown_ones_not() -> None:
    assert site_level(np.array([100.0, 0, np.nan]), np.array([300.0, 100, 800])) == 75
    assert np.isnan(site_level(np.array([np.nan]), np.array([300.0])))


def test_not_full_moves_the_zero_half_way_and_a_full_bin_stays_full() -> None:
    once = corrected(Zero(), 65)
    assert once.points == pytest.approx(25)  # half of the way to the zero at which 65 shows as 30
    levels = from_fill_level(hours(3), np.array([65.0, 65, 65]), zero=once.points)
    assert levels.percent[0] == pytest.approx(53.33, abs=0.01)
    assert from_fill_level(hours(3), np.full(3, 100.0), zero=once.points).full.all()
    assert "25 points" in once.says()


def test_a_crew_that_agrees_with_the_sensor_changes_nothing() -> None:
    assert corrected(Zero(points=5, told=1), 20) == Zero(points=5, told=1)
    assert corrected(Zero(), float("nan")) == Zero()
    assert not Zero().says()


@given(st.lists(st.floats(0, 100), max_size=20))
def test_the_zero_never_goes_beyond_its_bound(shown: list[float]) -> None:
    zero = Zero()
    for one in shown:
        zero = corrected(zero, one)
        assert 0 <= zero.points <= MOST
        assert zero.at_bound == (zero.points == MOST)
