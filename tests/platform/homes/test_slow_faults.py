"""Drift and moves, on made-up rooms: what creeps on a line, what no room can hold, what hangs elsewhere now."""

from dataclasses import replace

import made_rooms
import numpy as np
import pytest

from hereabouts_platform.homes.assess import Series, assess_series
from hereabouts_platform.homes.faults import standing_faults
from hereabouts_platform.homes.features import RoomKind
from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.record import DRIFT
from hereabouts_platform.homes.rooms import rooms_of

DAYS = 60
HOURS = np.arange(DAYS * 24)
SINCE = 20  # days
RAMP = np.maximum(0.0, HOURS / 24 - SINCE)


def two_rooms(seed: int = 1) -> Series:
    """A bedroom and a living room of one home, both well."""
    return made_rooms.series(DAYS, rooms=2, excess=np.array([300.0, 250.0]), seed=seed)


def with_first(series: Series, *, humidity: np.ndarray | None = None, temperature: np.ndarray | None = None) -> Series:
    """Other readings in the first room."""
    warm, damp = series.temperature.copy(), series.humidity.copy()
    warm[:, 0] = warm[:, 0] if temperature is None else temperature
    damp[:, 0] = damp[:, 0] if humidity is None else np.clip(humidity, 5, 100)
    return replace(series, temperature=warm, humidity=damp)


def run(series: Series, home: tuple[int, ...] = (0, 0)) -> tuple[np.ndarray, np.ndarray]:
    """Days on which drift stood in each room, and whether each was asked if it was moved."""
    rooms = rooms_of([RoomKind.BEDROOM, RoomKind.LIVING_ROOM], home=list(home))
    drift, moved = [], []
    for record in assess_series(series, rooms):
        drift.append(standing_faults(record, LIMITS.sensor)[:, DRIFT])
        moved.append(record["moved_day"] == record["day"])
    return np.array(drift), np.array(moved).any(axis=0)


def test_rooms_that_are_well_neither_drift_nor_move() -> None:
    drift, moved = run(two_rooms())
    assert not drift.any()
    assert not moved.any()


@pytest.mark.parametrize("a_day", [0.5, -0.5])
def test_what_creeps_on_a_line_against_the_other_room_drifts(a_day: float) -> None:
    series = two_rooms()
    drift, _ = run(with_first(series, humidity=series.humidity[:, 0] + a_day * RAMP))
    assert drift[SINCE + 32, 0]
    assert not drift[:SINCE].any()
    assert not drift[:, 1].any()


def test_a_leak_that_comes_in_a_step_does_not_drift() -> None:
    series = two_rooms()
    soaks = 18 * (1 - np.exp(-RAMP / 4))
    drift, _ = run(with_first(series, humidity=series.humidity[:, 0] + soaks))
    assert not drift.any()


def test_more_vapour_than_a_room_can_hold_drifts_without_another_room() -> None:
    series = two_rooms()
    drift, _ = run(with_first(series, humidity=series.humidity[:, 0] + 4 * RAMP), home=(0, 1))
    assert drift[-1, 0]
    assert not drift[:, 1].any()


def test_a_sensor_put_on_a_sill_is_asked_about_and_its_neighbour_is_not() -> None:
    series = two_rooms()
    colder = series.temperature[:, 0] - np.where(RAMP > 0, 6.0, 0.0)
    _, moved = run(with_first(series, temperature=colder))
    assert moved.tolist() == [True, False]


def test_heating_that_fails_in_the_whole_home_is_no_move() -> None:
    series = two_rooms()
    colder = series.temperature - np.where(RAMP > 0, 6.0, 0.0)[:, np.newaxis]
    _, moved = run(replace(series, temperature=colder))
    assert not moved.any()
