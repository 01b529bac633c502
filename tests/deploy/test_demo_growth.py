"""The town's own measure of mould: by hand for steady surfaces, and what it does over time."""

import numpy as np
import pytest

from hereabouts_deploy.demo.growth import grow


def index_after(days: int, temperature: float, humidity: float, critical: float = 45.0) -> float:
    growth = grow(np.full((days, 1), temperature), np.full((days, 1), humidity), np.array([critical]))
    return float(growth.index[-1, 0])


def test_a_day_at_ninety_percent_and_twenty_degrees_counts_one() -> None:
    assert index_after(45, 20, 90) == pytest.approx(1)
    assert index_after(90, 20, 90) == pytest.approx(2)


@pytest.mark.parametrize(
    ("temperature", "humidity", "a_day"),
    [
        (20, 97, 3.2002),
        (10, 90, 0.5987),
        (15, 85, 0.3327),
        (20, 80, 0.1605),
        (20, 75, 0.0589),
        (20, 67, 0),
        (20, 40, 0),
    ],
)
def test_steady_surfaces_by_hand(temperature: float, humidity: float, a_day: float) -> None:
    """(humidity/90)^15.53 times (temperature/20)^0.74, worked out apart; dry ones never begin."""
    assert index_after(10, temperature, humidity, critical=1.0) == pytest.approx(10 * a_day, abs=2e-3)


def test_dry_spells_and_frost_take_back_but_not_below_nothing() -> None:
    humidity = np.array([[90.0]] * 10 + [[50.0]] * 8 + [[90.0]] * 1)
    index = grow(np.full((19, 1), 20.0), humidity, np.array([1.0])).index[:, 0]
    assert index[9] == pytest.approx(10)
    assert index[17] == pytest.approx(10 - 8 * 0.5)
    assert index[18] == pytest.approx(7)
    assert index_after(30, -5, 99) == 0


def test_it_says_from_which_day_on_mould_held() -> None:
    temperature, humidity = np.full((60, 2), 20.0), np.column_stack([np.full(60, 90.0), np.full(60, 60.0)])
    held = grow(temperature, humidity, np.array([45.0, 45.0])).held_from()
    assert held[0] == 44
    assert np.isinf(held[1])
