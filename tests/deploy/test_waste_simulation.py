"""The judge of waste policies: no litre is lost, the world is the same for everybody, rounds go as they must."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_deploy.waste_simulation.demand import live_year
from hereabouts_deploy.waste_simulation.driving import drive
from hereabouts_deploy.waste_simulation.judge import Judged, World, judge
from hereabouts_deploy.waste_simulation.leaving import Late, as_late, planned_s
from hereabouts_deploy.waste_simulation.ledger import DAY_S, Ledger
from hereabouts_deploy.waste_simulation.parameters import BREAK_S, FIXED_SLACK, LEAVE_H, TOWNS, Kind
from hereabouts_deploy.waste_simulation.policy import TIP, Found, Morning, Round
from hereabouts_deploy.waste_simulation.score import score
from hereabouts_deploy.waste_simulation.sensors import fit_sensors
from hereabouts_deploy.waste_simulation.streets import drives, lay_streets
from hereabouts_deploy.waste_simulation.town import Town, Vehicle, build_town, layout_of
from hereabouts_schemas.errors import InputError

DAYS, LEAD_IN = 12, 3
SMALL = replace(TOWNS[Kind.MIXED], bins=20, centre_blocks=5, suburbs=1, suburb_blocks=4)


class Every:
    """All bins in the order of their numbers, on every so many-th day; it notes what it was told."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.told: list[Morning] = []

    def plan(self, morning: Morning) -> Sequence[Round]:
        self.told.append(morning)
        due = morning.today % self.days == 0
        return [Round(vehicle=0, stops=tuple(range(morning.town.bins)))] if due else []


def small_world(seed: int = 1) -> World:
    town, usual = build_town(Kind.MIXED, 1, SMALL)
    year, sensors = live_year(town, usual, seed, DAYS), fit_sensors(town, seed, DAYS)
    return World(town=town, usual=usual, year=year, sensors=sensors)


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


@pytest.fixture(scope="module")
def town(world: World) -> Town:
    return world.town


def judged(world: World, days: int) -> Judged:
    return judge(world, Every(days), Every(1), lead_in_days=LEAD_IN)


@pytest.mark.parametrize("every", [1, 4])
def test_what_is_put_in_is_collected_or_still_there(world: World, every: int) -> None:
    found = judged(world, every)
    assert found.put_in_l == pytest.approx(found.collected_l + found.days[-1].left_l)
    carried = sum(day.driven.litres for day in found.days)
    before = found.days[0].left_l + found.days[0].driven.litres - found.days[-1].left_l
    put_in = world.year.so_far[-1].sum() - world.year.so_far[(LEAD_IN + 1) * 24].sum()
    assert carried == pytest.approx(put_in + before)


def test_whoever_empties_less_often_has_more_beside_the_bins(world: World) -> None:
    often, seldom = score(judged(world, 1)), score(judged(world, 4))
    assert often.overflow_percent < seldom.overflow_percent
    assert often.overflow_litre_days < seldom.overflow_litre_days
    assert often.km > seldom.km
    assert often.fill_percent < seldom.fill_percent


def test_a_seed_is_the_same_year_again_and_another_seed_another(world: World) -> None:
    again, other = small_world(), small_world(2)
    assert np.array_equal(again.year.so_far, world.year.so_far)
    assert np.array_equal(again.sensors.error, world.sensors.error, equal_nan=True)
    assert judged(again, 2) == judged(world, 2)
    assert not np.array_equal(other.year.so_far, world.year.so_far)
    assert np.array_equal(other.town.metres, world.town.metres)


def test_no_policy_changes_the_world(world: World) -> None:
    before = world.year.so_far.copy(), world.sensors.error.copy()
    assert judged(world, 1).put_in_l == judged(world, 4).put_in_l
    assert np.array_equal(world.year.so_far, before[0])
    assert np.array_equal(world.sensors.error, before[1], equal_nan=True)


def test_seeds_for_tuning_and_unseen_seeds_have_towns_of_their_own() -> None:
    assert layout_of(1) == layout_of(3) != layout_of(101) == layout_of(110)


def test_a_policy_sees_the_past_and_cannot_write_to_it(world: World) -> None:
    policy = Every(1)
    judge(world, policy, Every(1), lead_in_days=LEAD_IN)
    first, last = policy.told[0], policy.told[-1]
    assert (first.today, first.now_s) == (LEAD_IN, LEAD_IN * DAY_S + 5 * 3600)
    assert first.percent.shape == (LEAD_IN * 24 + 5, world.town.bins)
    assert len(first.weather.temperature) == len(first.weather.told_rain_mm) == LEAD_IN + 1
    assert first.weather.temperature[LEAD_IN] != world.year.weather.temperature[LEAD_IN]
    assert all(one.at_s < last.now_s for one in last.outcomes)
    assert len(last.outcomes) == (DAYS - 1) * world.town.bins
    with pytest.raises(ValueError, match="read-only"):
        last.percent[0, 0] = 50


