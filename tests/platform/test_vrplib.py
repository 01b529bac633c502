"""Benchmarks of routing as a day's work: files read, solved and checked like rounds, and refused by name."""

from dataclasses import replace
from pathlib import Path

import pytest

from hereabouts_platform.plan_check.check import check
from hereabouts_platform.planning.build import Setting
from hereabouts_platform.planning.plan import Made, published, rounds_of
from hereabouts_platform.planning.roads import clock_of, roads_of
from hereabouts_platform.planning.vrplib import ZERO, read_benchmark
from hereabouts_platform.planning.workers import Effort
from hereabouts_schemas.errors import InputError

# Four customers at the corners of a square around the depot; two fit a vehicle. By hand: 2 x (50 + 60 + 50).
CVRP = """NAME : square
COMMENT : "made up: by hand"
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 -30 40
3 30 40
4 30 -40
5 -30 -40
DEMAND_SECTION
1 0
2 5
3 5
4 5
5 5
DEPOT_SECTION
1
-1
EOF
"""
# Windows that make 3 before 2 and keep 4 apart; legs are cut off after one decimal.
VRPTW = """NAME : windows
TYPE : VRPTW
VEHICLES : 2
DIMENSION : 4
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : LOWER_ROW
CAPACITY : 10
SERVICE_TIME : 10
EDGE_WEIGHT_SECTION
10.55
10.55 5.0
20.0 30.0 30.0
DEMAND_SECTION
1 0
2 5
3 5
4 5
TIME_WINDOW_SECTION
1 0 200
2 60 90
3 0 20
4 20 20
DEPOT_SECTION
1
-1
EOF
"""


def solved(path: Path) -> tuple[float, list[list[int]]]:
    benchmark = read_benchmark(path)
    roads = {"any": benchmark.matrix}
    setting = Setting(
        work=benchmark.work, roads=roads_of(benchmark.work, roads), clock=clock_of(benchmark.work), reloads=False
    )
    rounds, left = rounds_of(setting, Effort(iterations=50))
    made = Made(at=ZERO, roads="great_circle", attribution="")
    plan = published(benchmark.work, roads, rounds, left, made=made, seed=1, solve_s=0)
    assert check(plan, roads) == []
    assert not plan.left
    metres = sum(stop.drive_m for one in rounds for stop in one.stops)
    return metres / benchmark.scale, sorted([int(stop.visit) for stop in one.stops if stop.visit] for one in rounds)


def test_capacities(tmp_path: Path) -> None:
    path = tmp_path / "square.vrp"
    path.write_text(CVRP, encoding="utf-8")
    cost, routes = solved(path)
    assert cost == 320
    assert sorted(sorted(route) for route in routes) == [[1, 2], [3, 4]]


def test_time_windows(tmp_path: Path) -> None:
    path = tmp_path / "windows.vrp"
    path.write_text(VRPTW, encoding="utf-8")
    assert solved(path) == (10.5 + 5 + 10.5 + 20 + 20, [[2, 1], [3]])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("CVRP", "PDTSP"), "TYPE"),
        (("CAPACITY", "DISTANCE : 200\nCAPACITY"), "DISTANCE"),
        (("EUC_2D", "GEO"), "EDGE_WEIGHT_TYPE"),
        (("CAPACITY : 10\n", ""), "CAPACITY"),
        (("CAPACITY : 10\n", "CAPACITY : 0\n"), "CAPACITY"),
        (("2 5\n", ""), "DEMAND_SECTION"),
        (("2 5\n", "2\n"), "DEMAND_SECTION"),
        (("2 5\n", "2 -5\n"), "DEMAND_SECTION"),
        (("2 5\n", "2 5.5\n"), "DEMAND_SECTION"),
        (("2 5\n", "2 11\n"), "DEMAND_SECTION"),
        (("DIMENSION : 5", "DIMENSION : inf"), "DIMENSION"),
        (("CAPACITY", "VEHICLES : 0\nCAPACITY"), "VEHICLES"),
        (("3 30 40", "3 30"), "NODE_COORD_SECTION"),
        (("3 30 40", "3 nan 40"), "NODE_COORD_SECTION"),
        (("3 30 40", "3 3e12 40"), "NODE_COORD_SECTION"),
        (("3 30 40", "3 thirty 40"), "row"),
        (("DEPOT_SECTION\n1", "DEPOT_SECTION\n2"), "DEPOT_SECTION"),
        (("2 60 90", "2 90 60"), "TIME_WINDOW_SECTION"),
        (("2 60 90", "2 60 1e30"), "TIME_WINDOW_SECTION"),
        (("10.55 5.0", "10.55 nan"), "EDGE_WEIGHT_SECTION"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_by_name(tmp_path: Path, change: tuple[str, str], field: str) -> None:
    path = tmp_path / "spoilt.vrp"
    path.write_text((CVRP if change[0] in CVRP else VRPTW).replace(*change), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_benchmark(path)
    assert refused.value.field == field


def test_without_its_depot_as_a_tip_no_load_comes_home(tmp_path: Path) -> None:
    path = tmp_path / "square.vrp"
    path.write_text(CVRP, encoding="utf-8")
    benchmark = read_benchmark(path)
    work = replace(benchmark.work, tips=())
    roads = {"any": benchmark.matrix}
    _, left = rounds_of(Setting(work=work, roads=roads_of(work, roads), clock=clock_of(work)), Effort(iterations=5))
    assert len(left) == 4
    assert all("no tip takes any" in says for says in left.values())
