"""Roads of the City of London: making them, 500 x 500 by both engines, truck against car, signs broken. `make bench`.

Needs the shared map beside the checkout. Aims: 500 x 500 within a few seconds by either engine; no sign broken.
"""

import time
from pathlib import Path

import numpy as np
import pytest

from hereabouts_platform.roads.breaches import Examiner
from hereabouts_platform.roads.folder import NETWORK, data_of
from hereabouts_platform.roads.importing import import_roads
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_platform.roads.network import load_network
from hereabouts_platform.roads.network_engine import NetworkEngine
from hereabouts_platform.roads.roads import RoadPlace, Roads, open_roads
from hereabouts_platform.roads.vehicles import vehicle_class
from hereabouts_schemas.work import Approach

LONDON = Path(__file__).parents[3] / "shared/data/osm/london-city.osm.pbf"
PLACES, LEGS = 500, 200
CURB = [Approach.CURB] * PLACES

pytestmark = pytest.mark.timeout(900)


def places() -> list[RoadPlace]:
    """Of the City, seeded."""
    spots = np.random.default_rng(1).uniform((-0.1122, 51.512), (-0.0952, 51.522), (PLACES, 2))
    return [RoadPlace(id=f"p{number}", lon=lon, lat=lat) for number, (lon, lat) in enumerate(spots.tolist())]


def timed(roads: Roads) -> Matrix:
    """The matrix of all places, and how long it took on the screen."""
    begun = time.perf_counter()
    matrix, problems = roads.matrix(places(), CURB)
    took = time.perf_counter() - begun
    print(
        f"{roads.vehicle_class} by {roads.name}: {PLACES} x {PLACES} in {took:.2f} s; {len(problems.far)} far, "
        f"{len(problems.unreachable)} unreachable, {len(problems.from_either_side)} pairs from the far side; "
        f"mean {matrix.metres.mean():.0f} m, {matrix.seconds.mean():.0f} s"
    )
    return matrix


def test_roads_of_london(tmp_path: Path) -> None:
    """All of it."""
    truck, examiner, found = vehicle_class("rcv26"), Examiner(LONDON), {}
    for name in ("rcv26", "car"):
        begun = time.perf_counter()
        manifest = import_roads(LONDON, vehicle_class(name), tmp_path, lambda _words: None)
        print(f"\n{name}: made in {time.perf_counter() - begun:.1f} s")
        network = load_network(data_of(tmp_path, manifest) / NETWORK)
        for roads in (Roads(name, NetworkEngine(network), network), open_roads(tmp_path, name)):
            found[name, roads.name] = timed(roads)
            if name == "rcv26":
                legs = roads.route(places()[: LEGS + 1], CURB[: LEGS + 1])
                broken = [breach for leg in legs for breach in examiner.breaches(leg.line, truck)]
                print(f"{LEGS} ways by {roads.name}: {len(broken)} signs broken")
                assert broken == []
    for name in ("rcv26", "car"):
        ours, best = found[name, "network"], found.get((name, "osrm"), found[name, "network"])
        apart = np.abs(ours.seconds - best.seconds)
        print(f"{name}: engines {np.median(apart):.0f} s apart in the middle, {(apart <= 30).mean():.1%} within 30 s")
    more = found["rcv26", "network"].metres - found["car", "network"].metres
    print(
        f"truck against car: {(more > 10).mean():.1%} of pairs longer, mean {more.mean():+.0f} m, most {more.max()} m"
    )
