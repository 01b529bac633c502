"""Cold rooms: hours and shares below what health asks for.

18 degC is the least in the heating season (UK Health Security Agency, WHO 2018); below 16 degC the risk is serious for
older people (Housing Health and Safety Rating System); below 12 degC blood pressure rises, and heating has failed.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hereabouts_platform.climate.vapour import Floats

COOL, COLD, BITTER = 18.0, 16.0, 12.0  # degC
SEASON = (10, 11, 12, 1, 2, 3, 4)  # months of the heating season


def hours_below(temperature: ArrayLike, limit: float) -> NDArray[np.int64]:
    """How many of the hours along the first axis were colder than `limit` degC; unknown hours (NaN) never count."""
    return np.asarray((np.asarray(temperature, dtype=np.float64) < limit).sum(axis=0), dtype=np.int64)


def share_below(temperature: ArrayLike, limit: float) -> Floats:
    """Share of the known hours along the first axis that were colder than `limit` degC, 0 to 1; NaN with none known."""
    known = (~np.isnan(np.asarray(temperature, dtype=np.float64))).sum(axis=0)
    return np.asarray(np.where(known > 0, hours_below(temperature, limit) / np.maximum(known, 1), np.nan))


def longest_below(temperature: ArrayLike, limit: float) -> NDArray[np.int64]:
    """The longest run of hours along the first axis colder than `limit` degC; an unknown hour ends a run."""
    cold = np.asarray(temperature, dtype=np.float64) < limit
    run = longest = np.zeros(cold.shape[1:], dtype=np.int64)
    for hour in cold:
        run = (run + 1) * hour
        longest = np.maximum(longest, run)
    return longest
