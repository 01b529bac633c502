"""The naive product: a vehicle is sent to whatever bin its sensor calls fuller than a threshold."""

from collections.abc import Sequence

import numpy as np

from hereabouts_deploy.waste_simulation.policy import Morning, Round
from hereabouts_deploy.waste_simulation.routes import plan_routes
from hereabouts_deploy.waste_simulation.streets import Floats

#: What is read before, in hours; without a reading in them a bin is emptied when it has waited for so many seconds.
LOOK_BACK_H, AGE_S = 24, 1.5 * 86_400
#: Routes of a day are searched for in so many steps; more made them 1 or 2 % shorter.
ITERATIONS = 150


class Threshold:
    """Every day, all bins whose last three readings have a median of so many per cent or more."""

    def __init__(self, percent: float) -> None:
        self._percent = percent
        self._emptied_s: dict[int, int] = {}
        self._told = 0

    def plan(self, morning: Morning) -> Sequence[Round]:
        """Today's rounds."""
        for one in morning.outcomes[self._told :]:
            self._emptied_s[one.bin] = one.at_s
        self._told = len(morning.outcomes)
        fill = latest(morning.percent[-LOOK_BACK_H:])
        age = np.array([morning.now_s - self._emptied_s.get(one, 0) for one in range(morning.town.bins)])
        due = np.where(np.isnan(fill), age >= AGE_S, fill >= self._percent)
        bins = [int(one) for one in np.flatnonzero(due)]
        percent = np.where(np.isnan(fill), self._percent, np.maximum(fill, 20))
        litres = (percent / 100 * morning.town.capacity_l)[bins] * 1.1
        return plan_routes(morning.town, bins, [float(one) for one in litres], ITERATIONS)


def latest(percent: Floats) -> Floats:
    """The median of each bin's last three readings that can be true, [bin]; NaN where there is none."""
    believed = np.where(percent <= 100, percent, np.nan)
    counted = np.cumsum(~np.isnan(believed)[::-1], axis=0)[::-1]
    last = np.where(counted <= 3, believed, np.nan)
    some = ~np.isnan(last).all(axis=0)
    found = np.full(last.shape[1], np.nan)
    found[some] = np.nanmedian(last[:, some], axis=0)
    return found
