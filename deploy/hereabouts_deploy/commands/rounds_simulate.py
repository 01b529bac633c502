"""`hereabouts rounds simulate`: policies of collection, tried on towns whose truth is known."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from enum import StrEnum
from multiprocessing.pool import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import track

from hereabouts_deploy.waste_policies import POLICIES
from hereabouts_deploy.waste_simulation.baselines import CYCLES, DAILY, FIXED, late
from hereabouts_deploy.waste_simulation.parameters import TUNING_SEEDS, UNSEEN_SEEDS, YEAR_DAYS, Kind
from hereabouts_deploy.waste_simulation.simulate import Means, Task, make_routes, processes, routings, run
from hereabouts_deploy.waste_simulation.table import markdown
from hereabouts_deploy.waste_simulation.years import YearBook, in_all
from hereabouts_schemas.errors import InputError


class Seeds(StrEnum):
    """Which years."""

    TUNING = "tuning"
    UNSEEN = "unseen"


_SEEDS = {Seeds.TUNING: TUNING_SEEDS, Seeds.UNSEEN: UNSEEN_SEEDS}
POLICIES_MODULE = "hereabouts_deploy.waste_policies"
T = TypeVar("T")

TownOption = Annotated[list[Kind] | None, typer.Option("--town", help="A town; all three where left out.")]
PolicyOption = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="NAME", help="A policy, or `fixed` for all fixed rounds, which are the default."),
]
CacheOption = Annotated[
    Path | None,
    typer.Option("--cache", metavar="DIR", help="Keeps the routes of the fixed rounds for the next time."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Keeps each year as it is done; what it holds is not run again."),
]
SeedsOption = Annotated[Seeds, typer.Option(help="Years a policy may be tuned on, or those it may not.")]
FewOption = Annotated[int | None, typer.Option("--years", min=1, help="The first so many of those years.")]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=YEAR_DAYS, help="Days of each year.")]
SearchOption = Annotated[
    int, typer.Option("--iterations", min=1, help="How long routes of fixed rounds are searched for.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print every year's figures as JSON.")]


def simulate(
    *,
    town: TownOption = None,
    policy: PolicyOption = None,
    seeds: SeedsOption = Seeds.TUNING,
    years: FewOption = None,
    days: DaysOption = YEAR_DAYS,
    cache: CacheOption = None,
    out: OutOption = None,
    iterations: SearchOption = 2000,
    as_json: JsonOption = False,
) -> None:
    """Run policies of collection through years of made-up towns, and print what each drove and what overflowed."""
    names, kinds = chosen(policy), town or list(Kind)
    tasks = [
        Task(kind=kind, policy=name, seed=seed, days=days)
        for seed in _SEEDS[seeds][:years]
        for kind in kinds
        for name in names
    ]
    book = YearBook(out, iterations)
    wanted = [task for task in tasks if task not in book.done]
    with TemporaryDirectory() as nowhere, processes(len(wanted)) as pool:
        means = Means(cache=cache or Path(nowhere), iterations=iterations, table=(POLICIES_MODULE, "POLICIES"))
        _make_routes(wanted, means, names, pool)
        for task, one in _track(run(wanted, means, pool), "Years", len(wanted)):
            book.add(task, one)
    scores = in_all((task, book.done[task]) for task in tasks)
    if as_json:
        plain = {
            str(kind): {name: {str(seed): asdict(one) for seed, one in of.items()} for name, of in policies.items()}
            for kind, policies in scores.items()
        }
        typer.echo(orjson.dumps(plain).decode())
        return
    typer.echo("\n".join(markdown(kind, policies) for kind, policies in scores.items()), nl=False)


def chosen(asked: Sequence[str] | None) -> list[str]:
    """The policies' names, each once.

    Raises:
        InputError: there is none of that name.
    """
    names = list(dict.fromkeys(one for name in asked or ["fixed"] for one in (FIXED if name == "fixed" else [name])))
    for name in names:
        if name not in POLICIES:
            raise InputError("--policy", name, f"Say fixed, or one of: {', '.join(POLICIES)}.")
    return names


def _make_routes(tasks: Sequence[Task], means: Means, names: Sequence[str], pool: Pool) -> None:
    """First the daily round of each town, by which the others are cut into parts; then all the others."""
    fixed = [name for name in CYCLES if {name, late(name)} & set(names)]
    for round_of in ([DAILY], fixed):
        wanted = routings(tasks, means, round_of)
        for _ in _track(make_routes(wanted, means, pool), "Routes", len(wanted)):
            pass


def _track(items: Iterator[T], what: str, total: int) -> Iterator[T]:
    shown = sys.stderr.isatty()
    yield from track(items, what, total=total, console=Console(stderr=True), disable=not shown, transient=True)
