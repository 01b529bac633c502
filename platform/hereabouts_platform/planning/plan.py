"""A plan of a day: put in numbers, searched, timed with rests, and what is left with its reason."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hereabouts_platform.planning.build import MISSED_MUST, Built, Setting, build
from hereabouts_platform.planning.problem import Orders
from hereabouts_platform.planning.roads import Clock, clock_of, roads_of
from hereabouts_platform.planning.thin import home_anyway, thinned
from hereabouts_platform.planning.timing import Late, items_of, round_of
from hereabouts_platform.planning.workers import Effort, part, searches
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.work import DayWork, Left, Round, RoundPlan

AGAIN = 3  # times that the day is searched again because a rest did not fit in
AGAIN_SHARE = 0.15  # of the effort, each time
SPARE_S = 60
NO_VEHICLE = "There is no vehicle today."
NO_ROOM = "No vehicle has time or room left for it today."
CAN_WAIT = "Going there would cost more than the harm expected of leaving it."

Warm = Callable[[Built], Orders]
#: Rounds, and the reason of each visit left.
Found = tuple[list[Round], dict[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """Where a plan comes from: when, by which roads (`osrm`, `network`, `great_circle`), whom to name for the map."""

    at: datetime
    roads: str
    attribution: str


def plan_day(work: DayWork, matrices: Mapping[str, Matrix], effort: Effort, made: Made) -> RoundPlan:
    """The best plan that the effort finds; the same for a seed and a number of iterations.

    What no vehicle can do is left, with the reason; a must that is left is marked `unmet`.

    Args:
        matrices: by vehicle class; places of the work that they lack cannot be reached.

    Raises:
        InputError: a class of vehicles has no matrix.
    """
    started = time.perf_counter()
    roads = roads_of(work, matrices)
    if work.vehicles:
        rounds, left = rounds_of(Setting(work=work, roads=roads, clock=clock_of(work)), effort)
    else:
        rounds, left = [], {one.id: NO_VEHICLE for one in work.visits}
    return published(work, matrices, rounds, left, made=made, seed=effort.seed, solve_s=time.perf_counter() - started)


def rounds_of(setting: Setting, effort: Effort, warm: Warm | None = None) -> tuple[list[Round], dict[str, str]]:
    """Rounds, and the reason of each visit left.

    Args:
        warm: from the day's numbers to orders that the search begins with.
    """
    built = build(setting)
    answers = [one.orders for one in searches(built.problem, effort, warm and warm(built))]
    held = [_held(built, orders, setting.clock) for orders in answers]
    if held[0] is not None:
        return held[0]
    found = [one or _thinned(built, orders, setting.clock) for one, orders in zip(held, answers, strict=True)]
    if not any(held):
        found.append(_again(setting, built, answers[0], effort))
    return min(found, key=lambda one: _cost_p(setting, one))


def _held(built: Built, orders: Orders, clock: Clock) -> Found | None:
    """Orders as rounds; None where not all of them can be timed."""
    rounds, late = timed(built, orders, clock)
    return None if late else (rounds, left_by(built, orders))


def _again(setting: Setting, built: Built, orders: Orders, effort: Effort) -> Found:
    """The day searched again with less room, from orders that a rest did not fit into, until all fits."""
    for number in range(AGAIN):
        _, late = timed(built, orders, setting.clock)
        setting = _tighter(setting, built, late, number)
        built = build(setting)
        orders = searches(built.problem, part(effort, AGAIN_SHARE), orders)[0].orders
        if found := _held(built, orders, setting.clock):
            return found
    return _thinned(built, orders, setting.clock)


def _thinned(built: Built, orders: Orders, clock: Clock) -> Found:
    """Orders without what does not fit: often a single bin, where a whole round was late by half a minute."""
    orders = thinned(built, orders, clock)
    rounds, late = timed(built, orders, clock)
    homes = [home_anyway(built.readies[vehicle], clock) for vehicle in late]
    return [*rounds, *(one for one in homes if isinstance(one, Round))], left_by(built, orders)


def _cost_p(setting: Setting, found: Found) -> float:
    """What rounds and what they leave cost, pence, as the search counts it; a must that is left more than any round."""
    rounds, left = found
    vehicles = {one.id: one for one in setting.work.vehicles}
    cost = float(sum(MISSED_MUST if one.must else one.prize_p for one in setting.work.visits if one.id in left))
    for one in rounds:
        vehicle = vehicles[one.vehicle]
        others = sum(setting.owners.get(stop.visit, one.vehicle) != one.vehicle for stop in one.stops if stop.visit)
        metres = sum(stop.drive_m for stop in one.stops) + others * setting.dislike_m
        out_h = (one.stops[-1].leaves_at - one.stops[0].leaves_at) / timedelta(hours=1)
        cost += vehicle.fixed_p + metres / 1000 * vehicle.per_km_p + out_h * vehicle.per_hour_p
    return cost


def timed(built: Built, orders: Orders, clock: Clock) -> tuple[list[Round], dict[str, Late]]:
    """The rounds of orders, and the vehicles whose round cannot be timed, with the reason."""
    rounds, late = [], {}
    for vehicle, ready in built.readies.items():
        if not ready.head and not orders.get(vehicle):
            continue
        found = round_of(ready, items_of(built.problem, orders.get(vehicle, ()), clock), clock)
        if isinstance(found, Late):
            late[vehicle] = found
        else:
            rounds.append(found)
    return rounds, late


def _tighter(setting: Setting, built: Built, late: Mapping[str, Late], number: int) -> Setting:
    """The same day with less room: windows cut by a rest, rounds by what they were too long."""
    shorter = dict(setting.shorter_s)
    for vehicle, one in late.items():
        shorter[vehicle] = shorter.get(vehicle, 0) + (one.by_s + SPARE_S if number else 0)
    return replace(setting, squeeze_s=max(one.reserve_s for one in built.readies.values()), shorter_s=shorter)


def left_by(built: Built, orders: Orders) -> dict[str, str]:
    """The visits that orders leave, with the reason."""
    done = {do.number for order in orders.values() for do in order if not do.tipping}
    left = dict(built.refused)
    for number, task in enumerate(built.problem.tasks):
        if number not in done:
            left.update({one.id: NO_ROOM if task.must else CAN_WAIT for one in task.visits})
    return left


def published(
    work: DayWork,
    matrices: Mapping[str, Matrix],
    rounds: list[Round],
    left: Mapping[str, str],
    *,
    made: Made,
    seed: int,
    solve_s: float,
) -> RoundPlan:
    """The plan as it is published."""
    return RoundPlan(
        work=work,
        rounds=tuple(rounds),
        left=tuple(Left(visit=one.id, says=left[one.id], unmet=one.must) for one in work.visits if one.id in left),
        made_at=made.at,
        roads=made.roads,
        attribution=made.attribution,
        matrix_sha256={name: matrices[name].sha256() for name in sorted({one.vehicle_class for one in work.vehicles})},
        seed=seed,
        solve_s=round(solve_s, 2),
    )
