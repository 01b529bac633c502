"""Hot bedrooms: the night criterion of CIBSE TM59 (2017).

A bedroom should not be warmer than 26 degC in more than 1 % of the hours from 22:00 to 07:00 in a year: 32 hours.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hereabouts_platform.climate.vapour import Floats

NIGHT_LIMIT = 26.0  # degC
NIGHT_HOURS = frozenset({22, 23, 0, 1, 2, 3, 4, 5, 6})  # by the clock on the wall: the hours that begin then
HOURS_A_YEAR = 32  # 1 % of 365 x 9


def is_night(clock_hour: ArrayLike) -> NDArray[np.bool_]:
    """Whether an hour that begins at `clock_hour` (0 to 23, local time) belongs to the night."""
    return np.isin(np.asarray(clock_hour), list(NIGHT_HOURS))


def hot_night_hours(temperature: Floats, clock_hour: ArrayLike) -> NDArray[np.int64]:
    """How many night hours along the first axis were warmer than 26 degC; `clock_hour` is one number an hour."""
    return np.asarray((temperature[is_night(clock_hour)] > NIGHT_LIMIT).sum(axis=0), dtype=np.int64)


def night_mean(temperature: Floats, clock_hour: ArrayLike) -> Floats:
    """Mean of the known night hours along the first axis, degC; NaN where none is known."""
    night = temperature[is_night(clock_hour)]
    known = ~np.isnan(night)
    hours = known.sum(axis=0)
    total = np.where(known, night, 0.0).sum(axis=0)
    return np.asarray(np.where(hours > 0, total / np.maximum(hours, 1), np.nan))


def overheats(hot_hours: ArrayLike) -> NDArray[np.bool_]:
    """Whether a year with that many hot night hours misses the criterion."""
    return np.asarray(np.asarray(hot_hours) > HOURS_A_YEAR)
