"""Moist air against published values, other people's tests and values computed another way.

The cases stand here; where the reference file lies beside the checkout, all of its cases are added.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.climate.surface import surface_humidity, surface_temperature
from hereabouts_platform.climate.vapour import absolute_humidity, dew_point, saturation_pressure, vapour_pressure

temperatures = st.floats(-30, 50)
humidities = st.floats(1, 100)

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "damp" / "reference_cases.json"
FILE: dict[str, Any] = json.loads(REFERENCE.read_text()) if REFERENCE.is_file() else {}
AIR: dict[str, Any] = FILE.get("psychrometrics", {})


def of_file(group: str, name: str) -> list[Any]:
    return AIR[group][name] if AIR else []


@pytest.mark.parametrize(("t", "pascals"), [(5, 872.6), (25, 3169.7), *of_file("ashrae_sat_pressure_Pa", "cases")])
def test_saturation_pressure_as_ashrae_tabulates_it(t: float, pascals: float) -> None:
    assert float(saturation_pressure(t)) == pytest.approx(pascals, rel=0.004)


@pytest.mark.parametrize(
    ("t", "rh", "expected", "within"),
    [
        *[(20, 60, 11.996, 0.001), (18, 65, 11.319, 0.001), (15, 80, 11.576, 0.001)],
        *[(*case, 0.04) for case in of_file("thermal_comfort_HA", "dew_point_T_RH")],  # by other coefficients
        *[(case[0], case[1], case[2], 0.062) for case in of_file("vaisala_grid", "cases_T_RH_DP_AH_PwhPa")],
    ],
)
def test_dew_point(t: float, rh: float, expected: float, within: float) -> None:
    assert float(dew_point(t, rh)) == pytest.approx(expected, abs=within)


@pytest.mark.parametrize(
    ("t", "rh", "expected", "within"),
    [
        *[(20, 60, 10.345, 0.001), (18, 65, 9.961, 0.001), (25, 50, 11.5128, 0.04), (15, 50, 6.40874, 0.04)],
        *[(20.52, 84.9, 15.1, 0.08), (20.63, 90.9, 16.2, 0.08)],
        *[(*case, 0.04) for case in of_file("thermal_comfort_HA", "abs_humidity_T_RH")],
        *[(*case, 0.08) for case in of_file("homelink_vendor_paired", "cases_T_RH_AH")],
        *[(case[0], case[1], case[3], 0.25) for case in of_file("vaisala_grid", "cases_T_RH_DP_AH_PwhPa")],
    ],
)
def test_absolute_humidity(t: float, rh: float, expected: float, within: float) -> None:
    assert float(absolute_humidity(t, rh)) == pytest.approx(expected, abs=within)


@pytest.mark.parametrize(
    ("t", "rh", "hectopascals"),
    [(20, 60, 14.022), *[(case[0], case[1], case[4]) for case in of_file("vaisala_grid", "cases_T_RH_DP_AH_PwhPa")]],
)
def test_vapour_pressure(t: float, rh: float, hectopascals: float) -> None:
    assert float(vapour_pressure(t, rh)) == pytest.approx(100 * hectopascals, rel=0.008)


@pytest.mark.parametrize(
    ("indoor", "rh", "outdoor", "outdoor_rh", "pascals"),
    [
        (20, 60, 5, 85, 661.1),
        (18, 65, 2, 90, 706.1),
        (21, 45, 8, 80, 260.7),
        *[
            (case["Ti"], case["RHi"], case["Te"], case["RHe"], case["vpx_Pa"])
            for case in FILE.get("vpx", {}).get("cases", [])
        ],
    ],
)
def test_vapour_pressure_excess(indoor: float, rh: float, outdoor: float, outdoor_rh: float, pascals: float) -> None:
    excess = vapour_pressure(indoor, rh) - vapour_pressure(outdoor, outdoor_rh)
    assert float(excess) == pytest.approx(pascals, rel=0.006)  # the cases use ISO 13788's coefficients


@pytest.mark.parametrize(
    ("indoor", "outdoor", "rh", "f_rsi", "surface", "expected"),
    [
        (20, 0, 50, 0.75, 15.0, 68.56),
        (20, 5, 60, 0.75, 16.25, 75.94),
        (18, 2, 65, 0.75, 14.0, 83.92),
        (15, 0, 70, 0.75, 11.25, 89.44),
        (20, 5, 60, 0.6, 14.0, 87.76),
        *[
            (case["Ti"], case["Te"], case["RHi"], case["fRsi"], case["Ts"], case["RHs"])
            for case in FILE.get("surface_rh_iso13788", {}).get("cases", [])
            if "Ts" in case
        ],
    ],
)
def test_surface_humidity(
    *, indoor: float, outdoor: float, rh: float, f_rsi: float, surface: float, expected: float
) -> None:
    assert float(surface_temperature(indoor, outdoor, f_rsi)) == pytest.approx(surface)
    assert float(surface_humidity(indoor, rh, outdoor, f_rsi)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("indoor", "outdoor", "rh", "calibration", "whole_percent"),
    [
        *[(20, 10, 50, 2, 68), (30, 10, 50, 2, 90), (30, 25, 50, 2, 57), (30, 25, 20, 2, 23)],
        *[(*c[:4], c[4]["state"]) for c in of_file("home_assistant_mold_indicator", "cases_Ti_Te_RH_calib_expect")],
    ],
)
def test_surface_humidity_as_home_assistant_truncates_it(
    indoor: float, outdoor: float, rh: float, calibration: float, whole_percent: int
) -> None:
    assert int(surface_humidity(indoor, rh, outdoor, 1 / calibration)) == whole_percent


@given(temperatures, humidities)
def test_air_at_its_dew_point_is_saturated(t: float, rh: float) -> None:
    assert float(saturation_pressure(dew_point(t, rh))) == pytest.approx(float(vapour_pressure(t, rh)), rel=1e-9)


@given(temperatures, temperatures, humidities)
def test_a_surface_as_warm_as_the_room_has_the_rooms_humidity(indoor: float, outdoor: float, rh: float) -> None:
    assert float(surface_humidity(indoor, rh, outdoor, 1.0)) == pytest.approx(rh, rel=1e-9)


@given(st.floats(10, 30), st.floats(-10, 10), humidities, st.floats(0.3, 0.9))
def test_a_colder_surface_is_damper(indoor: float, outdoor: float, rh: float, f_rsi: float) -> None:
    colder = float(surface_humidity(indoor, rh, outdoor, f_rsi - 0.1))
    assert colder >= float(surface_humidity(indoor, rh, outdoor, f_rsi))


def test_arrays_broadcast_and_nan_stays_nan() -> None:
    found = surface_humidity(np.array([[20.0], [18.0]]), np.array([60.0, math.nan, 50.0]), 5.0, 0.75)
    assert found.shape == (2, 3)
    assert np.isnan(found[:, 1]).all()
    assert not np.isnan(found[:, [0, 2]]).any()
