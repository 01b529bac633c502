"""The rounds that a policy has to beat: good routes, days a depot manager would choose, and how they are counted."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hereabouts_deploy.commands.rounds_simulate import chosen
from hereabouts_deploy.main import app
from hereabouts_deploy.waste_simulation import route_book
from hereabouts_deploy.waste_simulation.baselines import CYCLES, DAILY, FIXED, THRESHOLDS
from hereabouts_deploy.waste_simulation.fixed import FOUR_DAYS, Depot, weekly_classes
from hereabouts_deploy.waste_simulation.parameters import TOWNS, TUNING_SEEDS, UNSEEN_SEEDS, Kind
from hereabouts_deploy.waste_simulation.policy import TIP
from hereabouts_deploy.waste_simulation.route_book import RouteBook
from hereabouts_deploy.waste_simulation.routes import plan_routes
from hereabouts_deploy.waste_simulation.score import Score, km_of_fixed
from hereabouts_deploy.waste_simulation.table import markdown
from hereabouts_deploy.waste_simulation.thresholds import latest
from hereabouts_deploy.waste_simulation.town import Vehicle, build_town
from hereabouts_schemas.errors import InputError

SMALL = replace(TOWNS[Kind.DENSE], bins=20, centre_blocks=5, suburbs=1, suburb_blocks=4)
SCORE = Score(
    km=80.0,
    hours=6.0,
    visits=100.0,
    unserved=0.0,
    tips=2.0,
    forced_tips=0.0,
    fill_percent=50.0,
    overflow_percent=1.0,
    overflow_litre_days=3.0,
)


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    town, usual = build_town(Kind.DENSE, 1, SMALL)
    return Depot(town=town, usual_l=usual.told_l, book=RouteBook(tmp_path, iterations=20))


def test_routes_serve_every_bin_once_and_tip_before_a_vehicle_is_full(depot: Depot) -> None:
    town = replace(depot.town, vehicles=(Vehicle(litres=1500),) * 2)
    litres = town.capacity_l * 0.8
    rounds = plan_routes(town, range(town.bins), list(litres), 50)
    stops = [stop for one in rounds for stop in one.stops if stop != TIP]
    assert sorted(stops) == list(range(town.bins))
    for one in rounds:
        load = 0.0
        for stop in one.stops:
            load = 0.0 if stop == TIP else load + round(litres[stop])
            assert load <= 1500
    assert any(TIP in one.stops for one in rounds)
    assert rounds == plan_routes(town, range(town.bins), list(litres), 50)


def test_routes_are_made_once(depot: Depot, monkeypatch: pytest.MonkeyPatch) -> None:
    litres = [50.0] * 5
    made = depot.book.rounds(depot.town, range(5), litres)
    monkeypatch.setattr(route_book, "plan_routes", lambda *_: pytest.fail("made again"))
    assert depot.book.rounds(depot.town, range(5), litres) == made
    other = replace(depot.town, metres=depot.town.metres + 1)
    with pytest.raises(pytest.fail.Exception):
        depot.book.rounds(other, range(5), litres)


@pytest.mark.parametrize("name", list(CYCLES))
def test_every_bin_has_its_turn_in_every_fixed_round(depot: Depot, name: str) -> None:
    cycle = CYCLES[name](depot).cycle
    assert set().union(*(day.bins for day in cycle)) == set(range(depot.town.bins))
    assert all(len(day.bins) == len(set(day.bins)) == len(day.litres) for day in cycle)


def test_bins_come_on_the_days_the_name_says(depot: Depot) -> None:
    every = set(range(depot.town.bins))
    assert [set(day.bins) for day in CYCLES["fixed-3rd-day"](depot).cycle] == [every, set(), set()]
    halves = [set(day.bins) for day in CYCLES["fixed-2nd-day-halves"](depot).cycle]
    assert halves[0] | halves[1] == every
    assert not halves[0] & halves[1]
    alternate = [set(day.bins) for day in CYCLES["alternate-classes-90"](depot).cycle]
    assert alternate[1] == alternate[3] == set()
    assert alternate[0] & alternate[2] != every


def test_a_week_s_plan_keeps_quiet_bins_below_the_limit_with_fewer_visits(depot: Depot) -> None:
    expected = depot.expected() / depot.town.capacity_l * 100
    days_of = {k: [d for d, day in enumerate(weekly_classes(depot, 75).cycle) if k in day.bins] for k in range(20)}
    assert len({len(days) for days in days_of.values()}) > 1
    for one, days in days_of.items():
        gaps = zip(days, [*days[1:], days[0] + 7], strict=True)
        fullest = max(sum(expected[day % 7, one] for day in range(*gap)) for gap in gaps)
        assert fullest <= 75 or len(days) == 7
    assert {d for d, day in enumerate(weekly_classes(depot, 75, FOUR_DAYS).cycle) if day.bins} <= set(FOUR_DAYS)


def test_the_latest_level_is_the_median_of_three_that_can_be_true() -> None:
    nan = np.nan
    percent = np.array([[90.0, nan, 10.0], [20.0, nan, nan], [255.0, nan, nan], [30.0, nan, 50.0], [100.0, nan, nan]])
    assert np.array_equal(latest(percent), [30.0, nan, 30.0], equal_nan=True)


def test_a_policy_is_held_against_the_best_mixture_of_fixed_rounds() -> None:
    fixed = [(1.0, 100.0), (5.0, 60.0), (4.0, 90.0), (11.0, 40.0)]
    assert km_of_fixed(1.0, fixed) == 100
    assert km_of_fixed(3.0, fixed) == pytest.approx(80)
    assert km_of_fixed(4.0, fixed) == pytest.approx(70)
    assert km_of_fixed(0.5, fixed) == 100
    assert km_of_fixed(20.0, fixed) == 40


def test_the_table_compares_year_by_year() -> None:
    daily = {101: replace(SCORE, km=100.0), 102: replace(SCORE, km=160.0)}
    seldom = {101: replace(SCORE, km=50.0, overflow_percent=5.0), 102: replace(SCORE, km=80.0, overflow_percent=5.0)}
    ours = {101: replace(SCORE, km=60.0, overflow_percent=3.0), 102: replace(SCORE, km=96.0, overflow_percent=3.0)}
    table = markdown("dense", {DAILY: daily, "fixed-2nd-day": seldom, "ours": ours})
    assert "| ours | 78.0 | -40.0 % ± 0.0 | -20.0 % ± 0.0 | 6.0 | 100 |" in table
    assert "**dense**, 2 years" in table


def test_seeds_for_tuning_and_for_judging_are_different_ones() -> None:
    assert not set(TUNING_SEEDS) & set(UNSEEN_SEEDS)
    assert len(UNSEEN_SEEDS) == 10


def test_policies_are_chosen_by_name() -> None:
    assert chosen(None) == list(FIXED)
    assert chosen(["fixed", "fixed", *THRESHOLDS]) == [*FIXED, *THRESHOLDS]
    with pytest.raises(InputError, match="fixed-daily"):
        chosen(["fixed-hourly"])


def test_the_command_prints_each_year_s_figures(tmp_path: Path) -> None:
    asked = ["--town", "rural", "--policy", DAILY, "--policy", "threshold-80"]
    few = ["--years", "1", "--days", "3", "--iterations", "2", "--cache", str(tmp_path), "--json"]
    done = CliRunner().invoke(app, ["rounds", "simulate", *asked, *few])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)["rural"]
    assert figures[DAILY]["1"]["visits"] == 150
    assert 0 < figures["threshold-80"]["1"]["km"] < figures[DAILY]["1"]["km"]
    assert list(tmp_path.glob("rural-1-*.json"))
