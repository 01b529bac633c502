"""Several searches at once, each in a process of its own."""

import time
from dataclasses import dataclass, replace
from multiprocessing import get_context

from hereabouts_platform.planning.problem import Orders, Problem
from hereabouts_platform.planning.solver import Answer, Search, solve


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


def searches(problem: Problem, effort: Effort, warm: Orders | None = None) -> list[Answer]:
    """What each search found, the cheapest first."""
    until = time.time() + effort.seconds
    tasks = [(problem, seed, effort, until, warm) for seed in range(effort.seed, effort.seed + effort.processes)]
    if len(tasks) == 1:
        return [_search(tasks[0])]
    with get_context("spawn").Pool(len(tasks)) as pool:
        return sorted(pool.map(_search, tasks, chunksize=1), key=lambda answer: answer.cost)


def _search(task: tuple[Problem, int, Effort, float, Orders | None]) -> Answer:
    problem, seed, effort, until, warm = task
    left = None if effort.iterations is not None else max(0.0, until - time.time())
    return solve(problem, Search(seed, left, effort.iterations), warm)


def part(effort: Effort, share: float) -> Effort:
    """A share of an effort, in one process."""
    fewer = None if effort.iterations is None else max(1, int(effort.iterations * share))
    return replace(effort, seconds=effort.seconds * share, iterations=fewer, processes=1)
