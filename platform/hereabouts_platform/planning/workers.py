"""Several searches at once, each in a process of its own."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context

from hereabouts_platform.planning.fleet import best_fleet, costs_to_go_out, looks, one_fewer
from hereabouts_platform.planning.problem import Answer, Orders, Problem
from hereabouts_platform.planning.solver import Search, solve

LOOKING = 0.25  # of the effort, to see how many vehicles to send out
MEET = 0.6  # of the effort, after which several searches go on from the best of them
MOST_AT_ONCE = 4  # searches: more find little more
WORTH_S = 10.0  # a shorter search is over before further processes have begun


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much work goes into a plan. By iterations the plan is the same each time; by time it is not.

    Attributes:
        seconds: of the clock, for the searches; used where no iterations are given.
        iterations: of each search.
        processes: searches at once, each with a seed of its own.
        seed: of the first.
    """

    seconds: float = 10.0
    iterations: int | None = None
    processes: int = 1
    seed: int = 1


def at_once(seconds: float) -> int:
    """How many searches of so long go side by side: one for each core that this process may use, four at the most."""
    if seconds < WORTH_S:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_AT_ONCE)


def searches(problem: Problem, effort: Effort, warm: Orders | None = None) -> list[Answer]:
    """What each search found, the cheapest first. Half-way they meet, and go on from the best."""
    until = time.time() + effort.seconds
    tasks = [Task(problem, effort, number, until, warm, 1.0) for number in range(effort.processes)]
    if len(tasks) == 1:
        return [_search(tasks[0])[1]]
    with get_context("spawn").Pool(len(tasks)) as pool:
        halves = pool.map(_search, [replace(one, share=MEET) for one in tasks], chunksize=1)
        kept, best = min(halves, key=lambda half: half[1].cost)
        rest = after_meeting(tasks, kept, best)
        found = [answer for _, answer in pool.map(_search, rest, chunksize=1)]
    return sorted([*found, best], key=lambda answer: answer.cost)


@dataclass(frozen=True, slots=True)
class Task:
    """What one process searches.

    Attributes:
        number: of the process, from 0.
        until: of the machine's clock, so that starting a process counts.
        warm: orders to begin with.
        share: of the effort.
    """

    problem: Problem
    effort: Effort
    number: int
    until: float
    warm: Orders | None
    share: float

    def search(self, share: float) -> Search:
        """A share of the whole effort, and no more than is left of it."""
        effort = self.effort
        seconds = max(0.0, min(share * effort.seconds, self.until - time.time()))
        iterations = None if effort.iterations is None else int(share * effort.iterations)
        return Search(effort.seed + self.number, seconds, iterations)


def after_meeting(tasks: Sequence[Task], kept: Problem, best: Answer) -> list[Task]:
    """All go on from the best, the last one with a vehicle fewer, where nobody has said how many go out.

    The short searches of `best_fleet` seldom do all with as few vehicles as a long one.
    """
    rest = [replace(one, problem=kept, warm=best.orders, share=1 - MEET) for one in tasks]
    if _looks_for_fleet(tasks[-1]):
        fewer, orders = one_fewer(kept, best)
        rest[-1] = replace(rest[-1], problem=fewer, warm=orders)
    return rest


def _looks_for_fleet(task: Task) -> bool:
    return task.warm is None and costs_to_go_out(task.problem)


def _search(task: Task) -> tuple[Problem, Answer]:
    """First how many vehicles, then all the rest of the share with these; a plan that stands keeps its own."""
    if not _looks_for_fleet(task):
        return task.problem, solve(task.problem, task.search(task.share), task.warm)
    each = LOOKING / looks(task.problem)
    left = task.share - each

    def short(problem: Problem, orders: Orders) -> Answer:
        nonlocal left
        left -= each
        return solve(problem, task.search(each), orders)

    problem, best = best_fleet(task.problem, solve(task.problem, task.search(each)), short)
    return problem, min(best, solve(problem, task.search(left), best.orders), key=lambda answer: answer.cost)


def part(effort: Effort, share: float) -> Effort:
    """A share of an effort, in one process."""
    fewer = None if effort.iterations is None else max(1, int(effort.iterations * share))
    return replace(effort, seconds=effort.seconds * share, iterations=fewer, processes=1)
