"""Our policy: what each bin may come to, which days are worth a run, and the rounds of today."""

from collections.abc import Sequence

import numpy as np

from hereabouts_deploy.waste_policy.calendar import DAY_S, ZERO_S
from hereabouts_deploy.waste_policy.day_work import matrix_of, planned
from hereabouts_deploy.waste_policy.memory import Memory
from hereabouts_deploy.waste_simulation.fixed import Depot
from hereabouts_deploy.waste_simulation.leaving import as_late
from hereabouts_deploy.waste_simulation.policy import TIP, Morning, Round
from hereabouts_deploy.waste_simulation.streets import Floats
from hereabouts_platform.bins.amounts import amounts
from hereabouts_platform.collection.outlook import outlook
from hereabouts_platform.collection.run_days import look_ahead
from hereabouts_platform.collection.streets import Streets

#: Days looked ahead; when crews come to a bin, on the whole (seconds after midnight).
DAYS, COMES_S = 8, 12 * 3600
#: What a round that leaves as late as it may keeps in hand: less than a fixed one, as the day's loads are forecast.
SLACK = (0.1, 45 * 60)
#: What a bin is worth that was left as long as ever one is: more than any way.
MUST_KM = 1000.0
#: Steps of the search for a day's routes, and for the tour of all bins.
ITERATIONS, TOUR_ITERATIONS = 500, 2000


class Ours:
    """Forecasts, run days and routes; `rho_km` is what a bin-day of overflow is taken to cost, in kilometres."""

    def __init__(self, depot: Depot, rho_km: float) -> None:
        self._rho_km = rho_km
        self._usual_l = depot.usual_l
        self._matrix = matrix_of(depot.town)
        self._memory: Memory | None = None
        self._streets: Streets | None = None

    def plan(self, morning: Morning) -> Sequence[Round]:
        """Today's rounds; none where today is not worth a run."""
        town = morning.town
        if self._memory is None:
            self._memory = Memory(morning, self._usual_l / town.capacity_l * 100)
        if self._streets is None:
            self._streets = self._roads(morning)
        memory = self._memory
        memory.take_in(morning)
        days = ZERO_S + (morning.today + np.arange(DAYS)) * DAY_S
        ahead = outlook(memory.state, memory.ids, memory.growths, (days + COMES_S, days + DAY_S))
        look = look_ahead(ahead, self._streets, self._rho_km)
        due = memory.left_too_long(ZERO_S + (morning.today + 1) * DAY_S)
        if not (look.run or due):
            return ()
        worth = {int(one): float(look.worth[one]) for one in np.flatnonzero(look.worth > 0)}
        worth |= dict.fromkeys(due, MUST_KM)
        level = dict(zip(memory.ids, ahead.first_percent[:, 0].tolist(), strict=True))
        percent = amounts(memory.state, level, int(days[0]) + COMES_S, memory.growths)
        rounds = planned(town, self._matrix, worth, np.array(list(percent.values())), (morning.leave_s, ITERATIONS))
        return [as_late(town, one, SLACK) for one in rounds]

    def _roads(self, morning: Morning) -> Streets:
        """The town's roads with a good tour of all bins."""
        town = morning.town
        everything: Floats = np.full(town.bins, 0.1)
        worth = dict.fromkeys(range(town.bins), 1000.0)
        rounds = planned(town, self._matrix, worth, everything, (morning.leave_s, TOUR_ITERATIONS))
        tour = [stop for one in rounds for stop in one.stops if stop != TIP]
        tour += sorted(set(range(town.bins)) - set(tour))
        return Streets(
            km=town.metres / 1000,
            tour=np.array(tour, np.int64),
            kg_percent=town.capacity_l / 100 * town.kg_per_l,
            load_kg=float(town.vehicles[0].kilograms),
        )
