"""How many vehicles go out: halves, then between, and none given up that a must or the road needs."""

from collections.abc import Callable, Set

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.planning.arcs import NO_WAY, Whole
from hereabouts_platform.planning.fleet import best_fleet, costs_to_go_out, one_fewer
from hereabouts_platform.planning.problem import Answer, Crew, Do, Orders, Problem
from hereabouts_platform.planning.workers import Effort, Task, after_meeting

TASKS = 12


@given(vehicles=st.integers(1, 40), least=st.integers(1, 40))
def test_the_cheapest_number_is_found_and_never_one_dearer_than_all(vehicles: int, least: int) -> None:
    problem = day([crew(*(f"v{n}" for n in range(vehicles)))])
    looked: list[int] = []

    def cost(many: int) -> int:
        return abs(many - min(least, vehicles)) * (1 if many > least else 3)

    found, answer = best_fleet(problem, Answer(cost(vehicles), out_all(problem)), searching(cost, looked))
    assert answer.cost <= cost(vehicles)
    assert sum(len(one.vehicles) for one in found.crews) == len(answer.orders)
    assert len(looked) <= 1 + int(np.log2(max(2, vehicles)) + 1)
    if least <= 1 or least >= vehicles:
        assert answer.cost == 0


def test_what_halving_went_past_is_looked_at_too() -> None:
    costs = {8: 100, 4: 90, 2: 200, 3: 95, 5: 60}
    problem = day([crew(*(f"v{n}" for n in range(8)))])
    _, answer = best_fleet(problem, Answer(costs[8], out_all(problem)), searching(costs.__getitem__, []))
    assert answer.cost == 60


def test_a_vehicle_that_a_must_needs_and_one_on_the_road_stay() -> None:
    other = np.full((TASKS + 2, TASKS + 2), 5, np.int64)
    barred = other.copy()
    barred[:, 3] = NO_WAY
    crews = [crew("a", "b", "c", profile=1), crew("crane", profile=0), crew("gone", profile=1, out=True)]
    problem = day(crews, musts={3}, profiles=(other, barred))
    kept: list[set[str]] = []

    def short(fewer: Problem, _: Orders) -> Answer:
        kept.append({name for one in fewer.crews for name in one.vehicles})
        return Answer(1, {name: (Do(0),) for name in kept[-1]})

    orders = {name: (Do(n), Do(n + 5)) for n, name in enumerate(("a", "b", "c", "gone"))} | {"crane": (Do(3),)}
    best_fleet(problem, Answer(100, orders), short)
    assert kept
    assert all({"crane", "gone"} <= one for one in kept)
    assert len(kept[0]) < 5


@pytest.mark.parametrize("many", [0, 1, 2, 5])
def test_the_vehicle_that_does_least_stays_in_and_never_the_last(many: int) -> None:
    names = [f"v{n}" for n in range(many)]
    orders = {name: tuple(Do(n) for n in range(9 - number)) for number, name in enumerate(names)}
    fewer, rest = one_fewer(day([crew(*names, "idle")]), Answer(1, orders))
    assert list(rest) == (names[:-1] if many > 1 else names)
    assert "idle" not in rest
    assert fewer.crews


@pytest.mark.parametrize(("warm", "vehicles"), [(None, [3, 3, 2]), ({"v0": (Do(1),)}, [3, 3, 3])])
def test_after_meeting_the_last_search_goes_on_with_a_vehicle_fewer(warm: Orders | None, vehicles: list[int]) -> None:
    """Not where a plan stands that has to be kept to."""
    problem = day([crew("v0", "v1", "v2")])
    tasks = [Task(problem, Effort(processes=3), number, 0.0, warm, 1.0) for number in range(3)]
    rest = after_meeting(tasks, problem, Answer(1, out_all(problem)))
    assert [sum(len(one.vehicles) for one in task.problem.crews) for task in rest] == vehicles
    assert [len(task.warm or ()) for task in rest] == vehicles


@pytest.mark.parametrize(("fixed", "out", "said"), [(0, False, False), (9, False, True), (9, True, False)])
def test_giving_one_up_is_tried_where_going_out_costs_something(*, fixed: int, out: bool, said: bool) -> None:
    assert costs_to_go_out(day([crew("a", fixed=fixed, out=out)])) is said


def searching(cost: Callable[[int], int], looked: list[int]) -> Callable[[Problem, Orders], Answer]:
    def short(problem: Problem, orders: Orders) -> Answer:
        many = sum(len(one.vehicles) for one in problem.crews)
        assert many == len(orders)
        looked.append(many)
        return Answer(cost(many), out_all(problem))

    return short


def out_all(problem: Problem) -> Orders:
    return {name: (Do(0),) for one in problem.crews for name in one.vehicles}


def crew(*vehicles: str, profile: int = 0, out: bool = False, fixed: int = 1000) -> Crew:
    return Crew(
        vehicles=vehicles,
        capacity=(),
        initial=(),
        from_s=0,
        leave_by_s=0,
        to_s=1,
        work_s=1,
        fixed=fixed,
        per_m=1,
        per_s=1,
        profile=profile,
        out=out,
        tips=(),
    )


def day(crews: list[Crew], *, musts: Set[int] = frozenset(), profiles: tuple[Whole, ...] = ()) -> Problem:
    legs = profiles or (np.full((TASKS + 2, TASKS + 2), 5, np.int64),)
    return Problem(
        tasks=tuple(range(TASKS)),  # type: ignore[arg-type]
        jobs=(),
        musts=tuple(n in musts for n in range(TASKS)),
        prizes=(0,) * TASKS,
        loads=((),) * TASKS,
        tippings=(),
        tip_spans=(),
        crews=tuple(crews),
        profiles=tuple((one, one) for one in legs),
        timed=True,
    )
