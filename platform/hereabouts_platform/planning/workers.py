"""Several searches at once, each in a process of its own."""

import time
from dataclasses import dataclass, replace
from multiprocessing import get_context

from hereabouts_platform.planning.fleet import one_fewer
from hereabouts_platform.planning.problem import Orders, Problem
from hereabouts_platform.planning.solver import Answer, Search, solve


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much work goes into a plan. By iterations the plan is the same each time; by time it is not.

    Attributes:
        seconds: of the clock, for the searches; used where no iterations are given.
        iterations: of each search.
        processes: searches at once, each with a seed of its own; all but the first also try with a vehicle fewer.
        seed: of the first.
    """

    seconds: float = 10.0
    iterations: int | None = None
    processes: int = 1
    seed: int = 1


def searches(problem: Problem, effort: Effort, warm: Orders | None = None) -> list[Answer]:
    """What each search found, the cheapest first."""
    until = time.time() + effort.seconds
    tasks = [_Task(problem, effort, number, until, warm) for number in range(effort.processes)]
    if len(tasks) == 1:
        return [_search(tasks[0])]
    with get_context("spawn").Pool(len(tasks)) as pool:
        return sorted(pool.map(_search, tasks, chunksize=1), key=lambda answer: answer.cost)


@dataclass(frozen=True, slots=True)
class _Task:
    problem: Problem
    effort: Effort
    number: int
    until: float  # of the machine's clock, so that starting a process counts
    warm: Orders | None

    def search(self, share: float) -> Search:
        """A share of what is left of this task's effort."""
        effort = self.effort
        seconds = share * max(0.0, self.until - time.time())
        iterations = None if effort.iterations is None else int(share * effort.iterations)
        return Search(effort.seed + self.number, seconds, iterations)


def _search(task: _Task) -> Answer:
    """The first task searches on all its time; the others try a vehicle fewer from half time on."""
    if task.number == 0:
        return solve(task.problem, task.search(1), task.warm)
    first = solve(task.problem, task.search(0.5), task.warm)
    fewer = one_fewer(task.problem, first.orders)
    if fewer is None:
        fewer = task.problem, first.orders
    share = 0.5 if task.effort.iterations is not None else 1
    return min(first, solve(fewer[0], task.search(share), fewer[1]), key=lambda answer: answer.cost)


def part(effort: Effort, share: float) -> Effort:
    """A share of an effort, in one process."""
    fewer = None if effort.iterations is None else max(1, int(effort.iterations * share))
    return replace(effort, seconds=effort.seconds * share, iterations=fewer, processes=1)
