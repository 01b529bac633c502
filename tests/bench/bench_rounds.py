"""How good rounds are and how soon: benchmarks of CVRPLIB, a town of 500 bins, and planning again in mid-shift.

`make bench`, or this file alone; minutes. The benchmarks' files (X-n101-k25.vrp, X-n303-k21.vrp of CVRPLIB) are looked
for in the folder BENCH_VRP, else in shared/data/vrp beside the checkout; the map of London's City in shared/data/osm.
"""

import os
import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hereabouts_platform.plan_check.check import check
from hereabouts_platform.planning.build import Setting
from hereabouts_platform.planning.difference import difference, metres
from hereabouts_platform.planning.plan import Made, plan_day, rounds_of
from hereabouts_platform.planning.replan import Progress, changed, replan
from hereabouts_platform.planning.roads import clock_of, roads_of
from hereabouts_platform.planning.vrplib import read_benchmark
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.roads.importing import import_roads
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_platform.roads.roads import RoadPlace, open_roads
from hereabouts_platform.roads.vehicles import vehicle_class
from hereabouts_schemas.work import (
    Approach,
    Break,
    Compartment,
    DayWork,
    DutyRules,
    Load,
    Reason,
    ReasonKind,
    RoundPlan,
    Tip,
    Vehicle,
    Visit,
    Window,
    Yard,
)

FILES = Path(os.environ.get("BENCH_VRP", Path(__file__).parents[3] / "shared" / "data" / "vrp"))
BEST_KNOWN = {"X-n101-k25": 27591, "X-n303-k21": 21736}  # CVRPLIB
SIX = datetime(2026, 3, 2, 6, tzinfo=UTC)
MADE = Made(at=SIX - timedelta(hours=1), roads="great_circle", attribution="")
LONDON = Path(__file__).parents[3] / "shared/data/osm/london-city.osm.pbf"
BINS, VEHICLES, SIDE_M = 500, 10, 16_000
FULL = Load(stream="litter", litres=1045, kg=104)
LOW = Load(stream="litter", litres=88, kg=9)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [10, 30])
def test_gap_to_best_known(seconds: int) -> None:
    gaps = {}
    for name, best in BEST_KNOWN.items():
        benchmark = read_benchmark(FILES / f"{name}.vrp")
        roads = {"any": benchmark.matrix}
        work = benchmark.work
        setting = Setting(work=work, roads=roads_of(work, roads), clock=clock_of(work), reloads=False)
        rounds, left = rounds_of(setting, Effort(seconds=seconds))
        assert not left
        gaps[name] = sum(stop.drive_m for one in rounds for stop in one.stops) / best - 1
    told = ", ".join(f"{name} {100 * gap:.2f} %" for name, gap in gaps.items())
    print(f"\n{seconds} s on one thread{load()}: {told}; mean {50 * sum(gaps.values()):.2f} %")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """London's roads, imported."""
    path = tmp_path_factory.mktemp("roads")
    import_roads(LONDON, vehicle_class("rcv26"), path, lambda _words: None)
    return path


def test_500_bins_in_london(folder: Path) -> None:
    started = time.perf_counter()
    roads = {"rcv": london(folder)}
    matrix_s = time.perf_counter() - started
    plan = plan_day(_work(random.Random(5)), roads, Effort(seconds=3), MADE)
    assert check(plan, roads) == []
    print(
        f"\n{BINS} bins in London{load()}: matrix {matrix_s:.2f} s, with the first plan that holds "
        f"{time.perf_counter() - started:.1f} s ({told(plan)})"
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [5, 6, 7])
@pytest.mark.parametrize("where", ["London", "made-up"])
def test_thirty_seconds_against_150(where: str, seed: int, folder: Path) -> None:
    work, roads = town(seed)
    roads = {"rcv": london(folder)} if where == "London" else roads
    thirty = plan_day(work, roads, Effort(seconds=30, processes=2), MADE)
    reference = plan_day(work, roads, Effort(seconds=150, processes=2, seed=11), MADE)
    assert check(thirty, roads) == check(reference, roads) == []
    print(
        f"\n{BINS} bins, {where} roads, day {seed}{load()}: 30 s with two processes "
        f"{100 * (cost_p(thirty) / cost_p(reference) - 1):+.2f} % of what 150 s find ({told(reference)})"
    )


