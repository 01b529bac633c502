"""`hereabouts rounds solve`: a benchmark of routing by the planner that makes our rounds, and checked as they are."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hereabouts_platform.plan_check.check import publishable
from hereabouts_platform.planning.build import Setting
from hereabouts_platform.planning.plan import Made, published, rounds_of
from hereabouts_platform.planning.roads import clock_of, roads_of
from hereabouts_platform.planning.vrplib import Benchmark, read_benchmark
from hereabouts_platform.planning.workers import Effort
from hereabouts_schemas.errors import NotNow
from hereabouts_schemas.work import RoundPlan


def solve(
    file: Annotated[Path, typer.Argument(metavar="FILE.vrp", exists=True, dir_okay=False, help="A file of CVRPLIB.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to search.")] = 10.0,
    processes: Annotated[int, typer.Option(min=1, help="Searches at once, each with a seed of its own.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the first search.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Solve a benchmark of CVRPLIB (CVRP or VRPTW) as if it were a day's rounds, and check the plan."""
    started = time.perf_counter()
    benchmark = read_benchmark(file)
    plan = _plan(benchmark, Effort(seconds=seconds, processes=processes, seed=seed))
    if plan.left:
        many = f"{len(plan.left)} of {len(plan.work.visits)} customers"
        raise NotNow(f"No route was found for {many} in this time. Give it more --seconds.")
    publishable(plan, {"any": benchmark.matrix})
    routes = [[int(stop.visit) for stop in one.stops if stop.visit] for one in plan.rounds]
    metres = sum(stop.drive_m for one in plan.rounds for stop in one.stops)
    cost = metres / benchmark.scale if benchmark.scale > 1 else metres
    took = round(time.perf_counter() - started, 2)
    if as_json:
        typer.echo(orjson.dumps({"cost": cost, "routes": routes, "seconds": took}).decode())
        return
    for number, route in enumerate(routes, 1):
        typer.echo(f"Route #{number}: {' '.join(map(str, route))}")
    typer.echo(f"Cost {cost}\n{took} s")


def _plan(benchmark: Benchmark, effort: Effort) -> RoundPlan:
    work, roads = benchmark.work, {"any": benchmark.matrix}
    setting = Setting(work=work, roads=roads_of(work, roads), clock=clock_of(work), reloads=False)
    rounds, left = rounds_of(setting, effort)
    made = Made(at=datetime.now(UTC), roads="great_circle", attribution="")
    return published(work, roads, rounds, left, made=made, seed=effort.seed, solve_s=effort.seconds)