def test_sensors_tell_about_the_truth_and_some_nothing(world: World) -> None:
    policy = Every(1)
    judge(world, policy, Every(1), lead_in_days=LEAD_IN)
    percent = policy.told[-1].percent
    silent = ~np.array(world.town.sensor)
    assert silent.any()
    assert np.isnan(percent[:, silent]).all()
    come = percent[:, ~silent][~np.isnan(percent[:, ~silent])]
    assert come.size > percent.size / 4
    assert set(come) <= {*range(101), 255}
    true = np.full((DAYS * 24, world.town.bins), 50.0)
    told = world.sensors.readings(0, true)
    usual = ~np.isnan(told) & np.isnan(world.sensors.nonsense)
    assert 2.5 < (told - true)[usual].std() < 4.5


def test_every_street_leads_on_and_one_ways_make_drives_differ() -> None:
    streets = lay_streets(SMALL, np.random.default_rng(3))
    metres, seconds = drives(streets, np.arange(10))
    assert (metres >= 0).all()
    assert (np.diag(metres) == 0).all()
    assert (metres != metres.T).any()
    crow = np.linalg.norm(streets.xy[:10, None] - streets.xy[None, :10], axis=2)
    assert (metres + 10 >= crow).all()
    assert ((seconds > 0) | np.eye(10, dtype=bool)).all()


@settings(max_examples=25, deadline=None)
@given(
    hourly=st.lists(st.floats(0, 30), min_size=48, max_size=48),
    emptied=st.none() | st.integers(0, DAY_S - 1),
    capacity=st.floats(10, 200),
)
def test_litres_beside_a_bin_agree_with_a_count_minute_by_minute(
    hourly: list[float], emptied: int | None, capacity: float
) -> None:
    so_far = np.concatenate([[0.0], np.cumsum(hourly)])
    ledger = Ledger(so_far[:, None], np.array([capacity]))
    days = [ledger.close_day(0, np.array([np.inf])), ledger.close_day(1, np.array([DAY_S + (emptied or np.inf)]))]
    at = np.arange(0, 2 * DAY_S, 60) + 30
    level = np.interp(at, np.arange(49) * 3600, so_far)
    if emptied:
        level -= np.where(at >= DAY_S + emptied, np.interp(DAY_S + emptied, np.arange(49) * 3600, so_far), 0)
    beyond = np.maximum(level - capacity, 0).reshape(2, -1)
    for day, minutes in zip(days, beyond, strict=True):
        assert day.litre_days == pytest.approx(minutes.sum() / 1440, rel=0.02, abs=0.5)
        assert (day.over == {0}) or minutes.max() == 0


def test_a_round_is_driven_as_it_is_asked_for_with_the_tip_at_its_end(town: Town) -> None:
    driven = drive(town, [Round(vehicle=1, stops=(4, TIP, 7))], 0, 1.0, lambda _one, _at: 50.0)
    way = [town.depot, 4, town.tip, 7, town.tip, town.depot]
    assert driven.metres == sum(town.metres[a, b] for a, b in pairwise(way))
    assert [one.bin for one in driven.outcomes] == [4, 7]
    assert (driven.tips, driven.forced_tips, driven.unserved, driven.litres) == (2, 0, 0, 100.0)
    assert driven.outcomes[0].at_s == pytest.approx(6 * 3600 + town.seconds[town.depot, 4], abs=1)
    assert [one.kilograms for one in driven.tickets] == [round(50 * town.kg_per_l[k]) for k in (4, 7)]


def test_a_full_vehicle_has_to_tip_and_comes_back(town: Town) -> None:
    small = replace(town, vehicles=(Vehicle(litres=100),))
    driven = drive(small, [Round(vehicle=0, stops=(1, 2))], 0, 1.0, lambda _one, _at: 60.0)
    assert (driven.forced_tips, driven.tips, len(driven.outcomes)) == (1, 2, 2)
    way = [town.depot, 1, 2, town.tip, 2, town.tip, town.depot]
    assert driven.metres == sum(town.metres[a, b] for a, b in pairwise(way))


