"""Hours of readings: means of what is believed, and which hours need no second look.

Nearly all hours of nearly all rooms are taken from the rollup as they are. `suspicious` says, from what a rollup knows,
in which hours cleaning could change anything: only those have to be read raw and cleaned.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.sensor_truth.readings import (
    COLDEST,
    DRIEST,
    HOTTEST,
    JUMP_CEL,
    JUMP_CEL_BESIDE,
    JUMP_PERCENT,
    SIGN_LEAST,
    WETTEST,
    Bools,
    Cleaned,
)

HOUR_S = 3600


def suspicious(
    *,
    temperature_min: ArrayLike,
    temperature_max: ArrayLike,
    humidity_min: ArrayLike,
    humidity_max: ArrayLike,
) -> Bools:
    """Whether cleaning could change the means of an hour with those extremes, degC and %; NaN where nothing was read.

    False is a promise: such an hour holds no reading that `clean` would doubt, whatever its neighbours are. For a
    reading that is doubted for its neighbours has one of them within 20 minutes on either side, so at least one in its
    own hour, and the extremes of that hour lie as far apart.
    """
    coldest, hottest = np.asarray(temperature_min, np.float64), np.asarray(temperature_max, np.float64)
    driest, wettest = np.asarray(humidity_min, np.float64), np.asarray(humidity_max, np.float64)
    outside = (coldest < COLDEST) | (hottest > HOTTEST) | (driest < DRIEST) | (wettest > WETTEST)
    span = hottest - coldest
    spike = (span > JUMP_CEL) | ((span > JUMP_CEL_BESIDE) & (wettest - driest > JUMP_PERCENT))
    return np.asarray(outside | spike | ((coldest < 0) & (span >= SIGN_LEAST)))


def hourly_means(
    times: NDArray[np.int64], values: Floats, cleaned: Cleaned, first: int, hours: int
) -> tuple[Floats, NDArray[np.int64]]:
    """Mean of the believed readings of each hour, and how many they are; NaN in an hour without any.

    Args:
        times: seconds since 1970 UTC; values: at those times, NaN where the quantity was not read.
        first: the hour to begin with, in hours since 1970 UTC; hours: how many.
    """
    hour = times // HOUR_S - first
    kept = cleaned.believed & ~np.isnan(values) & (hour >= 0) & (hour < hours)
    counts = np.bincount(hour[kept], minlength=hours)
    sums = np.bincount(hour[kept], weights=values[kept], minlength=hours)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan), counts.astype(np.int64)
