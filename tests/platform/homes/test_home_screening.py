"""Published screens of a surface and the class of a room's moisture, against the limits they name."""

import numpy as np
import pytest

from hereabouts_platform.homes.screening import FEWEST_HOURS, say_class, say_screening, screen


def test_hours_are_counted_against_each_limit() -> None:
    # at 20 degC the limits are 75.6 (Zeng), 79.7 (Passive House) and 80.5 % (Johansson, group b)
    humidity = np.repeat([70.0, 77.0, 80.0, 90.0], 60)
    found = screen(np.full(240, 20.0), humidity)
    assert found is not None
    assert (found.hours, found.lowest, found.growing, found.material) == (240, 0.75, 0.5, 0.25)
    assert found.growth == pytest.approx((21 * (0.8 - 0.797135) + 21 * (0.9 - 0.797135)) / 4, rel=1e-3)
    said = say_screening(found)
    assert "in 75 % above the lowest line at which mould grows (Zeng 2023), in 25 % above" in said
    assert said.endswith("in 50 % mould would have grown by the Passive House Institute’s fit, 0.6 mm a day over all.")


def test_a_few_hours_and_unknown_ones_say_nothing() -> None:
    hours = np.full(FEWEST_HOURS, 20.0)
    assert screen(hours, np.full(FEWEST_HOURS, 80.0)) is not None
    hours[3] = np.nan
    assert screen(hours, np.full(FEWEST_HOURS, 80.0)) is None
    assert screen([], []) is None


def test_the_class_of_a_rooms_moisture() -> None:
    # at 5 degC outdoors classes end at 202, 405, 608 and 810 Pa
    for excess, of in ((100.0, 1), (300.0, 2), (600.0, 3), (640.0, 4), (900.0, 5)):
        assert f"{excess:.0f} Pa, class {of} of 5 by ISO 13788" in say_class(excess)
    assert say_class(None) == say_class(float("nan")) == ""