def test_what_does_not_fit_in_the_shift_is_left_and_the_crew_is_home_in_time(town: Town) -> None:
    short = replace(town, vehicles=(Vehicle(shift_s=2 * 3600),))
    driven = drive(short, [Round(vehicle=0, stops=tuple(range(20)))], 0, 1.0, lambda _one, _at: 50.0)
    assert 0 < len(driven.outcomes) < 20
    assert driven.unserved == 20 - len(driven.outcomes)
    assert driven.over_shift == 1
    assert driven.seconds <= 2 * 3600


def test_a_long_shift_has_a_break_in_it(town: Town) -> None:
    slow = replace(town, service_s=town.service_s + 900)
    stops = tuple(range(20))
    with_break = drive(slow, [Round(vehicle=0, stops=stops)], 0, 1.0, lambda _one, _at: 1.0)
    gaps = np.diff([one.at_s for one in with_break.outcomes]) - slow.service_s[list(stops[:-1])]
    legs = np.array([town.seconds[a, b] for a, b in pairwise(stops)])
    assert (gaps - legs * 1.3 > BREAK_S / 2).sum() == 1


def test_crews_say_what_they_find(town: Town) -> None:
    litres = {0: 0.2, 1: 0.6, 2: 1.0}
    driven = drive(town, [Round(vehicle=0, stops=(0, 1, 2))], 0, 1.0, lambda k, _at: litres[k] * town.capacity_l[k])
    assert [one.found for one in driven.outcomes] == [Found.NOT_FULL, Found.EMPTIED, Found.OVERFLOWING]


@pytest.mark.parametrize(
    "rounds",
    [
        [Round(vehicle=9, stops=(1,))],
        [Round(vehicle=0, stops=(1, 1))],
        [Round(vehicle=0, stops=(1,)), Round(vehicle=1, stops=(1,))],
        [Round(vehicle=0, stops=(1,)), Round(vehicle=0, stops=(2,))],
        [Round(vehicle=0, stops=(20,))],
        [Round(vehicle=0, stops=(1,), wait_s=-1)],
        [Round(vehicle=0, stops=(1,), wait_s=9 * 3600 + 1)],
    ],
)
def test_rounds_that_cannot_be_meant_are_refused(town: Town, rounds: list[Round]) -> None:
    with pytest.raises(InputError):
        drive(town, rounds, 0, 1.0, lambda _one, _at: 1.0)


def test_a_round_may_leave_later_and_has_to_be_home_at_the_same_time(town: Town) -> None:
    short = replace(town, vehicles=(Vehicle(shift_s=4 * 3600),))
    stops = tuple(range(12))
    early, late = Round(vehicle=0, stops=stops), as_late(short, Round(vehicle=0, stops=stops), FIXED_SLACK)
    at = [[one.at_s for one in drive(short, [asked], 0, 1.0, lambda _k, _at: 1.0).outcomes] for asked in (early, late)]
    assert len(at[0]) == len(at[1]) == 12
    assert late.wait_s > 0
    assert at[1][0] >= at[0][0] + late.wait_s - 60
    driven = drive(short, [replace(late, wait_s=late.wait_s + 2 * 3600)], 0, 1.0, lambda _k, _at: 1.0)
    assert driven.unserved > 0
    assert LEAVE_H * 3600 + late.wait_s + 2 * 3600 + driven.seconds <= (LEAVE_H + 4) * 3600


def test_a_round_that_fills_its_shift_leaves_at_six(town: Town) -> None:
    full = replace(town, vehicles=(Vehicle(shift_s=planned_s(town, range(20))),))
    assert as_late(full, Round(vehicle=0, stops=tuple(range(20))), (0.0, 1)).wait_s == 0


def test_what_a_round_is_planned_to_take_is_what_it_takes_on_an_empty_road(town: Town) -> None:
    stops = (4, TIP, 7, 2)
    empty = drive(town, [Round(vehicle=0, stops=stops, wait_s=5 * 3600)], 0, 1.0, lambda _k, _at: 1.0)
    assert planned_s(town, stops) == pytest.approx(empty.seconds, abs=len(stops) + 2)


def test_the_later_twin_of_a_policy_empties_the_same_bins_later(world: World) -> None:
    early, late = judged(world, 1), judge(world, Late(Every(1)), Every(1), lead_in_days=LEAD_IN)
    for one, other in zip(early.days, late.days, strict=True):
        assert [asked.stops for asked in one.rounds] == [asked.stops for asked in other.rounds]
        assert one.driven.outcomes[0].at_s < other.driven.outcomes[0].at_s
