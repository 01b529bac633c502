"""What a device's messages and readings tell of it: its interval, battery, clock, and whether its values move."""

from datetime import UTC, datetime, timedelta
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.rules.battery import CHEMISTRIES, BatteryState, battery, low_volts
from hereabouts_platform.rules.device_clock import device_clock
from hereabouts_platform.rules.flat_line import STILLNESS, Course, Movement, movement, span_of
from hereabouts_platform.rules.own_interval import own_interval
from hereabouts_platform.rules.wording import say_span

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def arrivals(*gaps: float) -> list[float]:
    found = [1e9]
    for gap in gaps:
        found.append(found[-1] + gap)
    return found


def seconds(gaps: list[float], profile_s: int) -> tuple[int, int]:
    own = own_interval(arrivals(*gaps), profile_s)
    return own.seconds, own.gaps


def test_a_steady_device_has_the_interval_it_keeps() -> None:
    assert seconds([1200.0] * 20, 600) == (1200, 20)
    assert seconds([1200.0] * 7, 600) == (600, 0)
    assert seconds([], 600) == (600, 0)


def test_one_outage_of_ours_teaches_nothing() -> None:
    assert seconds([600.0] * 40 + [40_000.0] + [600.0] * 20, 600) == (600, 61)


def test_a_vendor_that_delivers_in_batches_is_heard_once_a_batch() -> None:
    batches = ([2.0] * 15 + [6 * 3600.0]) * 10
    assert seconds(batches, 900) == (6 * 3600, 10)


def test_a_device_that_speaks_when_something_happens_may_be_quiet_for_long() -> None:
    day = [90.0] * 30 + [9 * 3600.0] * 6
    assert seconds(day, 900) == (9 * 3600, 36)


def test_neither_an_installers_tests_nor_a_slow_death_move_it_far() -> None:
    assert seconds([70.0] * 40, 600) == (150, 40)
    assert seconds([3 * 86_400.0] * 20, 600) == (86_400, 20)


@given(st.lists(st.floats(0, 10**7), max_size=80), st.integers(1, 31 * 86_400))
def test_it_is_bounded_by_the_profiles(gaps: list[float], profile_s: int) -> None:
    found, known = seconds(gaps, profile_s)
    assert known <= len(gaps)
    assert max(1, round(profile_s / 4)) - 1 <= found <= max(12 * profile_s, 86_400)


@pytest.mark.parametrize(
    ("quantity", "value", "chemistry", "percent", "state"),
    [
        ("battery_level", 100.0, None, 100.0, BatteryState.FINE),
        ("battery_level", 20.0, None, 20.0, BatteryState.LOW),
        ("battery_level", 10.0, None, 10.0, BatteryState.EMPTY),
        ("battery_voltage", 3.0, None, None, BatteryState.CANNOT_SAY),
        ("battery_voltage", 3.0, "li_mno2", None, BatteryState.FINE),
        ("battery_voltage", 2.65, "li_mno2", 20.0, BatteryState.LOW),
        ("battery_voltage", 2.6, "li_mno2", 15.0, BatteryState.LOW),
        ("battery_voltage", 2.4, "li_mno2", 0.0, BatteryState.EMPTY),
        ("battery_voltage", 3.6, "li_socl2", None, BatteryState.FINE),
        ("battery_voltage", 2.5, "li_socl2", 5.0, BatteryState.EMPTY),
        (None, None, "li_socl2", None, BatteryState.CANNOT_SAY),
    ],
)
def test_batteries_on_one_scale(
    quantity: str | None, value: float | None, chemistry: str | None, percent: float | None, state: BatteryState
) -> None:
    found = battery(quantity, value, chemistry)
    assert (found.percent is None) is (percent is None)
    assert percent is None or isclose(found.percent or 0.0, percent, abs_tol=1e-9)
    assert found.state is state


