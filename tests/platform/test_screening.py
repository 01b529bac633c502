"""Criteria that look at averages and at lines over temperature and humidity, and the surfaces they are asked of.

Numbers: Zeng and others 2023 as ConSciR tabulates them; the Passive House Institute's fit; Johansson's group b at
20 degC; Approved Document F; U-values of walls. Worked out by hand from the formulae named there.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.climate.ashrae_160 import fails
from hereabouts_platform.climate.averages import MONTH, trailing_mean
from hereabouts_platform.climate.condensation import condensation_hours, condenses
from hereabouts_platform.climate.document_f import AIR, CRITERIA, RAISING, SURFACE
from hereabouts_platform.climate.isopleths import ZENG_LINES, johansson_limit, phi_growth, phi_limit, zeng_limit
from hereabouts_platform.climate.surface import (
    f_rsi_measured,
    f_rsi_needed,
    f_rsi_of_u_value,
    surface_humidity,
    surface_temperature,
)

NAN = math.nan


@pytest.mark.parametrize(("t", "expected"), [(5, 88.0), (10, 81.6), (15, 77.8), (20, 75.6), (25, 74.5)])
def test_lowest_isopleth(t: float, expected: float) -> None:
    assert float(zeng_limit(t)) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(("t", "expected"), [(10, 84.9), (20, 79.7), (25, 78.7)])
def test_where_growth_begins_by_the_passive_house_fit(t: float, expected: float) -> None:
    assert float(phi_limit(t)) == pytest.approx(expected, abs=0.06)
    assert float(phi_growth(t, phi_limit(t) - 1)) == 0
    assert float(phi_growth(t, phi_limit(t) + 10)) == pytest.approx(2.1)


def test_faster_growth_asks_for_more_humidity() -> None:
    lines = [float(zeng_limit(18.0, growth)) for growth in ZENG_LINES]
    assert lines == sorted(lines)
    assert float(johansson_limit(20.0, "b")) == pytest.approx(80.5, abs=0.05)
    assert float(johansson_limit(20.0, "a")) < float(johansson_limit(20.0, "e"))


def test_criteria_of_document_f() -> None:
    limits = {(one.medium, one.period.name): one.limit for one in CRITERIA}
    assert limits == {
        (AIR, "month"): 65,
        (AIR, "week"): 75,
        (AIR, "day"): 85,
        (SURFACE, "month"): 75,
        (SURFACE, "week"): 85,
        (SURFACE, "day"): 95,
    }
    assert {one.period.name for one in RAISING} == {"week", "day"}


def test_a_month_needs_twenty_days() -> None:
    humidity = np.full(30 * 24, 70.0)
    humidity[: 10 * 24] = math.nan
    assert trailing_mean(humidity, MONTH)[-1] == 70
    humidity[10 * 24 + 10 : 11 * 24] = math.nan
    assert math.isnan(trailing_mean(humidity, MONTH)[-1])


@pytest.mark.parametrize(
    ("t", "rh", "expected"),
    [(20, 80, True), (20, 79.9, False), (4.9, 95, False), (41, 95, False), (NAN, 95, False)],
)
def test_ashrae_160(t: float, rh: float, *, expected: bool) -> None:
    assert bool(fails(t, rh)) is expected


@pytest.mark.parametrize(
    ("u_value", "f_rsi"), [(2.1, 0.475), (1.6, 0.60), (1.0, 0.75), (0.5, 0.875)], ids=["brick", "1.6", "1.0", "0.5"]
)
def test_temperature_factor_of_a_wall(u_value: float, f_rsi: float) -> None:
    assert float(f_rsi_of_u_value(u_value)) == pytest.approx(f_rsi)


@pytest.mark.parametrize(
    ("indoor", "outdoor", "rh", "needed"),
    [(20, 0, 50, 0.631), (20, 5, 60, 0.696), (18, 2, 65, 0.796), (15, 0, 70, 0.863)],
)
def test_factor_that_keeps_a_surface_dry(*, indoor: float, outdoor: float, rh: float, needed: float) -> None:
    assert float(f_rsi_needed(indoor, rh, outdoor)) == pytest.approx(needed, abs=0.001)


@given(st.floats(14, 25), st.floats(40, 90), st.floats(-5, 8))
def test_at_the_factor_needed_a_surface_has_eighty_percent(indoor: float, rh: float, outdoor: float) -> None:
    at_surface = surface_humidity(indoor, rh, outdoor, f_rsi_needed(indoor, rh, outdoor))
    assert float(at_surface) == pytest.approx(80, abs=1e-6)


@given(st.floats(14, 25), st.floats(-5, 8), st.floats(0.3, 1.0))
def test_one_visit_measures_the_factor(indoor: float, outdoor: float, f_rsi: float) -> None:
    measured = f_rsi_measured(surface_temperature(indoor, outdoor, f_rsi), indoor, outdoor)
    assert float(measured) == pytest.approx(f_rsi, abs=1e-9)
    assert math.isnan(float(f_rsi_measured(indoor, indoor, indoor - 4.9)))


def test_condensation() -> None:
    """Dew point of 20 degC and 60 % is 11.996 degC."""
    surface = np.array([[11.9, 12.1], [11.99, 5.0], [math.nan, 12.0]])
    assert condenses(surface, 20.0, 60.0).tolist() == [[True, False], [True, True], [False, False]]
    assert condensation_hours(surface, 20.0, 60.0).tolist() == [2, 1]
