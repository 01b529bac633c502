"""Readings that are not believed. Examples are of HeatHack's recordings (CC BY-SA 4.0), five minutes apart."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.sensor_truth.hours import HOUR_S, hourly_means, suspicious
from hereabouts_platform.sensor_truth.readings import WORDS, Cleaned, Doubt, clean

NAN = math.nan
NIGHT = 1_700_000_000 // HOUR_S * HOUR_S


def judged(*pairs: tuple[float, float], every: int = 300) -> list[Doubt]:
    """What is thought of readings one after the other."""
    temperature, humidity = np.array(pairs, dtype=float).T
    times = NIGHT + every * np.arange(len(pairs))
    return [Doubt(code) for code in clean(times, temperature, humidity).doubt]


DOUBTED = {
    "a sign turned round": ((16, 78), (-16, 2), (16, 78), Doubt.SIGN),
    "a sign turned round within what a room can be": ((4, 80), (-3.5, 60), (4, 80), Doubt.SIGN),
    "a sentinel": ((11, 57), (120, 0), (11, 57), Doubt.SENTINEL),
    "two sentinels of another kind": ((14, 43), (120, 120), (14, 44), Doubt.SENTINEL),
    "colder than any room": ((8, 85), (-24, 44), (8, 85), Doubt.RANGE),
    "the sun on the sensor": ((18, 70), (47.4, 20), (18, 70), Doubt.RANGE),
    "drier than air can be in a home": ((8, 75), (8, 4), (8, 75), Doubt.RANGE),
    "a jump of temperature": ((14, 72), (-2, 27), (14, 72), Doubt.SPIKE),
    "a jump of both": ((17, 86), (13, 51), (17, 86), Doubt.SPIKE),
}


@pytest.mark.parametrize("case", DOUBTED.values(), ids=DOUBTED)
def test_a_reading_that_cannot_be(
    case: tuple[tuple[float, float], tuple[float, float], tuple[float, float], Doubt],
) -> None:
    before, one, after, doubt = case
    assert judged(before, before, one, after, after) == [Doubt.NONE, Doubt.NONE, doubt, Doubt.NONE, Doubt.NONE]


BELIEVED = {
    "a shower": ((21, 55), (21, 88), (21, 56)),
    "a shower that dries slowly": ((21, 55), (22, 92), (22, 80)),
    "a heater switched on": ((12, 70), (18, 55), (19, 54)),
    "a kettle by the sensor": ((15, 56), (15, 87), (15, 58)),
    "a cold porch": ((1, 85), (-1, 88), (1, 85)),
    "temperature alone was read": ((18, NAN), (19, NAN), (18, NAN)),
    "humidity alone was read": ((NAN, 40), (NAN, 80), (NAN, 40)),
}


@pytest.mark.parametrize("case", BELIEVED.values(), ids=BELIEVED)
def test_a_reading_that_may_well_be(case: tuple[tuple[float, float], ...]) -> None:
    assert set(judged(*case)) == {Doubt.NONE}


def test_what_lies_half_an_hour_apart_is_no_spike() -> None:
    assert set(judged((20, 50), (12, 60), (20, 50), every=1800)) == {Doubt.NONE}
    assert judged((20, 50), (12, 60), (20, 50), every=1200)[1] is Doubt.SPIKE


def test_neighbours_of_a_reading_are_those_that_can_be() -> None:
    """Sentinels on both sides make no spike of a good reading, nor hide one."""
    assert judged((120, 0), (11, 56), (120, 0), (11, 56), (120, 0))[1::2] == [Doubt.NONE, Doubt.NONE]
    assert judged((11, 56), (120, 0), (20, 56), (120, 0), (11, 56), every=200)[2] is Doubt.SPIKE


def test_counts_say_why() -> None:
    found = clean(np.arange(4) * 300, np.array([16.0, -16.0, 16.0, 120.0]), np.array([78.0, 2.0, 78.0, 0.0]))
    assert found.counts == {Doubt.SENTINEL: 1, Doubt.SIGN: 1}
    assert found.believed.tolist() == [True, False, True, False]
    assert set(WORDS) == set(Doubt) - {Doubt.NONE}


def test_hourly_means() -> None:
    times = NIGHT + np.array([0, 1800, 3599, 3600, 3 * 3600, -1, 4 * 3600])
    values = np.array([1.0, 2.0, 6.0, NAN, 5.0, 100.0, 100.0])
    doubt = np.zeros(7, dtype=np.uint8)
    means, counts = hourly_means(times, values, Cleaned(doubt=doubt), NIGHT // HOUR_S, 4)
    assert means.tolist() == pytest.approx([3.0, NAN, NAN, 5.0], nan_ok=True)
    assert counts.tolist() == [3, 0, 0, 1]
    doubt[2] = Doubt.SPIKE
    assert hourly_means(times, values, Cleaned(doubt=doubt), NIGHT // HOUR_S, 4)[0][0] == 1.5


@given(st.data())
@settings(max_examples=300)
def test_an_hour_that_is_not_suspicious_is_the_same_cleaned(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    times = NIGHT + np.cumsum(random.integers(1, random.choice([300, 900, 2400, 5000]), count))
    temperature = random.choice([random.uniform(-1, 2), 16.0]) + random.normal(0, 0.3, count)
    humidity = 60 + random.normal(0, 2, count)
    odd = random.random(count) < random.choice([0.03, 0.2, 0.5])
    temperature[odd] = random.choice([-16, 120, 24, 11, -1.5, 13.5, 16.2, NAN], odd.sum())
    humidity[odd] = random.choice([0, 30, 60, 90, 88, 101, NAN, 3], odd.sum())
    hours = int(times[-1] // HOUR_S - NIGHT // HOUR_S + 1)
    cleaned, everything = clean(times, temperature, humidity), Cleaned(doubt=np.zeros(count, dtype=np.uint8))
    low, high = np.full((2, hours), np.inf), np.full((2, hours), -np.inf)
    for row, values in enumerate((temperature, humidity)):
        np.fmin.at(low[row], times // HOUR_S - NIGHT // HOUR_S, values)
        np.fmax.at(high[row], times // HOUR_S - NIGHT // HOUR_S, values)
    look = suspicious(
        temperature_min=_known(low[0]),
        temperature_max=_known(high[0]),
        humidity_min=_known(low[1]),
        humidity_max=_known(high[1]),
    )
    for values in (temperature, humidity):
        with_doubt = hourly_means(times, values, cleaned, NIGHT // HOUR_S, hours)[0]
        without = hourly_means(times, values, everything, NIGHT // HOUR_S, hours)[0]
        assert np.array_equal(with_doubt[~look], without[~look], equal_nan=True)


def _known(extremes: np.ndarray) -> np.ndarray:
    return np.where(np.isinf(extremes), NAN, extremes)