@given(st.sampled_from(CHEMISTRIES), st.floats(0.5, 5), st.floats(0.5, 5))
def test_less_voltage_never_means_more_battery(chemistry: str, one: float, other: float) -> None:
    low, high = (battery("battery_voltage", volts, chemistry) for volts in sorted((one, other)))
    assert (low.percent if low.percent is not None else 100) <= (high.percent if high.percent is not None else 100)
    assert not low.recovered or high.recovered
    assert (low.percent is not None) is (min(one, other) <= low_volts(chemistry))


def course(quantity: str, low: float, high: float, *, count: int = 400, hours: float | None = None) -> Course:
    span = span_of(quantity, high) if hours is None else hours * HOUR
    return Course(
        quantity=quantity, channel="", count=count, low=low, high=high, first_at=AT - span, last_at=AT - timedelta(0)
    )


@pytest.mark.parametrize("quantity", sorted(STILLNESS))
def test_what_has_not_moved_by_more_than_its_resolution_is_stuck(quantity: str) -> None:
    step = STILLNESS[quantity].resolution
    assert movement(course(quantity, 450.5, 450.5)) is (
        Movement.CANNOT_SAY if quantity == "relative_humidity" else Movement.STUCK
    )
    assert movement(course(quantity, 60.3, 60.3 + 1.01 * step)) is Movement.MOVES


def test_a_frozen_humidity_is_stuck_and_fog_is_not() -> None:
    assert movement(course("relative_humidity", 61.2, 61.7)) is Movement.STUCK
    assert movement(course("relative_humidity", 100.0, 100.0)) is Movement.CANNOT_SAY
    assert movement(course("co2", 400.0, 400.0)) is Movement.CANNOT_SAY


def test_whole_numbers_may_stand_longer() -> None:
    assert movement(course("air_temperature", 19.0, 19.0, hours=80)) is Movement.CANNOT_SAY
    assert movement(course("air_temperature", 19.2, 19.2, hours=80)) is Movement.STUCK
    assert movement(course("air_temperature", 19.0, 19.0, hours=7 * 24)) is Movement.STUCK


def test_what_rightly_stands_still_is_not_judged() -> None:
    for quantity in ("fill_level", "distance", "people_in", "rainfall", "water_leak", "wind_speed", "battery_level"):
        still = Course(
            quantity=quantity, channel="", count=999, low=4.5, high=4.5, first_at=AT - 999 * HOUR, last_at=AT
        )
        assert movement(still) is Movement.CANNOT_SAY


@given(st.sampled_from(sorted(STILLNESS)), st.integers(0, 30), st.floats(0, 300), st.floats(-40, 2000), st.floats(0, 5))
def test_few_readings_or_a_short_while_say_nothing_of_stillness(
    quantity: str, count: int, hours: float, low: float, spread: float
) -> None:
    found = movement(course(quantity, low, low + spread, count=count, hours=hours))
    if found is Movement.STUCK:
        assert count >= 24
        assert hours * HOUR >= 0.9 * STILLNESS[quantity].span
        assert spread <= STILLNESS[quantity].resolution + 1e-6
    assert movement(Course(quantity=quantity, channel="", count=0)) is Movement.CANNOT_SAY


def test_a_clock_ahead_shows_at_once_and_one_behind_by_its_freshest_message() -> None:
    assert device_clock([-300.0, -310.0, -290.0, -305.0, -300.0], 0, 5).ahead_s == 300.0
    assert device_clock([7200.0, 60.0, 30.0, 9000.0, 500.0], 0, 5).ahead_s == -30.0
    assert device_clock([90_000.0, 86_500.0, 99_000.0, 87_000.0, 88_000.0], 0, 5).ahead_s == -86_500.0
    assert device_clock([-300.0] * 4, 0, 4).ahead_s is None
    assert device_clock([], 3, 5).bad_percent == 60.0
    assert device_clock([], 3, 4).bad_percent is None


def test_spans_in_words() -> None:
    said = [say_span(timedelta(seconds=s)) for s in (1, 59, 90, 600, 900, 3600, 5400, 86_400, 36 * 3600, 604_800)]
    assert said == [
        "1 second", "1 minute", "90 seconds", "10 minutes", "15 minutes", "1 hour", "90 minutes", "1 day", "36 hours",
        "7 days",
    ]  # fmt: skip
