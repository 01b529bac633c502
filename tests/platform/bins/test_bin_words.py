"""What crews' words say of bins whose level nobody was told, and when a sensor's level stands instead."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.bins.advance import Emptied, Happening, Read, advance
from hereabouts_platform.bins.amplitude import amplitude_of
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.emptyings import Proof, Said
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.level import Levels
from hereabouts_platform.bins.slot import SensorSaid, SlotZero, heard_of
from hereabouts_platform.bins.state import State, with_bin
from hereabouts_platform.bins.tuning import TUNING
from hereabouts_platform.bins.words import OFTEN, CrewsSaid, Meaning, Words, joined, means, shown, with_word

HOUR_S, DAY_S = 3600, 86_400
BEGIN = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
USUAL: Words = {
    Said.EMPTIED: Meaning(total=60.0 * OFTEN, count=OFTEN),
    Said.NOT_FULL: Meaning(total=15.0 * OFTEN, count=OFTEN),
}


def said(*words: tuple[float, Said]) -> list[Proof]:
    """Words by hours since the beginning."""
    return [Proof(at=BEGIN + int(hour * HOUR_S), said=one) for hour, one in words]


def sensor(percent: list[float], every_h: int = 4) -> list[SensorSaid]:
    times = BEGIN + np.arange(len(percent), dtype=np.int64) * HOUR_S * every_h
    return [SensorSaid(sensor=1, times=times, values=np.array(percent))]


def told(sensors: list[SensorSaid], proofs: list[Proof], words: Words = USUAL) -> list[Happening]:
    crews = CrewsSaid(proofs=proofs, words=words)
    return list(heard_of("a", sensors, crews, SlotZero(), (BEGIN, BEGIN + 99 * DAY_S)).happenings)


def test_a_word_means_nothing_until_it_was_said_often_of_bins_whose_level_is_known() -> None:
    words: Words = {}
    for number in range(OFTEN):
        assert np.isnan(means(words, Said.EMPTIED))
        words = with_word(words, Said.EMPTIED, 40.0 + 20 * (number % 2))
    assert means(words, Said.EMPTIED) == 50
    assert np.isnan(means(words, Said.NOT_FULL))


@given(levels=st.lists(st.floats(0, 100), max_size=20), cut=st.integers(0, 20))
def test_joined_is_as_said_one_by_one(levels: list[float], cut: int) -> None:
    parts: list[Words] = [{}, {}]
    whole: Words = {}
    for number, one in enumerate(levels):
        parts[number >= cut] = with_word(parts[number >= cut], Said.EMPTIED, one)
        whole = with_word(whole, Said.EMPTIED, one)
    both = joined(*parts)
    assert both.keys() == whole.keys()
    for word, one in both.items():
        assert one.count == whole[word].count
        assert one.total == pytest.approx(whole[word].total)


def test_of_a_bin_without_a_sensor_words_stand_for_levels() -> None:
    proofs = said((10, Said.EMPTIED), (30, Said.NOT_FULL), (80, Said.OVERFLOWING), (80.1, Said.EMPTIED))
    emptied, not_full, over, again = told([], proofs)
    assert isinstance(emptied, Emptied)
    assert (emptied.before, emptied.full) == (60, False)
    assert not_full == Read(bin="a", at=BEGIN + 30 * HOUR_S, level=15, full=False)
    assert over == Read(bin="a", at=BEGIN + 80 * HOUR_S, level=100, full=True)
    assert isinstance(again, Emptied)
    assert (again.before, again.full) == (100, True)


def test_as_long_as_nobody_knows_what_they_mean_emptied_is_just_that_and_not_full_is_nothing() -> None:
    happened = told([], said((10, Said.EMPTIED), (30, Said.NOT_FULL), (80, Said.OVERFLOWING)), {})
    assert [type(one) for one in happened] == [Emptied, Read]
    assert isinstance(happened[0], Emptied)
    assert np.isnan(happened[0].before)
    assert happened[1] == Read(bin="a", at=BEGIN + 80 * HOUR_S, level=100, full=True)


def test_a_level_that_was_told_that_day_stands_and_an_older_one_does_not() -> None:
    fresh = [one for one in told(sensor([20, 20, 20]), said((12, Said.EMPTIED))) if isinstance(one, Emptied)]
    assert [one.before for one in fresh] == [20]
    stale = [one for one in told(sensor([20, 20, 20]), said((60, Said.EMPTIED))) if isinstance(one, Emptied)]
    assert [one.before for one in stale] == [60]
    bags = told(sensor([50, 50, 50]), said((9, Said.OVERFLOWING)))
    assert [one.level for one in bags if isinstance(one, Read)] == [50] * 3, "bags beside it: its level is its own"


def test_words_are_kept_with_the_level_they_were_said_of_but_for_those_the_sensor_disputes() -> None:
    proofs = said((9, Said.EMPTIED), (28, Said.NOT_FULL), (200, Said.EMPTIED))
    levels = [44.0, 44, 44, 3, 5, 7, 12, 12, 14, 16]
    crews = CrewsSaid(proofs=proofs, words=USUAL)
    everything = heard_of("a", sensor(levels), crews, SlotZero(), (BEGIN, BEGIN + 99 * DAY_S))
    assert everything.meant == ((Said.EMPTIED, 44.0), (Said.NOT_FULL, 12.0)), "the third was said of an unknown level"
    later = heard_of("a", sensor(levels), crews, SlotZero(), (BEGIN + DAY_S, BEGIN + 99 * DAY_S))
    assert later.meant == ((Said.NOT_FULL, 12.0),)
    high = CrewsSaid(proofs=said((9, Said.EMPTIED)))
    disputed = heard_of("a", sensor([70.0, 70, 71, 71, 72, 72]), high, SlotZero(), (BEGIN, BEGIN + 99 * DAY_S))
    assert disputed.meant == ()


def test_how_fast_a_bin_fills_that_only_crews_know_is_learnt() -> None:
    """Emptied each sixth day at what is 60 % on the whole: ten points a day, where 30 are taken for a new bin."""
    grown = growths({}, [""], Calendar(), (BEGIN, BEGIN + 61 * DAY_S))
    state = with_bin(State(), "a", "", BEGIN)
    visits = said(*((144.0 * k, Said.EMPTIED) for k in range(1, 10)))
    learnt = advance(state, told([], visits), grown).state
    deaf = advance(state, told([], visits, {}), grown).state
    assert amplitude_of(learnt, "a", grown[""], TUNING) == pytest.approx(10, abs=3)
    assert amplitude_of(deaf, "a", grown[""], TUNING) == 30


def test_the_last_level_believed_is_shown_for_a_while() -> None:
    levels = Levels(
        times=np.array([BEGIN, BEGIN + HOUR_S], np.int64),
        percent=np.array([30.0, 100.0]),
        full=np.array([False, True]),
        doubt=np.zeros(2, np.uint8),
    )
    assert shown(levels, BEGIN) == (30, False)
    assert shown(levels, BEGIN + 2 * HOUR_S) == (100, True)
    assert np.isnan(shown(levels, BEGIN - 1)[0])
    assert np.isnan(shown(levels, BEGIN + 3 * HOUR_S, within_s=2 * HOUR_S)[0])
