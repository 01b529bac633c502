"""Our policy in a small made-up town: it takes part in the judge's year, learns, and leaves days out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hereabouts_deploy.waste_policies import DIAL, POLICIES
from hereabouts_deploy.waste_policy.calendar import DAY_S, ZERO_S, growths_of
from hereabouts_deploy.waste_policy.day_work import matrix_of, planned
from hereabouts_deploy.waste_policy.memory import _emptying
from hereabouts_deploy.waste_policy.ours import Ours
from hereabouts_deploy.waste_simulation.demand import live_year
from hereabouts_deploy.waste_simulation.fixed import Depot
from hereabouts_deploy.waste_simulation.judge import World, judge
from hereabouts_deploy.waste_simulation.parameters import TOWNS, Kind
from hereabouts_deploy.waste_simulation.policy import TIP, Found, Morning, Round
from hereabouts_deploy.waste_simulation.route_book import RouteBook
from hereabouts_deploy.waste_simulation.sensors import fit_sensors
from hereabouts_deploy.waste_simulation.town import build_town
from hereabouts_platform.bins.advance import Emptied, Seen
from hereabouts_platform.bins.level import from_fill_level
from hereabouts_platform.bins.visits import VisitRules
from hereabouts_platform.bins.zero import NOT_FULL_IS

DAYS, LEAD_IN = 12, 5
SMALL = replace(TOWNS[Kind.MIXED], bins=16, centre_blocks=5, suburbs=1, suburb_blocks=4)


class Daily:
    """All bins each day."""

    def plan(self, morning: Morning) -> Sequence[Round]:
        return [Round(vehicle=0, stops=tuple(range(morning.town.bins)))]


class Watched(Ours):
    """Ours, with the mornings it was asked on."""

    mornings: tuple[Morning, ...] = ()

    def plan(self, morning: Morning) -> Sequence[Round]:
        self.mornings += (morning,)
        return super().plan(morning)


def test_it_learns_and_goes_only_where_and_when_it_pays(tmp_path: Path) -> None:
    town, usual = build_town(Kind.MIXED, 1, SMALL)
    town = replace(town, sensor=(False, *town.sensor[1:]))
    world = World(town=town, usual=usual, year=live_year(town, usual, 1, DAYS), sensors=fit_sensors(town, 1, DAYS))
    depot = Depot(town=town, usual_l=usual.told_l, book=RouteBook(tmp_path, 1))
    policy = Watched(depot, 2.0)
    days = judge(world, policy, Daily(), lead_in_days=LEAD_IN).days
    visits = [stop for day in days for one in day.rounds for stop in one.stops if stop != TIP]
    assert 0 < len(visits) < len(days) * town.bins / 2
    assert any(not day.rounds for day in days)
    assert all(one.wait_s > 0 for day in days for one in day.rounds)
    memory = policy._memory
    assert memory is not None
    state, last = memory.state, policy.mornings[-1]
    assert ZERO_S + last.now_s - 3600 <= state.as_of <= ZERO_S + last.now_s
    with_sensor = [state.bins[str(k)] for k in range(town.bins) if town.sensor[k]]
    assert all(one.read_at > state.as_of - 3 * DAY_S for one in with_sensor)
    assert all(one.emptyings >= LEAD_IN - 1 for one in state.bins.values())
    true = world.year.so_far[last.today * 24] / last.today / town.capacity_l * 100
    found = np.array([state.bins[str(k)].total / state.bins[str(k)].weight for k in range(town.bins)])
    assert np.corrcoef(true, found)[0, 1] > 0.8
    growth = growths_of(town, last.days, memory.groups, {})
    assert set(growth) == set(memory.groups)


def test_a_word_of_a_bin_without_a_sensor_is_what_was_seen_in_it() -> None:
    nothing = from_fill_level(np.empty(0, np.int64), np.empty(0))
    assert [type(one) for one in _emptying("a", DAY_S, nothing, Found.EMPTIED)] == [Emptied]
    over, emptied = _emptying("a", DAY_S, nothing, Found.OVERFLOWING)
    assert over == Seen(bin="a", at=DAY_S, least=100)
    assert isinstance(emptied, Emptied)
    little, _ = _emptying("a", DAY_S, nothing, Found.NOT_FULL)
    assert little == Seen(bin="a", at=DAY_S, most=NOT_FULL_IS)
    told = from_fill_level(np.array([DAY_S - 600], np.int64), np.array([40.0]))
    assert _emptying("a", DAY_S, told, Found.OVERFLOWING) == [Emptied(bin="a", at=DAY_S, before=40.0)]


def test_no_bin_is_left_longer_than_the_product_leaves_one(tmp_path: Path) -> None:
    """A dial so low that no overflow is worth a way."""
    town, usual = build_town(Kind.MIXED, 1, SMALL)
    days = LEAD_IN + int(VisitRules().max_days) + 2
    world = World(town=town, usual=usual, year=live_year(town, usual, 1, days), sensors=fit_sensors(town, 1, days))
    policy = Watched(Depot(town=town, usual_l=usual.told_l, book=RouteBook(tmp_path, 1)), 0.001)
    judged = judge(world, policy, Daily(), lead_in_days=LEAD_IN).days
    emptied = [one.bin for day in judged for one in day.driven.outcomes]
    assert sorted(emptied) == list(range(town.bins))


def test_the_dial_is_in_the_table_of_policies() -> None:
    assert {f"ours-{one:g}" for one in DIAL} <= set(POLICIES)


def test_what_one_vehicle_can_do_is_not_shared_among_three() -> None:
    town = build_town(Kind.MIXED, 1, SMALL)[0]
    worth = dict.fromkeys(range(town.bins), 50.0)
    rounds = planned(town, matrix_of(town), worth, np.full(town.bins, 40.0), (6 * 3600, 60))
    assert [len(one.stops) for one in rounds] == [town.bins]
