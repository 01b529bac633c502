"""What crews say of bins whose level nobody was told: it counts where it contradicts, and teaches that bin alone."""

from datetime import UTC, datetime
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.bins.advance import Emptied, Happening, Read, Seen, advance
from hereabouts_platform.bins.amplitude import amplitude_of
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.emptyings import Proof, Said
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.level import Levels, shown
from hereabouts_platform.bins.slot import SensorSaid, SlotZero, heard_of
from hereabouts_platform.bins.state import State, with_bin
from hereabouts_platform.bins.tuning import TUNING
from hereabouts_platform.bins.zero import NOT_FULL_IS

HOUR_S, DAY_S = 3600, 86_400
BEGIN = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
GROWTHS = growths({}, [""], Calendar(), (BEGIN, BEGIN + 120 * DAY_S))
USUAL = TUNING.first_amplitude  # points a day that are taken for a bin of which nothing is known


def said(*words: tuple[float, Said]) -> list[Proof]:
    """Words by hours since the beginning."""
    return [Proof(at=BEGIN + int(hour * HOUR_S), said=one) for hour, one in words]


def sensor(percent: list[float], every_h: int = 4) -> list[SensorSaid]:
    times = BEGIN + np.arange(len(percent), dtype=np.int64) * HOUR_S * every_h
    return [SensorSaid(sensor=1, times=times, values=np.array(percent))]


def told(sensors: list[SensorSaid], proofs: list[Proof]) -> list[Happening]:
    return list(heard_of("a", sensors, proofs, SlotZero(), (BEGIN, BEGIN + 99 * DAY_S)).happenings)


def test_without_a_level_words_are_what_was_seen_and_emptied_says_nothing_of_it() -> None:
    proofs = said((10, Said.EMPTIED), (30, Said.NOT_FULL), (80, Said.OVERFLOWING), (80.1, Said.EMPTIED))
    emptied, little, over, again = told([], proofs)
    assert little == Seen(bin="a", at=BEGIN + 30 * HOUR_S, most=NOT_FULL_IS)
    assert over == Seen(bin="a", at=BEGIN + 80 * HOUR_S, least=100)
    for one in (emptied, again):
        assert isinstance(one, Emptied)
        assert isnan(one.before)


def test_an_afterthought_is_of_what_was_found_before() -> None:
    over, emptied = told([], said((8, Said.EMPTIED), (8.1, Said.OVERFLOWING)))
    assert over == Seen(bin="a", at=BEGIN + 8 * HOUR_S, least=100)
    assert isinstance(emptied, Emptied)
    later = told([], said((8, Said.EMPTIED), (12, Said.OVERFLOWING)))
    assert [type(one) for one in later] == [Emptied, Seen], "four hours later it is a new overflow"


def test_a_level_of_that_day_stands_but_not_across_an_emptying() -> None:
    fresh = [one for one in told(sensor([20] * 3), said((12, Said.EMPTIED))) if isinstance(one, Emptied)]
    assert [one.before for one in fresh] == [20]
    stale = [one for one in told(sensor([20] * 3), said((60, Said.EMPTIED))) if isinstance(one, Emptied)]
    assert [isnan(one.before) for one in stale] == [True]
    twice = told(sensor([79] * 3), said((9, Said.EMPTIED), (30, Said.EMPTIED)))
    assert [isnan(one.before) for one in twice if isinstance(one, Emptied)] == [False, True]
    bags = told(sensor([50] * 3), said((9, Said.OVERFLOWING)))
    assert [type(one) for one in bags] == [Read] * 3, "bags beside it: its level is its own"


def state_after(*happenings: Happening) -> State:
    return advance(with_bin(State(), "a", "", BEGIN), happenings, GROWTHS).state


def visits(every_days: float, *before: Seen) -> list[Happening]:
    """Emptied so often, with what was seen at each time before it."""
    found: list[Happening] = []
    for number in range(1, int(60 / every_days)):
        at = BEGIN + int(number * every_days * DAY_S)
        found += [Seen(bin="a", at=at, least=one.least, most=one.most) for one in before]
        found.append(Emptied(bin="a", at=at))
    return found


def test_found_overflowing_each_time_it_fills_faster_and_found_not_full_slower() -> None:
    rest = state_after(Emptied(bin="a", at=BEGIN), *visits(2))
    fast = state_after(Emptied(bin="a", at=BEGIN), *visits(2, Seen(bin="a", at=0, least=100)))
    slow = state_after(Emptied(bin="a", at=BEGIN), *visits(3, Seen(bin="a", at=0, most=NOT_FULL_IS)))
    assert amplitude_of(rest, "a", GROWTHS[""], TUNING) == USUAL
    assert amplitude_of(fast, "a", GROWTHS[""], TUNING) == pytest.approx(50, abs=2)
    assert amplitude_of(slow, "a", GROWTHS[""], TUNING) == pytest.approx(10, abs=2)


@given(least=st.floats(0, 120), width=st.floats(0, 200), day=st.floats(0.3, 9))
def test_what_agrees_changes_nothing_and_nothing_of_it_is_everybodys(least: float, width: float, day: float) -> None:
    before = state_after(Emptied(bin="a", at=BEGIN))
    seen = Seen(bin="a", at=BEGIN + int(day * DAY_S), least=least, most=least + width)
    after = advance(before, [seen], GROWTHS).state
    expected = USUAL * (seen.at - BEGIN) / DAY_S
    if least + 0.01 < expected < least + width - 0.01 and least < 100:
        assert after == before
    assert (after.groups, after.fleet, after.spread) == (before.groups, before.fleet, before.spread)
    assert after.bins["a"].level <= 100


def test_found_overflowing_and_left_it_is_full_until_it_is_emptied() -> None:
    at = BEGIN + 5 * DAY_S
    full = state_after(Emptied(bin="a", at=BEGIN), Seen(bin="a", at=at, least=100, most=inf))
    assert (full.bins["a"].full, full.bins["a"].level, full.bins["a"].read_at) == (True, 100, at)
    unheard = state_after(Seen(bin="a", at=at, least=100, most=inf))
    assert (unheard.bins["a"].full, unheard.bins["a"].known) == (True, True)
    assert not advance(full, [Emptied(bin="a", at=at + HOUR_S)], GROWTHS).state.bins["a"].full


def test_the_last_level_believed_is_shown_as_long_as_it_is_young() -> None:
    times = np.array([BEGIN, BEGIN + HOUR_S], np.int64)
    levels = Levels(times=times, percent=np.array([30.0, 100.0]), full=times > BEGIN, doubt=np.zeros(2, np.uint8))
    assert shown(levels, BEGIN, since=0) == (30, False)
    assert shown(levels, BEGIN + 2 * HOUR_S, since=BEGIN) == (100, True)
    assert isnan(shown(levels, BEGIN - 1, since=0)[0])
    assert isnan(shown(levels, BEGIN + 3 * HOUR_S, since=BEGIN + HOUR_S)[0])
