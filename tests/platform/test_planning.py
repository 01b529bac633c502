"""Plans of days that have everything in them hold by the independent check, and say why what is left is left."""

import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from field_day import SHORT, SIX, TIP, day, hours, matrices, rich_day, vehicle, visit

import hereabouts_platform.planning
from hereabouts_platform.plan_check.check import check
from hereabouts_platform.planning import plan as plan_module
from hereabouts_platform.planning.build import Setting, build
from hereabouts_platform.planning.duty import duty_rules, rule_sets
from hereabouts_platform.planning.plan import Made, plan_day, rounds_of
from hereabouts_platform.planning.problem import Answer
from hereabouts_platform.planning.roads import clock_of, roads_of
from hereabouts_platform.planning.workers import Effort, searches
from hereabouts_platform.roads.matrix import UNREACHABLE, Matrix
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import Compartment, DayWork, Load, RoundPlan, StopKind

MADE = Made(at=SIX - timedelta(hours=1), roads="great_circle", attribution="")


def planned(work: DayWork, roads: dict[str, Matrix] | None = None, iterations: int = 60) -> RoundPlan:
    """A plan that holds."""
    roads = matrices(work) if roads is None else roads
    plan = plan_day(work, roads, Effort(iterations=iterations), MADE)
    assert check(plan, roads) == []
    return plan


def served(plan: RoundPlan) -> dict[str, str]:
    return {stop.visit: one.vehicle for one in plan.rounds for stop in one.stops if stop.visit}


@pytest.mark.parametrize("seed", range(4))
def test_a_day_with_everything_in_it_holds(seed: int) -> None:
    plan = planned(rich_day(seed))
    assert not [one for one in plan.left if one.unmet]
    done = served(plan)
    assert done["v3"] == done["v4"] == "t0"
    if "v2" in done:
        assert done["v1"] == done["v2"]


def test_the_same_seed_and_iterations_make_the_same_plan() -> None:
    work = rich_day(1)
    one, other = planned(work), planned(work)
    assert one.rounds == other.rounds
    assert one.left == other.left


def test_a_lorry_tips_in_between_when_it_is_full_and_before_home() -> None:
    work = day(*(visit(n, load=Load(stream="litter", litres=300, kg=10)) for n in range(5)))
    [one] = planned(work).rounds
    tips = [n for n, stop in enumerate(one.stops) if stop.kind is StopKind.TIP]
    assert len(tips) == 2
    assert tips[-1] == len(one.stops) - 2
    assert one.stops[-1].carried == ()


def test_a_van_that_carries_nothing_goes_straight_home() -> None:
    inspections = (visit(n, load=None, skills=("damp",), windows=(hours(n, n + 0.5),)) for n in range(3))
    work = day(*inspections, vehicles=(vehicle(0, compartments=(), skills=("damp",)),), tips=())
    [one] = planned(work).rounds
    assert [stop.visit for stop in one.stops if stop.visit] == ["v0", "v1", "v2"]
    assert StopKind.TIP not in {stop.kind for stop in one.stops}
    assert [stop.kind for stop in one.stops].count(StopKind.BREAK) == 1


def test_what_costs_more_than_the_harm_is_left_without_alarm() -> None:
    work = day(visit(0), visit(1, must=False, prize_p=1))
    roads = matrices(work)
    far = roads["rcv"].metres + np.where(np.array(roads["rcv"].ids) == "p1", 20_000, 0)
    np.fill_diagonal(far, 0)
    plan = planned(work, {"rcv": replace(roads["rcv"], metres=far.astype(np.int32))})
    assert [(one.visit, one.unmet) for one in plan.left] == [("v1", False)]
    assert plan.left[0].says.startswith("Going there would cost more")


IMPOSSIBLE = {
    "class": (visit(1, vehicle_classes=("van",)), "of a class that cannot get there"),
    "skill": (visit(1, skills=("crane",)), "lacks the skill crane"),
    "stream": (visit(1, load=Load(stream="glass", litres=1, kg=1)), "does not carry glass"),
    "size": (visit(1, load=Load(stream="litter", litres=2000, kg=1)), "2000 litres and 1 kg are more than it holds"),
    "lock": (visit(1, locked_to="t9"), "kept for t9, but it is not out today"),
    "window": (visit(1, windows=(hours(9, 10),)), "its hours do not fit the shift"),
    "yesterday": (visit(1, windows=(hours(-9, -8),)), "leave no time"),
    "order": (visit(1, after="v7"), "right after v7, which is not part"),
    "circle": (visit(1, after="v1"), "leads to no visit that can come first"),
    "map": (visit(1, place="nowhere"), "no way for it to get there"),
}


