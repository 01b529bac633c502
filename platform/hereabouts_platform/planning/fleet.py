"""The same day with a vehicle fewer: a search seldom gives one up, as it would have to move a whole round."""

from dataclasses import replace

from hereabouts_platform.planning.problem import Orders, Problem


def one_fewer(problem: Problem, orders: Orders) -> tuple[Problem, Orders] | None:
    """The problem with the vehicles that orders use but the one that does least, and the orders of the others.

    None where no vehicle can be given up: those on the road are out whatever they do.
    """
    standing = {vehicle for crew in problem.crews if crew.out for vehicle in crew.vehicles}
    tasks = {name: sum(not do.tipping for do in order) for name, order in orders.items() if name not in standing}
    if not tasks or len(orders) < 2:
        return None
    weakest = min(tasks, key=lambda name: (tasks[name], name))
    kept = (standing | set(orders)) - {weakest}
    crews = (replace(one, vehicles=tuple(name for name in one.vehicles if name in kept)) for one in problem.crews)
    fewer = replace(problem, crews=tuple(one for one in crews if one.vehicles))
    return fewer, {name: order for name, order in orders.items() if name != weakest}
