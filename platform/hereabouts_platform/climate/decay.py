"""How fast a difference dies away: the one law behind air change by vapour and heat loss by temperature."""

import numpy as np

from hereabouts_platform.climate.vapour import Floats


def decay_rate(difference: Floats, least: float, fewest: int) -> Floats:
    """Rate, 1/h, of `d = d0 exp(-n t)` by least squares on `ln d`; of consecutive hours along the first axis.

    Hours with a difference that is NaN or below `least` (in its own unit) are left out: near 0 the logarithm is noise.
    NaN where fewer than `fewest` hours are left. At or below 0 where nothing dies away.
    """
    told = difference >= least
    count = told.sum(axis=0)
    logs = np.log(np.where(told, difference, 1.0))
    hour = np.where(told, np.arange(len(difference)).reshape(-1, *[1] * (difference.ndim - 1)), 0.0)
    enough = (count >= fewest) & (count >= 2)
    n = np.where(enough, count, 1)
    spread = (hour * hour).sum(axis=0) / n - (hour.sum(axis=0) / n) ** 2
    together = (hour * logs).sum(axis=0) / n - hour.sum(axis=0) / n * logs.sum(axis=0) / n
    return np.asarray(np.where(enough, -together / np.where(enough, spread, 1.0), np.nan))
