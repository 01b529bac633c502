"""Many towns through the rule, on all cores; each town is lived through, judged and counted in a process of its own."""

import os
from collections.abc import Iterator, Sequence
from multiprocessing import get_context

from hereabouts_deploy.demo.winter import live_winter
from hereabouts_deploy.evaluation.judged import judge_winter
from hereabouts_deploy.evaluation.score import Tally, score
from hereabouts_platform.homes.limits import Limits

Task = tuple[int, int, Limits]


def evaluate(seeds: Sequence[int], homes: int, limits: Limits, processes: int | None = None) -> Iterator[Tally]:
    """The tally of each seed's town, in their order, as they are done.

    Args:
        processes: how many at once; as many as there are cores where None.
    """
    tasks = [(seed, homes, limits) for seed in seeds]
    with get_context("spawn").Pool(min(processes or os.cpu_count() or 1, len(tasks))) as pool:
        yield from pool.imap(_one, tasks)


def _one(task: Task) -> Tally:
    seed, homes, limits = task
    winter = live_winter(seed, homes)
    return score(winter, judge_winter(winter, limits))
