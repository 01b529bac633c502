"""How near the planner comes to the best known solutions of CVRPLIB, by steps of its search: alike on any machine."""

from pathlib import Path

from hereabouts_platform.planning.build import Setting
from hereabouts_platform.planning.plan import rounds_of
from hereabouts_platform.planning.roads import clock_of, roads_of
from hereabouts_platform.planning.vrplib import read_benchmark
from hereabouts_platform.planning.workers import Effort

FILES = Path(__file__).parents[3] / "shared" / "data" / "vrp"
BEST_KNOWN = {"X-n101-k25": 27591, "X-n303-k21": 21736}  # CVRPLIB
STEPS = 10_000  # some ten seconds of one thread for the larger one


def gap(name: str) -> float:
    """How much longer its rounds are than the best known, as a share."""
    benchmark = read_benchmark(FILES / f"{name}.vrp")
    roads = {"any": benchmark.matrix}
    setting = Setting(
        work=benchmark.work, roads=roads_of(benchmark.work, roads), clock=clock_of(benchmark.work), reloads=False
    )
    rounds, left = rounds_of(setting, Effort(iterations=STEPS))
    assert not left
    return sum(stop.drive_m for one in rounds for stop in one.stops) / BEST_KNOWN[name] - 1


if FILES.exists():  # the benchmarks are not part of the project

    def test_rounds_of_benchmarks_are_near_the_best_known() -> None:
        gaps = [gap(name) for name in BEST_KNOWN]
        assert sum(gaps) / len(gaps) < 0.025, gaps
