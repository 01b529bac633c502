"""Emptyings: drops that stay, and crews' words."""

import numpy as np

from hereabouts_platform.bins.emptyings import SAYS, Emptying, Found, Matched, Proof, Said, find_emptyings, noise
from hereabouts_platform.bins.level import from_fill_level

HOUR_S = 3600


def found(percent: list[float], *proofs: Proof, every_h: int = 1) -> Found:
    times = np.arange(len(percent), dtype=np.int64) * HOUR_S * every_h
    return find_emptyings(from_fill_level(times, np.array(percent)), proofs)


def at(hour: float, said: Said = Said.EMPTIED) -> Proof:
    return Proof(at=int(hour * HOUR_S), said=said)


def test_a_drop_that_stays_is_an_emptying() -> None:
    result = found([60, 65, 70, 75, 4, 5, 6, 7])
    assert result.emptyings == (Emptying(at=4 * HOUR_S - 1, before=70, after=5),)  # medians of three


def test_a_drop_of_one_reading_or_of_few_points_is_none() -> None:
    assert found([70, 71, 5, 72, 73, 74]).emptyings == ()
    assert found([40, 41, 20, 20, 21]).emptyings == ()
    assert found([70, 71, 72, 5]).emptyings == ()  # the next reading will tell


def test_a_noisy_sensor_needs_a_larger_drop() -> None:
    shaky = np.where(np.arange(80) % 4 < 2, 45.0, 58.0)  # in pairs, so that medians keep them
    shaky += np.random.default_rng(4).normal(0, 0.1, 80)
    assert 33 > 4 * noise(shaky) > 30
    assert found([*shaky[:40], *(shaky[40:] - 15)]).emptyings == ()  # 28 points, from 58 to 30
    assert len(found([58.0] * 40 + [30.0] * 40).emptyings) == 1


def test_steady_filling_is_no_noise_and_a_bin_read_once_a_day_is_seen_to_be_emptied() -> None:
    assert noise(np.arange(0.0, 90, 7)) == 0
    daily = [20, 40, 60, 3, 22, 41, 62, 2, 20, 40, 61, 80, 4, 24, 44.0]
    assert [one.before for one in found(daily, every_h=24).emptyings] == [60, 62, 80]


def test_a_fall_over_two_readings_is_one_emptying() -> None:
    result = found([90, 90, 90, 50, 8, 8, 8, 8])
    assert len(result.emptyings) == 1
    assert result.emptyings[0].before == 90


def test_a_full_bin_was_full_or_more() -> None:
    assert found([90, 95, 99, 100, 100, 100, 3, 3, 3]).emptyings[0].full


def test_a_crew_that_was_there_confirms_it_and_gives_the_time() -> None:
    result = found([70, 70, 70, 5, 5, 5], at(2.4))
    assert [(one.at, one.confirmed) for one in result.emptyings] == [(int(2.4 * HOUR_S), True)]
    assert result.answers[0].matched is Matched.CONFIRMED


def test_a_crew_is_believed_where_the_sensor_could_not_see_it() -> None:
    nearly = found([12, 12, 12, 12, 12, 12], at(2.5))
    assert nearly.answers[0].matched is Matched.NEARLY_EMPTY
    silent = found([70, 70, 70], at(4))
    assert silent.answers[0].matched is Matched.SILENT
    for result in (nearly, silent):
        assert [(one.confirmed, one.seen) for one in result.emptyings] == [(True, False)]


def test_emptied_that_stays_high_is_disputed_and_no_emptying() -> None:
    result = found([70, 70, 71, 71, 72, 72], at(2.5))
    assert result.answers[0].matched is Matched.DISPUTED
    assert result.emptyings == ()
    assert "skipped" in SAYS[Matched.DISPUTED]


def test_not_full_is_an_answer_with_the_level_shown() -> None:
    result = found([70, 70, 70, 70], at(2.5, Said.NOT_FULL))
    assert (result.answers[0].matched, result.answers[0].shown) == (Matched.NOT_FULL, 70)
    assert result.emptyings == ()


def test_two_emptyings_and_their_proofs_find_each_other() -> None:
    week = [50, 60, 70, 5, 15, 25, 35, 45, 55, 6, 10, 12]
    result = found([float(one) for one in week], at(8.7), at(2.5))
    assert [one.confirmed for one in result.emptyings] == [True, True]
    assert [one.matched for one in result.answers] == [Matched.CONFIRMED] * 2
