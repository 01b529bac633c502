"""Vapour excess, standardised; numbers of the Warm Front form and of ISO 13788's classes, worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.climate.excess import (
    class_limits,
    excess_line,
    humidity_class,
    standardised_excess,
    standardised_humidity,
    sum_days,
    vapour_excess,
)


@pytest.mark.parametrize(
    ("indoor", "rh", "outdoor", "outdoor_rh", "pascals"),
    [(20, 60, 5, 85, 661.1), (18, 65, 2, 90, 706.1), (21, 45, 8, 80, 260.7)],
)
def test_vapour_excess(*, indoor: float, rh: float, outdoor: float, outdoor_rh: float, pascals: float) -> None:
    found = vapour_excess(indoor, rh, outdoor, outdoor_rh)
    assert float(found) == pytest.approx(pascals, rel=0.006)  # the cases use ISO 13788's coefficients


@pytest.mark.parametrize(("vpx5", "expected"), [(100, 38.7), (300, 48.4), (600, 62.9), (900, 77.4)])
def test_standardised_humidity(vpx5: float, expected: float) -> None:
    assert float(standardised_humidity(vpx5)) == pytest.approx(expected, rel=0.003)  # the cases use ISO 13788's es


@given(st.floats(-300, 1500), st.floats(-60, 60), st.integers(14, 200))
def test_a_straight_line_is_found_again(intercept: float, slope: float, days: int) -> None:
    outdoor = np.linspace(-2.0, 12.0, days)
    summed = sum_days(outdoor, intercept + slope * outdoor)
    assert excess_line(summed) == pytest.approx((intercept, slope), abs=1e-6)
    assert float(standardised_excess(summed)) == pytest.approx(intercept + 5 * slope, abs=1e-6)


@pytest.mark.parametrize(
    ("days", "span", "tells"), [(14, 6.0, True), (13, 6.0, False), (14, 5.9, False), (0, 0.0, False)]
)
def test_too_few_or_too_steady_days_do_not_tell(days: int, span: float, *, tells: bool) -> None:
    outdoor = np.linspace(4.0, 4.0 + span, days)
    assert bool(np.isfinite(standardised_excess(sum_days(outdoor, outdoor * -10 + 300)))) is tells


def test_unknown_days_are_left_out_room_by_room() -> None:
    outdoor = np.tile(np.linspace(0.0, 10.0, 20)[:, np.newaxis], (1, 2))
    excess = np.column_stack((400 - 10 * outdoor[:, 0], np.full(20, math.nan)))
    excess[3, 0] = math.nan
    found = sum_days(outdoor, excess)
    assert found.days.tolist() == [19, 0]
    assert standardised_excess(found) == pytest.approx([350.0, math.nan], nan_ok=True)


def test_humidity_classes() -> None:
    assert class_limits(-5.0).tolist() == class_limits(0.0).tolist() == [270.0, 540.0, 810.0, 1080.0]
    assert class_limits(10.0) == pytest.approx([135.0, 270.0, 405.0, 540.0])
    assert class_limits(25.0).tolist() == [0.0] * 4
    assert humidity_class([100.0, 300.0, 600.0, 900.0, 1200.0, math.nan], 0.0).tolist() == [1, 2, 3, 4, 5, 0]
    assert humidity_class([300.0], [10.0]).tolist() == [3]