def london(folder: Path) -> Matrix:
    """Legs between a yard, a tip and bins strewn over the City of London, on its streets."""
    spots = np.random.default_rng(1).uniform((-0.1122, 51.512), (-0.0952, 51.522), (BINS + 2, 2)).tolist()
    ids = ("yard", "tip", *(f"p{n}" for n in range(BINS)))
    places = [RoadPlace(id=name, lon=lon, lat=lat) for name, (lon, lat) in zip(ids, spots, strict=True)]
    sides = [Approach.EITHER] * 2 + [Approach.CURB] * BINS
    return open_roads(folder, "rcv26").matrix(places, sides)[0]


@pytest.mark.timeout(600)
def test_planning_again_at_nine() -> None:
    work, roads = town()
    plan = plan_day(work, roads, Effort(seconds=60, processes=2), MADE)
    now = SIX + timedelta(hours=3)
    progress = [
        Progress(vehicle=one.vehicle, done=tuple(stop for stop in one.stops if stop.begins_at <= now))
        for one in plan.rounds
    ]
    touched = readings(work, progress)
    after = changed(work, touched, done=progress)
    made = replace(MADE, at=now)
    free = replan(plan, after, progress, roads, Effort(seconds=20), made=made, dislike_m=0)
    assert check(free, roads) == []
    print(
        f"\nagain at nine, {len(touched)} readings changed{load()}; a free plan of 20 s: {told(free)}, "
        f"{len(difference(plan, free).moved)} moved"
    )
    for seed in range(1, 5):
        started = time.perf_counter()
        new = replan(plan, after, progress, roads, Effort(seconds=1.4, seed=seed), made=made)
        took_s = time.perf_counter() - started
        assert check(new, roads) == []
        untouched = both(plan, new) - {one.id for one in touched} - happened(progress)
        moved = {one.visit for one in difference(plan, new).moved} & untouched
        print(
            f"seed {seed}: {took_s:.2f} s; {100 - 100 * len(moved) / len(untouched):.1f} % of {len(untouched)} "
            f"untouched bins keep their crew; {100 * (metres(new) / metres(free) - 1):+.2f} % km and "
            f"{100 * (cost_p(new) / cost_p(free) - 1):+.2f} % cost of the free plan"
        )


def told(plan: RoundPlan) -> str:
    """What a plan comes to."""
    stops = sum(stop.visit is not None for one in plan.rounds for stop in one.stops)
    return f"{len(plan.rounds)} rounds, {stops} visits, {metres(plan) / 1000:.0f} km, {cost_p(plan) / 100:,.0f} GBP"


def load() -> str:
    """The load of the machine, to be said beside every figure."""
    return f" (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)"


def happened(progress: list[Progress]) -> set[str]:
    return {stop.visit for one in progress for stop in one.done if stop.visit}


def both(old: RoundPlan, new: RoundPlan) -> set[str]:
    """Visits that both plans do."""
    sets = [{stop.visit for one in plan.rounds for stop in one.stops if stop.visit} for plan in (old, new)]
    return sets[0] & sets[1]


def cost_p(plan: RoundPlan) -> float:
    """What a plan costs in pence: fixed, kilometres, hours, and the harm of what is left."""
    vehicles = {one.id: one for one in plan.work.vehicles}
    prizes = {one.id: 10**6 if one.must else one.prize_p for one in plan.work.visits}
    whole = float(sum(prizes[one.visit] for one in plan.left))
    for one in plan.rounds:
        vehicle = vehicles[one.vehicle]
        out_h = (one.stops[-1].leaves_at - one.stops[0].leaves_at) / timedelta(hours=1)
        km = sum(stop.drive_m for stop in one.stops) / 1000
        whole += vehicle.fixed_p + km * vehicle.per_km_p + out_h * vehicle.per_hour_p
    return whole