@pytest.mark.parametrize("what", sorted(IMPOSSIBLE))
def test_a_must_that_cannot_be_done_is_left_with_the_reason_and_the_rest_is_planned(what: str) -> None:
    lost, why = IMPOSSIBLE[what]
    plan = planned(day(visit(0), lost), matrices(day(visit(0), visit(1))))
    assert set(served(plan)) == {"v0"}
    assert [(one.visit, one.unmet) for one in plan.left] == [("v1", True)]
    assert why in plan.left[0].says


def test_a_place_that_no_road_leads_to_is_left() -> None:
    work = day(visit(0), visit(1))
    roads = matrices(work)["rcv"]
    cut = roads.metres.copy()
    cut[:, roads.ids.index("p1")] = UNREACHABLE
    np.fill_diagonal(cut, 0)
    plan = planned(work, {"rcv": replace(roads, metres=cut)})
    assert [one.visit for one in plan.left if one.unmet] == ["v1"]


def test_more_musts_than_a_shift_holds_are_left_as_unmet_and_the_rest_holds() -> None:
    work = day(*(visit(n, service_s=3600, load=None) for n in range(12)))
    plan = planned(work)
    assert 0 < len(served(plan)) < 12
    assert all(one.unmet and "time or room" in one.says for one in plan.left)


def test_without_vehicles_all_is_left() -> None:
    plan = planned(day(visit(0), vehicles=()))
    assert [(one.visit, one.unmet) for one in plan.left] == [("v0", True)]


def test_a_load_that_no_tip_takes_keeps_a_lorry_in_the_yard() -> None:
    full = vehicle(0, compartments=(Compartment(litres=100, kg=100),), carries=(Load(stream="oil", litres=9, kg=9),))
    plan = planned(day(visit(0), vehicles=(full,), tips=(replace(TIP, streams=("litter",)),)))
    assert plan.rounds == ()
    assert "no tip takes the oil in it" in plan.left[0].says


def test_streams_that_go_to_two_tips_are_tipped_at_both() -> None:
    tips = (replace(TIP, streams=("litter",)), replace(TIP, id="glass tip", streams=("glass",)))
    split = (Compartment(streams=("glass",), litres=300, kg=200), Compartment(streams=("litter",), litres=700, kg=90))
    loads = (Load(stream="glass", litres=100, kg=50), Load(stream="litter", litres=100, kg=5))
    work = day(*(visit(n, load=loads[n % 2]) for n in range(8)), vehicles=(vehicle(0, compartments=split),), tips=tips)
    [one] = planned(work).rounds
    assert {stop.place for stop in one.stops[-3:-1]} == {"tip", "glass tip"}


def test_a_rest_is_found_where_windows_leave_little_room() -> None:
    work = day(*(visit(n, load=None, windows=(hours(0.4 * n, 0.4 * n + 0.45),)) for n in range(6)))
    plan = planned(work)
    rests = [stop for one in plan.rounds for stop in one.stops if stop.kind is StopKind.BREAK]
    assert all(stop.leaves_at - stop.begins_at == timedelta(seconds=SHORT.breaks[0].length_s) for stop in rests)
    assert rests


@pytest.mark.parametrize("seed", [56, 77, 145, 237])
def test_a_round_that_is_late_by_its_rest_loses_a_bin_and_sends_no_second_lorry(seed: int) -> None:
    """Of days on which nothing that the first search finds can be timed: the search with less room took two."""
    work = day_without_room_for_rests(seed)
    assert len(planned(work, matrices(work, seed)).rounds) == 1


