"""The mould index between its bounds where hours are missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.climate.material import SENSITIVE, VERY_SENSITIVE
from hereabouts_platform.climate.mould import course
from hereabouts_platform.climate.mould_band import Band, Climate, advance_band
from hereabouts_platform.climate.vapour import Floats

ROOMS = 5


def climate(temperature: Floats, humidity: Floats) -> Climate:
    return Climate(temperature=temperature, humidity=humidity)


def wet_with_gap(gap: slice, *, days: int = 40) -> Climate:
    humidity = np.full((days * 24, 1), 95.0)
    humidity[gap] = np.nan
    return climate(np.full((days * 24, 1), 18.0), humidity)


def fold(hours: Climate, sizes: list[int], rooms: int = 1) -> Band:
    """The band after `hours`, folded in blocks of `sizes` over and over."""
    band, before, at = Band.clean(rooms), Climate.unknown(rooms), 0
    while at < len(hours.temperature):
        size = sizes[at % len(sizes)]
        block = climate(hours.temperature[at : at + size], hours.humidity[at : at + size])
        band = advance_band(band, before, block, SENSITIVE, 0.5)
        before = climate(
            np.concatenate((before.temperature, block.temperature))[-24:],
            np.concatenate((before.humidity, block.humidity))[-24:],
        )
        at += size
    return band


def test_without_gaps_the_band_is_the_index() -> None:
    hours = wet_with_gap(slice(0, 0))
    band = advance_band(Band.clean(1), Climate.unknown(1), hours, VERY_SENSITIVE, 1.0)
    assert band.lower == band.upper == course(hours.temperature, hours.humidity, VERY_SENSITIVE)[-1]
    assert band.tells.all()


def test_a_short_gap_is_as_yesterday_to_the_pessimist() -> None:
    whole, gap = fold(wet_with_gap(slice(0, 0)), [24]), fold(wet_with_gap(slice(500, 506)), [24])
    assert gap.upper == whole.upper
    assert gap.lower < whole.lower


def test_a_long_gap_is_held_after_six_hours() -> None:
    """Six hours as the day before, then nothing moves until readings come again."""
    gap, months = slice(480, 480 + 24 * 20), 24 * 40
    short = wet_with_gap(gap).humidity[:480]
    six_more = climate(np.full((486, 1), 18.0), np.concatenate((short, np.full((6, 1), 95.0))))
    at_end_of_gap = climate(np.full((months, 1), 18.0)[:960], wet_with_gap(gap).humidity[:960])
    assert fold(at_end_of_gap, [24]).upper == fold(six_more, [24]).upper
    assert fold(at_end_of_gap, [24]).missing.tolist() == [7]


def test_months_of_silence_say_nothing() -> None:
    band = fold(wet_with_gap(slice(24 * 60, None), days=150), [24])
    assert band.upper > 1
    assert not band.tells.any()


def test_an_hour_unknown_the_day_before_too_is_held() -> None:
    """Every day lacks the same three hours: there is nothing to repeat."""
    hours = wet_with_gap(slice(0, 0), days=30)
    hours.humidity[np.arange(len(hours.humidity)) % 24 < 3] = np.nan
    fewer = climate(np.full((30 * 21, 1), 18.0), np.full((30 * 21, 1), 95.0))
    assert fold(hours, [24]).upper == pytest.approx(fold(fewer, [24]).upper, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 60), min_size=1, max_size=6))
@settings(max_examples=40)
def test_stopping_at_any_hour_changes_no_bit(seed: int, sizes: list[int]) -> None:
    random = np.random.default_rng(seed)
    temperature, humidity = random.uniform(0, 25, (300, ROOMS)), random.uniform(60, 110, (300, ROOMS))
    humidity[random.random((300, ROOMS)) < random.choice([0.0, 0.1, 0.7])] = np.nan
    start = random.integers(0, 250)
    temperature[start : start + random.integers(0, 50)] = np.nan
    hours = climate(temperature, humidity)
    whole, parts = fold(hours, [300], ROOMS), fold(hours, sizes, ROOMS)
    assert np.array_equal(whole.mould.index, parts.mould.index)
    assert np.array_equal(whole.mould.unfavourable, parts.mould.unfavourable)
    assert np.array_equal(whole.missing, parts.missing)
    assert (whole.lower <= whole.upper).all()
