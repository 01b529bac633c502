"""The 30-day criterion of ASHRAE 160-2009: simple, widely known, and since replaced there by the mould index."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

HUMIDITY_LIMIT = 80.0  # %
COOLEST, WARMEST = 5.0, 40.0  # degC
MOULD_LIMIT = 3.0  # what replaced it: the mould index stays below this


def fails(temperature: ArrayLike, humidity: ArrayLike) -> NDArray[np.bool_]:
    """Whether 30-day means at a surface (degC, %) fail: 80 % or more while between 5 and 40 degC; unknown never fails.

    Means are `averages.trailing_mean` over `averages.MONTH`, or means of 30 daily means.
    """
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray((np.asarray(humidity, dtype=np.float64) >= HUMIDITY_LIMIT) & (t >= COOLEST) & (t <= WARMEST))