@pytest.mark.parametrize("seed", [56, 237])
def test_of_answers_that_cannot_be_timed_the_best_is_not_always_the_first(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that loses much once its rests are in must not hide the next one, which loses a bin."""
    work = day_without_room_for_rests(seed)
    setting = Setting(work=work, roads=roads_of(work, matrices(work, seed)), clock=clock_of(work))
    [good] = searches(build(setting).problem, Effort(iterations=60))
    turned = Answer(good.cost - 1, {vehicle: order[::-1] for vehicle, order in good.orders.items()})

    def found(*answers: Answer) -> tuple[int, int]:
        first = [list(answers)]
        monkeypatch.setattr(plan_module, "searches", lambda *given: first.pop() if first else searches(*given))
        rounds, left = rounds_of(setting, Effort(iterations=60))
        return len(rounds), len(left)

    assert found(turned, good) == found(good)


def day_without_room_for_rests(seed: int) -> DayWork:
    """40 bins of which most fill one lorry's shift; nothing that a short search finds leaves room for its rest."""
    dice = random.Random(seed)
    visits = []
    for number in range(40):
        load = Load(stream="litter", litres=dice.randint(20, 90), kg=5)
        prize_p = dice.randint(200, 1500)
        windows = (hours(begin := dice.randint(0, 3), begin + 1),) if dice.random() < 0.3 else ()
        visits.append(visit(number, load=load, must=False, prize_p=prize_p, windows=windows))
    return day(*visits, vehicles=tuple(vehicle(number, shift=hours(0, 4)) for number in range(4)))


def test_processes_find_what_one_of_them_finds() -> None:
    work = rich_day(2)
    roads = matrices(work)
    plan = plan_day(work, roads, Effort(iterations=20, processes=2), MADE)
    assert check(plan, roads) == []


@pytest.mark.parametrize(
    "behind",
    [
        {"load": Load(stream="glass", litres=50, kg=5)},
        {"locked_to": "t9"},
        {"load": Load(stream="litter", litres=950, kg=6)},
    ],
)
def test_what_comes_first_is_done_where_what_comes_right_after_cannot_be(behind: dict[str, object]) -> None:
    full = Load(stream="litter", litres=600, kg=6)
    work = day(visit(0, load=full), visit(1, after="v0", **behind), visit(2, after="v1"))
    plan = planned(work)
    assert set(served(plan)) == {"v0"}
    assert [(one.visit, one.unmet) for one in plan.left] == [("v1", True), ("v2", True)]


def test_processes_leave_all_where_nothing_is_worth_its_way() -> None:
    work = day(*(visit(n, must=False, prize_p=1) for n in range(3)))
    plan = plan_day(work, matrices(work), Effort(iterations=20, processes=2), MADE)
    assert (plan.rounds, len(plan.left)) == ((), 3)


def test_a_class_without_roads_and_unknown_rules_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="rcv"):
        plan_day(day(visit(0)), {}, Effort(iterations=1), MADE)
    work = day(visit(0), vehicles=(vehicle(0, duty="none such"),))
    with pytest.raises(InputError, match="none such"):
        plan_day(work, matrices(work), Effort(iterations=1), MADE)


def test_rules_as_shipped_and_a_councils_own_beside_them(tmp_path: Path) -> None:
    shipped = duty_rules()
    domestic = shipped["gb_domestic"]
    assert (domestic.most_driving_s, domestic.most_duty_s) == (36_000, 39_600)
    assert all(one.source and one.breaks for one in shipped.values())
    own = tmp_path / "own.toml"
    assert rule_sets() == rule_sets(own) == rule_sets(own / "beyond") == shipped
    own.write_text(f"[ours]{OWN}[working_time]{OWN}", encoding="utf-8")
    found = rule_sets(own)
    assert {name: one.most_duty_s for name, one in found.items()} == {
        "gb_domestic": 39_600, "assimilated_eu": 46_800, "working_time": 9, "ours": 9,
    }  # fmt: skip
    with pytest.raises(InputError, match="Is a directory"):
        rule_sets(tmp_path)


OWN = '\nsource = "agreed"\nmost_driving_s = 5\nmost_duty_s = 9\nbreaks = [{ after_s = 7, length_s = 1 }]\n'


@pytest.mark.parametrize(
    ("was", "then", "says"),
    [
        ("= 9", '= "long"', r"own\.toml: ours\.most_duty_s: 'long' .* whole number of seconds, 1 to 86400"),
        ("= 9", "= true", r"ours\.most_duty_s: 'True'"),
        ("= 9", "= 86401", r"ours\.most_duty_s: '86401'"),
        ('"agreed"', '" "', r"ours\.source: ' ' .* which law or agreement"),
        ("breaks", "brakes", r"ours\.brakes: .* The keys are breaks, most_driving_s, most_duty_s, source"),
        ("length_s", "lasts_s", r"ours\.breaks\.lasts_s: '1' .* The keys are after_s, length_s"),
        ("breaks = [{", "breaks = 3 # [{", r"ours\.breaks: '3' .* Give a list of at most 2"),
        ("[ours]", "ours = 3\n[gb]", r"own\.toml: ours: '3' .* a table, like \[our_agreement\]"),
        ("[ours]", "[ours", "cannot be used. It cannot be read: "),
    ],
)
def test_a_file_of_rules_that_cannot_be_used_says_where_and_why(was: str, then: str, says: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f"[ours]{OWN}".replace(was, then), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        rule_sets(own)


def test_one_module_alone_knows_the_solver() -> None:
    folder = Path(hereabouts_platform.planning.__file__).parents[2]
    knows = re.compile(r"^\s*(import|from) pyvrp", re.MULTILINE)
    assert [path.name for path in folder.rglob("*.py") if knows.search(path.read_text(encoding="utf-8"))] == [
        "solver.py"
    ]
