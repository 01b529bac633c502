"""How far off forecasts are, as they were of late: quantiles of surprises that follow what happens.

A surprise is (level found - level expected) / unit. For each class of the last reading's age and of the level expected
a few quantiles of it are kept. Each new surprise moves them by a small step, up where it lies above and down where
below, so that in the long run the share above is right whatever the season does (online conformal prediction by
quantile tracking: Gibbs and Candès 2021; Angelopoulos, Candès and Tibshirani 2023). How surprising a group is beside
the others is one more number.

A sensor that is cut off at 100 does not say how much more it was: a quantile that lies above the cut learns nothing of
that surprise (Powell's censored quantile regression, 1986).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, isfinite, log
from statistics import NormalDist

import numpy as np

from hereabouts_platform.bins.level import Floats
from hereabouts_platform.bins.tuning import Tuning

SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
LOG_ODDS = tuple(log(one / (1 - one)) for one in SHARES)
ODDS = np.array(LOG_ODDS)
APART = 1e-3  # between neighbours: quantiles that lie on each other have no slope
#: Hours of the last reading's age, and levels expected (per cent), from which the next quantiles are used.
AGES_H = (12.0, 36.0, 60.0, 96.0)
EXPECTED = (60.0, 80.0, 95.0, 115.0)
CLASSES = (len(AGES_H) + 1) * (len(EXPECTED) + 1)
FIRST = tuple(NormalDist().inv_cdf(one) for one in SHARES)
#: Quantiles far out are met seldom: their steps are larger, as a Gaussian is thinner there, so that all settle alike.
STEPS = tuple(NormalDist().pdf(0) / NormalDist().pdf(one) for one in FIRST)
#: The share above each of them, and its step; how far each is moved up so that no two lie on each other.
EACH = tuple((1 - share, size) for share, size in zip(SHARES, STEPS, strict=True))
SPACES = tuple(APART * k for k in range(len(SHARES)))
QUICK, QUICK_AFTER = 50.0, 10.0  # a new class's steps are five times as large, and shrink like those of a mean
GROUP_STEP, GROUP_LEAST, GROUP_MOST = 0.02, 0.5, 2.0
MEDIAN_SURPRISE = 0.6745  # of a Gaussian's absolute value
MOST_ODDS = 8.0  # log odds beyond which nothing is told apart


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """What is kept of surprises.

    Attributes:
        quantiles: by class (of age and level), [classes][shares]; seen: how many surprises each class has had.
        groups: how wide each group's surprises are beside the others'.
        full_shift, full_slope: the log odds of "full" are shift + slope times those that the quantiles give.
    """

    quantiles: tuple[tuple[float, ...], ...] = (FIRST,) * CLASSES
    seen: tuple[int, ...] = (0,) * CLASSES
    groups: dict[str, float] = field(default_factory=dict)
    full_shift: float = 0.0
    full_slope: float = 1.0


class Tracker:
    """A spread while it learns; `frozen()` is what is kept of it."""

    def __init__(self, spread: Spread, tuning: Tuning) -> None:
        self._quantiles = [list(row) for row in spread.quantiles]
        self._seen = list(spread.seen)
        self._groups = dict(spread.groups)
        self._full = (spread.full_shift, spread.full_slope)
        self._tuning = tuning

    def learn(self, group: str, age_h: float, expected: float, unit: float, found: float) -> None:
        """Take in one level found, where `expected` was, with its unit, all in points."""
        row = bisect_right(AGES_H, age_h) * (len(EXPECTED) + 1) + bisect_right(EXPECTED, expected)
        width = self._groups.get(group, 1.0)
        step = self._tuning.learn_spread * max(1.0, QUICK / (self._seen[row] + QUICK_AFTER))
        quantiles = self._quantiles[row]
        self._learn_full((self._tuning.cut_at - expected) / (unit * width), quantiles, found)
        cut_at = self._tuning.cut_at
        for k, (share_above, size) in enumerate(EACH):
            forecast = expected + quantiles[k] * unit * width
            if forecast < cut_at:
                quantiles[k] += step * size * ((found > forecast) - share_above)
        quantiles.sort()
        self._seen[row] += 1
        if found < self._tuning.cut_at:
            wider = abs(found - expected) > MEDIAN_SURPRISE * unit * width
            self._groups[group] = min(max(width * exp(GROUP_STEP * (wider - 0.5)), GROUP_LEAST), GROUP_MOST)

    def _learn_full(self, surprise: float, quantiles: list[float], found: float) -> None:
        """One step of logistic regression, on whether it was full."""
        if not isfinite(surprise):
            return
        odds = min(max(odds_above(quantiles, surprise), -MOST_ODDS), MOST_ODDS)
        shift, slope = self._full
        off = float(found >= self._tuning.cut_at) - 1 / (1 + exp(-(shift + slope * odds)))
        step = self._tuning.learn_full
        self._full = (shift + step * off, max(slope + step * off * odds / 4, 0.1))

    def frozen(self) -> Spread:
        """What has been learnt so far."""
        return Spread(
            quantiles=tuple(tuple(row) for row in self._quantiles),
            seen=tuple(self._seen),
            groups=dict(self._groups),
            full_shift=self._full[0],
            full_slope=self._full[1],
        )


def _classes(age_h: Floats, expected: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    ages, levels = np.searchsorted(AGES_H, age_h, side="right"), np.searchsorted(EXPECTED, expected, side="right")
    return np.asarray(ages * (len(EXPECTED) + 1) + levels)


def unit_of(tuning: Tuning, grown: float, age_h: float) -> float:
    """The unit of surprise, points: of the growth expected since the last reading, and of its age in hours."""
    stale: float = max(age_h / tuning.stale_hours, 1.0) ** 0.5
    return (tuning.scale_points + tuning.scale_share * max(grown, 0.0)) * stale


def units(tuning: Tuning, grown: Floats, age_h: Floats) -> Floats:
    """The same of many."""
    stale = np.maximum(age_h / tuning.stale_hours, 1.0) ** 0.5
    return np.asarray((tuning.scale_points + tuning.scale_share * np.maximum(grown, 0.0)) * stale)


def quantile(spread: Spread, age_h: Floats, expected: Floats, share: float) -> Floats:
    """The quantile of surprises at each age and level expected, in units; between the kept ones by straight lines in
    log odds.
    """
    each = [
        np.interp(log(share / (1 - share)), ODDS, one) for one in np.eye(len(SHARES))
    ]  # the interpolation's weights
    kept = np.array(spread.quantiles) @ np.array(each)
    return np.asarray(kept[_classes(age_h, expected)])


def share_above(spread: Spread, age_h: Floats, expected: Floats, surprise: Floats) -> Floats:
    """How likely a surprise is larger."""
    return np.asarray(_chance(_odds_of(spread, age_h, expected, surprise)))


def share_full(spread: Spread, age_h: Floats, expected: Floats, surprise: Floats) -> Floats:
    """How likely a bin is full, where `surprise` would fill it: as above, set right by how often such bins were."""
    odds = np.clip(_odds_of(spread, age_h, expected, surprise), -MOST_ODDS, MOST_ODDS)
    return np.asarray(_chance(spread.full_shift + spread.full_slope * odds))


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -MOST_ODDS, MOST_ODDS))))


def _odds_of(spread: Spread, age_h: Floats, expected: Floats, surprise: Floats) -> Floats:
    rows, result = _classes(age_h, expected), np.empty(surprise.shape)
    for k in np.unique(rows).tolist():
        at = rows == k
        result[at] = _odds(np.array(spread.quantiles[k]), surprise[at])
    return result


def odds_above(kept: Sequence[float], surprise: float) -> float:
    """Log odds of a larger surprise; they go on straight beyond the outermost quantiles."""
    spaced = [one + apart for one, apart in zip(kept, SPACES, strict=True)]
    low = min(max(bisect_right(spaced, surprise) - 1, 0), len(spaced) - 2)
    part = (surprise - spaced[low]) / (spaced[low + 1] - spaced[low])
    return -(LOG_ODDS[low] + part * (LOG_ODDS[low + 1] - LOG_ODDS[low]))


def _odds(kept: Floats, surprise: Floats) -> Floats:
    """The same of many; the two are held against each other in a test."""
    kept = kept + APART * np.arange(len(kept))
    low = (ODDS[1] - ODDS[0]) / (kept[1] - kept[0])
    high = (ODDS[-1] - ODDS[-2]) / (kept[-1] - kept[-2])
    beyond = np.maximum(surprise - kept[-1], 0.0) * high + np.minimum(surprise - kept[0], 0.0) * low
    return np.asarray(-(np.interp(surprise, kept, ODDS) + beyond))
