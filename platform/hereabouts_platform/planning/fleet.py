"""The same day with fewer vehicles: a search seldom gives one up, as it would have to move a whole round at once."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hereabouts_platform.planning.arcs import NO_WAY
from hereabouts_platform.planning.problem import Answer, Crew, Orders, Problem

Flags = npt.NDArray[np.bool_]
Short = Callable[[Problem, Orders], Answer]


def costs_to_go_out(problem: Problem) -> bool:
    """Whether there is a vehicle in the yard whose going out costs something by itself."""
    return any(one.fixed and not one.out for one in problem.crews)


def looks(problem: Problem) -> int:
    """How many short searches `best_fleet` may take, the first with all vehicles included."""
    return 2 + sum(len(one.vehicles) for one in problem.crews).bit_length()


def best_fleet(problem: Problem, first: Answer, short: Short) -> tuple[Problem, Answer]:
    """How many vehicles to send out, by short searches: half as many, half of what is left to choose, then one more.

    Costs fall with each vehicle that stays in until the rest cannot do all that is worth doing; then they rise. A half
    may lie well past that point and still be cheaper than all, so one more than the cheapest is looked at as well.

    Args:
        first: what a short search with all vehicles found.
        short: a short search from given orders.

    Returns:
        The problem with the vehicles to go on with, and the best that is known of it.
    """
    found = {_used(first.orders): (problem, first)}
    dear, best = 0, _used(first.orders)
    while best - dear > 1:
        many = (dear + best) // 2
        if _cheaper(found, many, best, short):
            best = many
        else:
            dear = many
    if best + 1 < max(found) and _cheaper(found, best + 1, best, short):
        best += 1
    return found[best]


def one_fewer(problem: Problem, answer: Answer) -> tuple[Problem, Orders]:
    """The day without the vehicle of an answer that does least, and what the others do.

    It stays where it is the only one, where a must cannot be done without it, or where it is on the road.
    """
    many = _used(answer.orders) - 1
    return _with_fewer(problem, answer.orders, many) if many > 0 else (problem, answer.orders)


def _cheaper(found: dict[int, tuple[Problem, Answer]], many: int, best: int, short: Short) -> bool:
    """Whether so many vehicles cost less than the best number yet; begun from the next larger number looked at."""
    if many not in found:
        larger, answer = found[min(one for one in found if one > many)]
        fewer, orders = _with_fewer(larger, answer.orders, many)
        found[many] = fewer, short(fewer, orders)
    return found[many][1].cost < found[best][1].cost


def _used(orders: Orders) -> int:
    return sum(bool(order) for order in orders.values())


def _with_fewer(problem: Problem, orders: Orders, many: int) -> tuple[Problem, Orders]:
    """The vehicles that do most, those on the road, and those without which a must cannot be done."""
    tasks = {name: sum(not do.tipping for do in order) for name, order in orders.items()}
    yard = [(crew, name) for crew in problem.crews if not crew.out for name in crew.vehicles if name in tasks]
    yard.sort(key=lambda one: (-tasks[one[1]], one[1]))
    out = [(crew, name) for crew in problem.crews if crew.out for name in crew.vehicles]
    kept = out + yard[: max(0, many - len(out))]
    able = _able(problem, [crew for crew, _ in kept])
    for crew, name in yard[max(0, many - len(out)) :]:
        if (_able(problem, [crew]) & ~able).any():
            kept.append((crew, name))
            able |= _able(problem, [crew])
    names = {name for _, name in kept}
    crews = (replace(one, vehicles=tuple(name for name in one.vehicles if name in names)) for one in problem.crews)
    fewer = replace(problem, crews=tuple(one for one in crews if one.vehicles))
    return fewer, {name: order for name, order in orders.items() if name in names}


def _able(problem: Problem, crews: list[Crew]) -> Flags:
    """[tasks], which of the musts some of these crews can get to."""
    found: Flags = np.zeros(len(problem.tasks), dtype=bool)
    for crew in crews:
        found |= problem.profiles[crew.profile][0][problem.start, : len(problem.tasks)] < NO_WAY
    found &= np.array(problem.musts, dtype=bool)
    return found