def readings(work: DayWork, progress: list[Progress]) -> list[Visit]:
    """15 bins that are full all of a sudden and 15 that somebody has emptied, of those still to do."""
    done = happened(progress)
    waiting = [one for one in work.visits if one.id not in done]
    chosen = random.Random(9).sample(waiting, 30)
    full = [replace(one, must=True, prize_p=0, load=FULL, windows=()) for one in chosen[:15]]
    return full + [replace(one, must=False, prize_p=10, load=LOW, windows=()) for one in chosen[15:]]


def town(seed: int = 5) -> tuple[DayWork, dict[str, Matrix]]:
    """A town on made-up roads: bins in clumps, a yard, a tip that opens late, lorries that tip about twice."""
    dice = np.random.default_rng(seed)
    clumps = dice.uniform(0, SIDE_M, (25, 2))
    spots = np.vstack(
        [dice.uniform(0, SIDE_M, (2, 2)), clumps[dice.integers(0, 25, BINS)] + dice.normal(0, 700, (BINS, 2))]
    )
    straight = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    legs = (straight * dice.uniform(1.2, 1.5, straight.shape)).astype(np.int32)
    np.fill_diagonal(legs, 0)
    ids = ("yard", "tip", *(f"p{n}" for n in range(BINS)))
    matrix = Matrix(vehicle_class="rcv", ids=ids, metres=legs, seconds=(legs / 6.5).astype(np.int32))
    return _work(random.Random(seed)), {"rcv": matrix}


def _work(dice: random.Random) -> DayWork:
    rest = Break(after_s=21_600, length_s=1800)
    rules = DutyRules(name="gb", source="", most_driving_s=36_000, most_duty_s=39_600, breaks=(rest,))
    open_ = Window(from_at=SIX + timedelta(hours=1), to_at=SIX + timedelta(hours=10))
    return DayWork(
        day=date(2026, 3, 2),
        visits=tuple(_bin(dice, n) for n in range(BINS)),
        vehicles=tuple(_lorry(n) for n in range(VEHICLES)),
        yards=(Yard(id="yard", name="Yard", lon=0, lat=51.5),),
        tips=(Tip(id="tip", name="Tip", lon=0, lat=51.5, turnround_s=900, open=(open_,)),),
        duty_rules=(rules,),
    )


def _bin(dice: random.Random, number: int) -> Visit:
    must = dice.random() < 0.15
    begin = SIX + timedelta(hours=dice.randint(0, 5))
    litres = int(dice.uniform(0.2, 0.95) * 1100)
    return Visit(
        id=f"v{number}",
        place=f"p{number}",
        name=f"Bin {number}",
        lon=0,
        lat=51.5,
        load=Load(stream="litter", litres=litres, kg=litres // 10),
        service_s=75,
        windows=(Window(from_at=begin, to_at=begin + timedelta(hours=3)),) if dice.random() < 0.1 else (),
        must=must,
        prize_p=0 if must else dice.randint(300, 2700),
        reason=Reason(kind=ReasonKind.FULLNESS, says=f"{litres * 100 // 1100} % full."),
    )


def _lorry(number: int) -> Vehicle:
    return Vehicle(
        id=f"t{number}",
        name=f"Lorry {number}",
        vehicle_class="rcv",
        compartments=(Compartment(streams=("litter",), litres=14_000, kg=1400),),
        duty="gb",
        start="yard",
        end="yard",
        shift=Window(from_at=SIX, to_at=SIX + timedelta(hours=9)),
        fixed_p=6000,
        per_km_p=90,
        per_hour_p=5000,
    )
