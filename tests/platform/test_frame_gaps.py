"""Which frames are missing, and how few requests that makes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.rules.frame_gaps import MOST_ASKS, Ask, DeviceGap, Gap, asks_for, gaps_of

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVERY = timedelta(minutes=10)


def at(n: float) -> datetime:
    return START + n * EVERY


def sent(*counters: int) -> list[tuple[datetime, int]]:
    return [(at(n), counter) for n, counter in enumerate(counters)]


@pytest.mark.parametrize(
    ("counters", "missing"),
    [
        ([], []),
        ([7], []),
        ([7, 8, 9], []),
        ([7, 9], [1]),
        ([7, 8, 12, 13, 20], [3, 6]),
        ([7, 9, 8, 10], []),  # out of order
        ([7, 7, 8, 8, 10, 10], [1]),  # copies
        ([65_533, 65_534, 0, 1], [1]),  # 16 bits are over
        ([2**32 - 2, 1], [2]),  # 32 bits are over
        ([500, 501, 0, 1, 2], []),  # joined again
        ([500, 503, 0, 4], [2, 3]),
        ([7, 50_000, 50_001], []),  # more than a frame a second: counted anew
    ],
)
def test_gaps(counters: list[int], missing: list[int]) -> None:
    assert [gap.missing for gap in gaps_of(sent(*counters))] == missing


def test_a_gap_lies_between_the_frames_that_came() -> None:
    assert gaps_of([(at(0), 3), (at(1), 4), (at(6), 9)]) == [Gap(from_at=at(1), to_at=at(6), missing=4)]


@given(st.integers(0, 2**20), st.lists(st.booleans(), min_size=2, max_size=200))
def test_what_is_left_out_between_two_frames_is_missing(first: int, came: list[bool]) -> None:
    """Runs of more than 200 are not tried: beyond 256 after the counter's end they cannot be told from a rejoin."""
    kept = [(at(n), (first + n) % 2**32) for n, is_there in enumerate(came) if is_there]
    inside = 0 if not kept else (kept[-1][1] - kept[0][1] + 1) - len(kept)
    assert sum(gap.missing for gap in gaps_of(kept)) == inside


def gap_of(device: int, from_n: float, to_n: float, missing: int = 1) -> DeviceGap:
    return DeviceGap(device=f"d{device:04}", gap=Gap(from_at=at(from_n), to_at=at(to_n), missing=missing))


def test_a_few_gaps_are_asked_for_one_by_one() -> None:
    gaps = [gap_of(1, 0, 2), gap_of(2, 1, 5, 3)]
    assert asks_for(gaps, heard=100) == [
        Ask(device="d0002", from_at=at(1), to_at=at(5)),
        Ask(device="d0001", from_at=at(0), to_at=at(2)),
    ]


def test_an_outage_is_one_request_however_many_devices() -> None:
    gaps = [gap_of(n, 0 - n / 1000, 30 + n / 1000, 29) for n in range(900)]
    assert asks_for(gaps, heard=1000) == [Ask(device=None, from_at=at(-0.899), to_at=at(30.899))]


def test_radio_loss_of_a_large_fleet_makes_no_flood() -> None:
    gaps = [gap_of(n, n % 40, n % 40 + 2) for n in range(1000)]
    assert len(asks_for(gaps, heard=20_000)) == MOST_ASKS


def test_gaps_that_only_touch_share_no_instant() -> None:
    gaps = [gap_of(n, n, n + 1) for n in range(8)]
    assert all(ask.device for ask in asks_for(gaps, heard=8))


def test_a_gap_beyond_the_outage_is_asked_for_besides() -> None:
    gaps = [*(gap_of(n, 0, 10) for n in range(6)), gap_of(6, 20, 22)]
    assert [ask.device for ask in asks_for(gaps, heard=8)] == [None, "d0006"]


def test_nothing_is_asked_for_nothing() -> None:
    assert asks_for([], heard=0) == []
