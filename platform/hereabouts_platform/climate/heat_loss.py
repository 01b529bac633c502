"""How fast a room cools while nothing heats it."""

import numpy as np

from hereabouts_platform.climate.decay import decay_rate
from hereabouts_platform.climate.vapour import Floats

LEAST_DIFFERENCE = 3.0  # K between room and weather
FEWEST_HOURS = 4


def cooling_time_constant(indoor: Floats, outdoor: Floats) -> Floats:
    """Time constant tau, h, of unheated hours along the first axis, degC: `ln((T - Te) / (T0 - Te)) = -t / tau`.

    By least squares, with the outdoor temperature of each hour. Small is a fabric that holds no heat: 20 h is poor,
    100 h is good. NaN with fewer than 4 hours 3 K above outdoors, and where the room did not cool: something heats it.
    """
    rate = decay_rate(indoor - outdoor, LEAST_DIFFERENCE, FEWEST_HOURS)
    cools = rate > 0
    return np.asarray(np.where(cools, 1 / np.where(cools, rate, 1.0), np.nan))
