"""Many years at once, on all cores: routes of the fixed rounds first, then each policy's years."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path

from hereabouts_deploy.waste_simulation.baselines import CYCLES, DAILY, Maker
from hereabouts_deploy.waste_simulation.fixed import DaySet, Depot
from hereabouts_deploy.waste_simulation.judge import World, judge, make_world
from hereabouts_deploy.waste_simulation.parameters import LEAD_IN_DAYS, YEAR_DAYS, Kind
from hereabouts_deploy.waste_simulation.route_book import RouteBook
from hereabouts_deploy.waste_simulation.score import Score, score
from hereabouts_deploy.waste_simulation.town import build_town, layout_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One policy's year in one town."""

    kind: Kind
    policy: str
    seed: int
    days: int = YEAR_DAYS


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What all tasks of a command share: where routes are kept, how long the solver searches, where policies stand.

    `table` is a module and the name in it of a mapping from policies' names to their makers. It is told by name because
    each process looks it up for itself.
    """

    cache: Path
    iterations: int
    table: tuple[str, str]

    def depot(self, kind: Kind, layout: int) -> Depot:
        """The depot of a town."""
        town, usual = build_town(kind, layout)
        return Depot(town=town, usual_l=usual.told_l, book=RouteBook(self.cache, self.iterations))

    def makers(self) -> Mapping[str, Maker]:
        """The policies by name."""
        module, name = self.table
        makers: Mapping[str, Maker] = getattr(import_module(module), name)
        return makers


@dataclass(frozen=True, kw_only=True, slots=True)
class Routing:
    """Routes of one day of a fixed round that have to be made."""

    kind: Kind
    layout: int
    day: DaySet


def routings(tasks: Sequence[Task], means: Means, names: Sequence[str]) -> list[Routing]:
    """What routes these fixed rounds need in the towns of the tasks, each once."""
    towns = sorted({(task.kind, layout_of(task.seed)) for task in tasks})
    found: dict[Routing, None] = {}
    for kind, layout in towns:
        depot = means.depot(kind, layout)
        for name in names:
            for day in CYCLES[name](depot).cycle:
                if day.bins:
                    found[Routing(kind=kind, layout=layout, day=day)] = None
    return list(found)


def processes(tasks: int) -> Pool:
    """As many processes as there are cores, or tasks."""
    return get_context("spawn").Pool(max(1, min(os.cpu_count() or 1, tasks)))


def make_routes(wanted: Sequence[Routing], means: Means, pool: Pool) -> Iterator[None]:
    """Make routes or find them in the cache; says one thing for each that is done."""
    for _ in pool.imap_unordered(_route, [(one, means) for one in wanted]):
        yield None


def run(tasks: Sequence[Task], means: Means, pool: Pool) -> Iterator[tuple[Task, Score]]:
    """Each task with its score, as soon as it is done."""
    yield from pool.imap_unordered(_year, [(task, means) for task in tasks])


def run_one(task: Task, means: Means) -> Score:
    """One policy's year."""
    world = _world(task.kind, task.seed, task.days)
    depot = means.depot(task.kind, layout_of(task.seed))
    policy = means.makers()[task.policy](depot)
    return score(judge(world, policy, CYCLES[DAILY](depot)))


@lru_cache(maxsize=1)
def _world(kind: Kind, seed: int, days: int) -> World:
    """Policies of one seed come one after the other: the world is made once for them."""
    return make_world(kind, seed, LEAD_IN_DAYS + days)


def _route(task: tuple[Routing, Means]) -> None:
    one, means = task
    depot = means.depot(one.kind, one.layout)
    depot.book.rounds(depot.town, one.day.bins, one.day.litres)


def _year(task: tuple[Task, Means]) -> tuple[Task, Score]:
    return task[0], run_one(*task)
