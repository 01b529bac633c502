"""Good routes for given bins, by PyVRP: what the fixed rounds drive. No other module here knows the solver."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyvrp
from pyvrp.stop import MaxIterations

from hereabouts_deploy.waste_simulation.parameters import BREAK_S, RUSH
from hereabouts_deploy.waste_simulation.policy import TIP, Round
from hereabouts_deploy.waste_simulation.streets import Floats, Whole
from hereabouts_deploy.waste_simulation.town import Town

#: A leg that nobody drives; moderate, because sums of it must not run over.
NEVER = 10_000_000
#: Metres one more vehicle is taken to cost: between two plans of a length, the one with fewer crews.
VEHICLE_COST_M = 1000


def plan_routes(town: Town, bins: Sequence[int], litres: Sequence[float], iterations: int) -> tuple[Round, ...]:
    """The fewest metres found that serve the bins, in so many iterations; the same every time.

    Loads are the litres given, cut at half a vehicle. Where no rounds fit into the shifts, the best that were found are
    given: what does not fit is then left by the crews.
    """
    if not bins:
        return ()
    data = _problem(town, bins, litres)
    best = pyvrp.solve(data, stop=MaxIterations(iterations), seed=1, collect_stats=False).best
    rounds = []
    for vehicle, route in enumerate(best.routes()):
        inner = route.schedule()[1:-1]
        stops = tuple(bins[one.idx] if one.is_client() else TIP for one in inner)
        rounds.append(Round(vehicle=vehicle, stops=stops))
    return tuple(rounds)


def _problem(town: Town, bins: Sequence[int], litres: Sequence[float]) -> pyvrp.ProblemData:
    """Locations are the bins, the depot, the tip, and the way home by the tip."""
    metres, seconds = _with_way_home(town, bins)
    count = len(bins)
    vehicle = town.vehicles[0]
    loads = np.minimum(np.asarray(litres), vehicle.litres / 2)
    clients = [
        pyvrp.Client(
            k,
            pickup=[round(float(loads[k])), round(float(loads[k] * town.kg_per_l[one]))],
            service_duration=int(town.service_s[one]),
        )
        for k, one in enumerate(bins)
    ]
    kind = pyvrp.VehicleType(
        len(town.vehicles),
        capacity=[vehicle.litres, vehicle.kilograms],
        start_depot=0,
        end_depot=2,
        reload_depots=[1],
        fixed_cost=VEHICLE_COST_M,
        shift_duration=vehicle.shift_s - BREAK_S,
        unit_distance_cost=1,
    )
    locations = [pyvrp.Location(float(x), float(y)) for x, y in town.xy[[*bins, town.depot, town.tip, town.depot]]]
    yards = [pyvrp.Depot(count), pyvrp.Depot(count + 1, service_duration=town.turnround_s), pyvrp.Depot(count + 2)]
    return pyvrp.ProblemData(locations, clients, yards, [kind], [_square(metres)], [_square(seconds)])


def _with_way_home(town: Town, bins: Sequence[int]) -> tuple[Whole, Whole]:
    """Metres and seconds between the locations; legs are planned a little slower than an empty road allows."""
    ids = np.array([*bins, town.depot, town.tip])
    count = len(ids)
    slower = 1 + (float(np.mean(list(RUSH.values()))) - 1) / 2
    metres, seconds = _bordered(town.metres[np.ix_(ids, ids)]), _bordered(town.seconds[np.ix_(ids, ids)] * slower)
    home_m, home_s = metres[count - 1, count - 2], seconds[count - 1, count - 2]
    metres[: count - 1, count] = metres[: count - 1, count - 1] + home_m
    seconds[: count - 1, count] = seconds[: count - 1, count - 1] + town.turnround_s + home_s
    metres[count - 1, count], seconds[count - 1, count] = home_m, home_s
    metres[count - 2, count] = seconds[count - 2, count] = metres[count, count] = seconds[count, count] = 0
    return metres, seconds


def _square(matrix: Whole) -> Any:
    """The matrix as PyVRP's stubs would have it: they name a kind of array that there is not."""
    return matrix


def _bordered(inner: Floats | Whole) -> Whole:
    """With a row and column more, in whole numbers."""
    found = np.full((len(inner) + 1, len(inner) + 1), NEVER, dtype=np.int64)
    found[:-1, :-1] = np.rint(inner)
    return found
