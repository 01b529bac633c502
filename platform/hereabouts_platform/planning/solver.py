"""The solver: the only module that knows PyVRP. Numbers go in, what each vehicle does in turn comes out."""

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyvrp
from pyvrp import (
    Activity,
    ActivityType,
    Client,
    ClientGroup,
    Depot,
    Location,
    ProblemData,
    Route,
    Solution,
    VehicleType,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchParams
from pyvrp.PenaltyManager import PenaltyParams
from pyvrp.search import NeighbourhoodParams, PerturbationParams
from pyvrp.solve import SolveParams
from pyvrp.stop import MaxIterations, MaxRuntime
from pyvrp.stop import StoppingCriterion as Stop

from hereabouts_platform.planning.arcs import NO_WAY, Whole
from hereabouts_platform.planning.problem import Answer, Crew, Do, Orders, Problem

START, END, FIRST_TIP = 0, 1, 2  # depots, as PyVRP numbers them
NEVER = 10**8
NOTHING = 2**62  # what PyVRP says a solution costs that does not hold
# Smaller steps than PyVRP's own (50 neighbours, up to 25 disturbed at once): twice the iterations in the same time.
NEIGHBOURS, DISTURBED = 30, 15
# Back to the best after 4,000 iterations without a better one, not 150,000: these searches are over long before that.
TRIES = 4000
# A step may be worse than what stood some iterations ago. PyVRP looks 300 back, and a search of seconds never comes to
# rest by that: a hundredth of all iterations there will be, of which there are some 300,000 a second and task.
LEAST_BACK, MOST_BACK, BACK, PACE = 10, 300, 100, 300_000
PATIENCE = 0.4  # of a search, for a plan that does all musts
ENDLESS = np.iinfo(np.int64).max  # PyVRP's own word for no limit
FAR = 1_000_000  # no vehicle tips that often


@dataclass(frozen=True, slots=True)
class Search:
    """One search: its seed, and its end by time or by iterations, whichever is given."""

    seed: int
    seconds: float | None = None
    iterations: int | None = None


def solve(problem: Problem, search: Search, warm: Orders | None = None) -> Answer:
    """The best orders that one search finds; the same for the same seed and iterations.

    First with all musts; where that finds nothing that holds, as many as there is room for.

    Args:
        warm: orders to begin with, which need not hold; tasks that they do not name are free.
    """
    if not problem.jobs:
        return Answer(sum(problem.prizes), {})
    stop = _stop(search)
    found = _run(problem, _Hopeless(stop, search), search, warm, strict=True)
    if found.is_feasible():
        return Answer(_cost(problem, found), _orders(problem, found))
    again = _stop(replace(search, iterations=search.iterations and search.iterations // 2))
    stop = stop if search.iterations is None else again
    found = _run(problem, stop, search, _orders(problem, found), strict=False)
    return Answer(_cost(problem, found), _orders(problem, found))


def _run(problem: Problem, stop: Stop, search: Search, warm: Orders | None, *, strict: bool) -> Solution:
    data = _data(problem, strict=strict)
    first = None if warm is None else Solution(data, _routes(problem, data, warm))
    params = _params(problem, search, PenaltyParams() if strict else _dear(problem))
    with warnings.catch_warnings():  # of a day that cannot hold, which is no surprise where vehicles are taken away
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        return pyvrp.solve(
            data, stop, seed=search.seed, collect_stats=False, params=params, initial_solution=first
        ).best


def _dear(problem: Problem) -> PenaltyParams:
    """A litre, kilogram or second too much costs as much as a must that is left: PyVRP begins half-way to the most.

    By its usual ones all musts are taken along, as some litres too much cost less, and nothing found ever holds.
    """
    usual = PenaltyParams()
    return replace(usual, max_penalty=max(usual.max_penalty, 2.0 * max(problem.prizes)))


def _params(problem: Problem, search: Search, penalty: PenaltyParams) -> SolveParams:
    iterations = search.iterations
    if iterations is None:
        iterations = int(PACE * (search.seconds or 0.0) / len(problem.jobs))
    back = min(max(iterations // BACK, LEAST_BACK), MOST_BACK)
    return SolveParams(
        penalty=penalty,
        ils=IteratedLocalSearchParams(num_iters_no_improvement=TRIES, history_length=back),
        neighbourhood=NeighbourhoodParams(num_neighbours=NEIGHBOURS),
        perturbation=PerturbationParams(min_perturbations=1, max_perturbations=DISTURBED),
    )


def _stop(search: Search) -> Stop:
    if search.iterations is not None:
        return MaxIterations(search.iterations)
    return MaxRuntime(search.seconds or 0.0)


class _Hopeless:
    """Ends a search at its end, or sooner where nothing that holds is found in the first part of it."""

    def __init__(self, stop: Stop, search: Search) -> None:
        self._stop, self._search = stop, search
        self._started, self._calls = time.perf_counter(), 0

    def __call__(self, best_cost: int) -> bool:
        self._calls += 1
        holds = best_cost < NOTHING
        if self._search.iterations is not None:
            spent = self._calls / max(1, self._search.iterations)
        else:
            spent = (time.perf_counter() - self._started) / max(1e-9, self._search.seconds or 0.0)
        return self._stop(best_cost) or (not holds and spent > PATIENCE)


def _cost(problem: Problem, solution: Solution) -> int:
    """What a solution costs, breaches at a price: a round that stands already may leave no way without one."""
    done = {problem.jobs[one.idx].task for route in solution.routes() for one in route if _is_job(problem, one)}
    left = sum(prize for task, prize in enumerate(problem.prizes) if task not in done)
    breach = 0 if solution.is_feasible() else NEVER * (1 + solution.time_warp() + sum(solution.excess_load()))
    return left + breach + solution.distance_cost() + solution.duration_cost() + solution.fixed_vehicle_cost()


def _data(problem: Problem, *, strict: bool) -> ProblemData:
    """The numbers for PyVRP: musts required, or (not strict) with prizes too high to leave, which takes far longer."""
    clients, groups = _clients(problem, strict=strict)
    anchors = _anchors(problem)
    metres: list[Any] = [_anchored(problem, n, one, anchors) for n, (one, _) in enumerate(problem.profiles)]
    seconds: list[Any] = [_anchored(problem, n, one, anchors) for n, (_, one) in enumerate(problem.profiles)]
    nothing = [0] * len(problem.crews[0].capacity)
    clients += [Client(len(problem.profiles[0][0]) + n, pickup=nothing) for n in range(len(anchors))]
    spots = [Location(0, 0) for _ in metres[0]]
    depots = [Depot(problem.start), Depot(problem.end)]
    depots += [
        Depot(problem.node_of_tipping(one.tipping), one.early, one.late, one.service_s) for one in problem.tip_spans
    ]
    return ProblemData(
        locations=spots,
        clients=clients,
        depots=depots,
        vehicle_types=[_vehicle_type(one, timed=problem.timed) for one in problem.crews],
        distance_matrices=metres,
        duration_matrices=seconds,
        groups=groups,
    )


def _anchors(problem: Problem) -> list[tuple[str, int]]:
    """Vehicles on the road, and the matrices they drive by.

    Each has to do one more thing, where it stands: else a vehicle with nothing left to do would cost nothing, though
    it has to come home.
    """
    return [(vehicle, crew.profile) for crew in problem.crews if crew.out for vehicle in crew.vehicles]


def _anchored(problem: Problem, profile: int, legs: Whole, anchors: Sequence[tuple[str, int]]) -> Whole:
    """Legs with a node more for each anchor: reached from the start alone, and leaving as the start does."""
    size = len(legs)
    found = np.full((size + len(anchors), size + len(anchors)), NO_WAY, np.int64)
    found[:size, :size] = legs
    for n, (_, own) in enumerate(anchors, size):
        if own == profile:
            found[n, :size] = legs[problem.start]
            found[problem.start, n] = 0
    np.fill_diagonal(found, 0)
    return found


def _clients(problem: Problem, *, strict: bool) -> tuple[list[Client], list[ClientGroup]]:
    """A client a job; jobs of one task exclude each other."""
    ways: list[list[int]] = [[] for _ in problem.tasks]
    for number, job in enumerate(problem.jobs):
        ways[job.task].append(number)
    several = [one for one in ways if len(one) > 1]
    group_of = {number: group for group, numbers in enumerate(several) for number in numbers}
    clients = [
        Client(
            job.task,
            pickup=list(problem.loads[job.task]),
            service_duration=job.service_s,
            tw_early=job.early if problem.timed else 0,
            tw_late=job.late if problem.timed else ENDLESS,
            prize=0 if strict and problem.musts[job.task] else problem.prizes[job.task],
            required=strict and problem.musts[job.task] and number not in group_of,
            group=group_of.get(number),
        )
        for number, job in enumerate(problem.jobs)
    ]
    return clients, [
        ClientGroup(numbers, required=strict and problem.musts[problem.jobs[numbers[0]].task]) for numbers in several
    ]


def _vehicle_type(crew: Crew, *, timed: bool) -> VehicleType:
    return VehicleType(
        num_available=len(crew.vehicles),
        capacity=list(crew.capacity),
        start_depot=START,
        end_depot=END,
        fixed_cost=crew.fixed,
        tw_early=crew.from_s if timed else 0,
        tw_late=crew.to_s if timed else ENDLESS,
        start_late=crew.leave_by_s if timed else None,
        shift_duration=crew.work_s if timed else ENDLESS,
        unit_distance_cost=crew.per_m,
        unit_duration_cost=crew.per_s,
        profile=crew.profile,
        initial_load=list(crew.initial),
        reload_depots=[FIRST_TIP + one for one in crew.tips],
        max_reloads=FAR if crew.tips else 0,
    )


def _orders(problem: Problem, solution: Solution) -> dict[str, tuple[Do, ...]]:
    free = [list(crew.vehicles) for crew in problem.crews]
    found = {}
    for route in solution.routes():
        vehicle = free[route.vehicle_type()].pop(0)
        found[vehicle] = tuple(_do(problem, one) for one in route if _is_job(problem, one) or _is_tip(one))
    return found


def _is_job(problem: Problem, activity: Activity) -> bool:
    return activity.is_client() and activity.idx < len(problem.jobs)


def _is_tip(activity: Activity) -> bool:
    return activity.is_depot() and activity.idx >= FIRST_TIP


def _do(problem: Problem, activity: Activity) -> Do:
    if activity.is_client():
        return Do(problem.jobs[activity.idx].task)
    return Do(problem.tip_spans[activity.idx - FIRST_TIP].tipping, tipping=True)


def _routes(problem: Problem, data: ProblemData, orders: Orders) -> list[Route]:
    """Routes of given orders, each task in the first of its spans."""
    types = {vehicle: number for number, crew in enumerate(problem.crews) for vehicle in crew.vehicles}
    client_of: dict[int, int] = {}
    for number, job in enumerate(problem.jobs):
        client_of.setdefault(job.task, number)
    depot_of: dict[int, int] = {}
    for number, one in enumerate(problem.tip_spans):
        depot_of.setdefault(one.tipping, FIRST_TIP + number)
    anchors = {vehicle: len(problem.jobs) + n for n, (vehicle, _) in enumerate(_anchors(problem))}
    routes = []
    for vehicle, number in types.items():
        first = [Activity(ActivityType.CLIENT, anchors[vehicle])] if vehicle in anchors else []
        order = orders.get(vehicle, ())
        order = order if any(not do.tipping for do in order) else ()
        if first or order:
            routes.append(Route(data, [*first, *_activities(order, client_of, depot_of)], number))
    return routes


def _activities(order: Sequence[Do], client_of: Mapping[int, int], depot_of: Mapping[int, int]) -> list[Activity]:
    return [
        Activity(ActivityType.DEPOT, depot_of[do.number])
        if do.tipping
        else Activity(ActivityType.CLIENT, client_of[do.number])
        for do in order
    ]
