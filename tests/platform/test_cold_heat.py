"""Cold and heat by the hour, and what dies away overnight: vapour by air change, warmth by heat loss."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.climate.air_change import relative_air_change
from hereabouts_platform.climate.cold import BITTER, COLD, COOL, hours_below, longest_below, share_below
from hereabouts_platform.climate.heat import hot_night_hours, is_night, night_mean, overheats
from hereabouts_platform.climate.heat_loss import cooling_time_constant

NAN = math.nan


@given(st.floats(0.02, 0.6), st.floats(2, 10), st.floats(3, 9))
def test_air_change_is_found_again(rate: float, excess: float, outdoor: float) -> None:
    hours = np.arange(6)
    indoor = outdoor + np.column_stack((excess * np.exp(-rate * hours), np.full(6, NAN)))
    found = relative_air_change(indoor, np.full((6, 2), outdoor))
    told = int((excess * np.exp(-rate * hours) >= 0.5 + 1e-9).sum())
    assert math.isnan(found[1])
    assert math.isnan(found[0]) if told < 4 else found[0] == pytest.approx(rate, rel=1e-6)


@given(st.floats(5, 200), st.floats(-5, 10), st.sampled_from([None, 0, 3, 5]))
def test_time_constant_is_found_again_over_a_missing_hour(tau: float, outdoor: float, missing: int | None) -> None:
    indoor = outdoor + 15 * np.exp(-np.arange(7) / tau)
    if missing is not None:
        indoor[missing] = NAN
    assert float(cooling_time_constant(indoor, np.full(7, outdoor))) == pytest.approx(tau, rel=1e-6)


def test_a_room_that_does_not_cool_has_no_time_constant() -> None:
    warming = np.linspace(15.0, 17.0, 6)
    assert math.isnan(float(cooling_time_constant(warming, np.zeros(6))))
    assert math.isnan(float(cooling_time_constant(np.linspace(6.0, 5.0, 6), np.full(6, 4.0))))
    assert float(relative_air_change(warming, np.zeros(6))) < 0


def test_cold_hours() -> None:
    temperature = np.array([[17.9, 11.0], [15.9, NAN], [18.0, 11.9], [NAN, 12.0], [15.0, 5.0]])
    assert hours_below(temperature, COOL).tolist() == [3, 4]
    assert hours_below(temperature, COLD).tolist() == [2, 4]
    assert hours_below(temperature, BITTER).tolist() == [0, 3]
    assert share_below(temperature, COOL).tolist() == [0.75, 1.0]
    assert np.isnan(share_below(np.full((3, 1), NAN), COOL)).all()
    assert longest_below(temperature, COOL).tolist() == [2, 3]


def test_hot_nights() -> None:
    clock = np.arange(24)
    temperature = np.where((clock >= 22) | (clock < 7), 26.1, 30.0)
    assert int(is_night(clock).sum()) == 9
    assert int(hot_night_hours(temperature, clock)) == 9
    assert int(hot_night_hours(np.where(clock == 3, 26.0, temperature), clock)) == 8
    assert float(night_mean(np.where(clock == 3, NAN, temperature), clock)) == pytest.approx(26.1)
    assert math.isnan(float(night_mean(np.full(24, NAN), clock)))
    assert overheats([32, 33]).tolist() == [False, True]
