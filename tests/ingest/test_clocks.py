"""The clock gate: what is believed, what falls to the next clock, what is set aside."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.clocks import (
    AHEAD,
    BEHIND,
    FrameTime,
    frame_time,
    is_credible,
    read_epoch,
    read_time,
    say_clocks,
)
from hereabouts_schemas.message import Clock, TimeSource
from hereabouts_schemas.times import UNREADABLE, say_time

ARRIVED = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def clock(at: datetime, source: TimeSource = TimeSource.DEVICE) -> Clock:
    return Clock(at=at, source=source)


@pytest.mark.parametrize(
    ("offset", "credible"),
    [
        (timedelta(0), True),
        (AHEAD, True),
        (AHEAD + timedelta(microseconds=1), False),
        (-BEHIND, True),
        (-BEHIND - timedelta(microseconds=1), False),
        (timedelta(hours=-5), True),
    ],
)
def test_the_gate_is_5_minutes_ahead_and_35_days_behind(offset: timedelta, credible: bool) -> None:
    assert is_credible(ARRIVED + offset, ARRIVED) is credible


def test_the_first_credible_clock_is_used_and_marked_when_a_better_one_was_refused() -> None:
    gateway = clock(ARRIVED - timedelta(seconds=1), TimeSource.GATEWAY)
    assert frame_time([gateway, clock(EPOCH)], ARRIVED) == FrameTime(at=gateway.at, source=TimeSource.GATEWAY)
    chosen = frame_time([clock(EPOCH), gateway], ARRIVED)
    assert chosen == FrameTime(at=gateway.at, source=TimeSource.GATEWAY, clock_bad=True)


def test_the_arrival_counts_only_when_no_time_is_stated() -> None:
    assert frame_time([], ARRIVED) == FrameTime(at=ARRIVED, source=TimeSource.PLATFORM)
    assert frame_time([clock(EPOCH), clock(UNREADABLE)], ARRIVED) is None


@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=4), st.datetimes(timezones=st.just(UTC)))
def test_a_chosen_time_is_always_credible_or_the_arrival(times: list[datetime], received_at: datetime) -> None:
    chosen = frame_time([clock(at) for at in times], received_at)
    assert (chosen is None) == (bool(times) and not any(is_credible(at, received_at) for at in times))
    assert chosen is None or is_credible(chosen.at, received_at)
    assert "arrived on" in say_clocks([clock(at) for at in times], received_at)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-03T14:00:00.123456789Z", datetime(2026, 3, 3, 14, 0, 0, 123456, tzinfo=UTC)),
        ("2026-07-03T14:00:00+01:00", datetime(2026, 7, 3, 13, 0, tzinfo=UTC)),
        ("2026-03-03T14:00:00", UNREADABLE),  # no zone
        ("2026-03-03", UNREADABLE),
        ("0001-01-01T00:00:00+23:59", UNREADABLE),  # before the calendar, in UTC
        ("yesterday \ud800\x00", UNREADABLE),
        ("", UNREADABLE),
    ],
)
def test_texts_are_read_as_instants_or_as_nothing(text: str, expected: datetime) -> None:
    assert read_time(text) == expected


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", fullmatch=True))
def test_reading_a_time_never_raises(text: str) -> None:
    assert read_time(text).utcoffset() == timedelta(0)


@given(st.floats() | st.integers())
def test_reading_seconds_never_raises(seconds: float) -> None:
    assert read_epoch(seconds).utcoffset() == timedelta(0)


def test_times_are_said_as_people_in_london_say_them() -> None:
    assert say_time(datetime(2026, 3, 3, 14, 0, tzinfo=UTC)) == "3 March 2026, 14:00"
    assert say_time(datetime(2026, 7, 3, 13, 5, tzinfo=UTC)) == "3 July 2026, 14:05"
    assert say_time(UNREADABLE) == "a time that cannot be read"
    assert say_time(UNREADABLE + timedelta(seconds=30)) == "0001-01-01T00:00:30+00:00"  # London had no such time yet


def test_the_sentence_names_every_stated_time_and_whose_it_is() -> None:
    said = say_clocks([clock(EPOCH), clock(UNREADABLE, TimeSource.NETWORK)], ARRIVED)
    assert "1 January 1970, 01:00 (by the device)" in said  # London kept summer time all that winter
    assert "a time that cannot be read (by the network)" in said
