"""From what a sensor sends to a forecast, and what waits for the next reading."""

from datetime import UTC, datetime

import numpy as np
import pytest

from hereabouts_platform.bins.advance import Emptied, Happening, Read, advance
from hereabouts_platform.bins.amplitude import amplitude_of
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.emptyings import Proof, Said, find_emptyings
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.heard import happenings_of
from hereabouts_platform.bins.level import Mount, from_distance, from_fill_level
from hereabouts_platform.bins.state import State, with_bin
from hereabouts_platform.bins.tuning import TUNING

HOUR_S, DAY_S = 3600, 86_400
BEGIN = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())


def heard(percent: list[float], *proofs: int, every_h: int = 24) -> tuple[Happening, ...]:
    times = BEGIN + np.arange(len(percent), dtype=np.int64) * HOUR_S * every_h
    levels = from_fill_level(times, np.array(percent))
    said = [Proof(at=BEGIN + hour * HOUR_S, said=Said.EMPTIED) for hour in proofs]
    return happenings_of("a", levels, find_emptyings(levels, said))


def test_a_last_reading_far_down_waits_for_the_next() -> None:
    waiting = heard([20, 40, 60, 3])
    assert [one.at for one in waiting] == [BEGIN + k * DAY_S for k in range(3)]
    told = heard([20, 40, 60, 3, 22])
    assert [type(one) for one in told] == [Read, Read, Read, Emptied, Read, Read]
    emptied = told[3]
    assert isinstance(emptied, Emptied)
    assert (emptied.at, emptied.before, emptied.after) == (BEGIN + 3 * DAY_S - 1, 60, 3)


def test_readings_as_high_as_before_a_crews_word_wait_and_then_dispute_it() -> None:
    waiting = heard([60, 61, 62, 62], 62, every_h=24)
    assert [type(one) for one in waiting] == [Read, Read, Read, Emptied]
    disputed = heard([60, 61, 62, 62, 63, 63], 30, every_h=12)
    assert [type(one) for one in disputed] == [Read] * 6


def test_from_distances_to_the_rate_of_a_bin() -> None:
    """Forty days of a bin that fills by 15 points a day and is emptied every five days, with a sensor's troubles."""
    times = BEGIN + HOUR_S * np.arange(24 * 40, dtype=np.int64)
    level = 15 * (((times - BEGIN) / DAY_S) % 5)
    distance = 1000 - 8 * level + np.random.default_rng(2).normal(0, 6, len(times))
    distance[::37] = 65_535
    distance[50::91] = 400
    levels = from_distance(times, distance, Mount(depth_mm=1000, full_mm=200))
    found = find_emptyings(levels)
    assert [round((one.at - BEGIN) / DAY_S) for one in found.emptyings] == [5, 10, 15, 20, 25, 30, 35]
    grown = growths({}, [""], Calendar(), (BEGIN, BEGIN + 41 * DAY_S))
    result = advance(with_bin(State(), "a", "", BEGIN), happenings_of("a", levels, found), grown)
    assert result.refused == ()
    assert amplitude_of(result.state, "a", grown[""], TUNING) == pytest.approx(15, rel=0.12)


@pytest.mark.parametrize("tapped", [None, -600, 0, 600])
def test_an_emptying_that_a_sensor_saw_is_no_surprise(tapped: int | None) -> None:
    """The first reading that is down comes after the emptying, whenever the crew tapped: taken before it, that reading
    is a level 60 points too low, and the next one 60 too high, and every chance of overflow is too large for it.
    """
    times = BEGIN + HOUR_S * np.arange(24 * 40, dtype=np.int64)
    days = (times - BEGIN) / DAY_S
    levels = from_fill_level(times, 15 * (days % 5))
    proofs = [Proof(at=BEGIN + k * 5 * DAY_S + (tapped or 0), said=Said.EMPTIED) for k in range(1, 8)]
    told = happenings_of("a", levels, find_emptyings(levels, [] if tapped is None else proofs))
    ordered = sorted(told, key=lambda one: (one.at, isinstance(one, Emptied)))  # as `advance` takes them
    assert list(told) == ordered
    for before, emptied, after in zip(ordered, ordered[1:], ordered[2:], strict=False):
        if isinstance(emptied, Emptied):
            assert isinstance(before, Read)
            assert isinstance(after, Read)
            assert before.level > 60
            assert after.level < 10
    grown = growths({}, [""], Calendar(), (BEGIN, BEGIN + 41 * DAY_S))
    spread = advance(with_bin(State(), "a", "", BEGIN), told, grown).state.spread
    learnt = [row for row, seen in zip(spread.quantiles, spread.seen, strict=True) if seen > 100]
    assert learnt
    assert all(abs(one) < 3 for row in learnt for one in row)
