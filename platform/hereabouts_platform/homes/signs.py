"""What a sign of a cause is: from features to a strength, to log-odds and to sentences; `*_signs.py` hold the signs.

A strength runs from -1 (against) over 0 (tells nothing) to 1 (for), in a straight line between two values of a feature;
NaN, a feature that cannot be said, is no sign at all. The weights are in units of log-odds: 2 takes even odds to 7 to
1. Source of the signatures: section 2.8 of our notes on damp. Weights are ours, and the evaluation says how they do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.features import WET_ROOMS, Features, RoomKind

Measure = Callable[[Features], Floats]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """One sign of a cause.

    Attributes:
        measure: the feature, or what is made of several.
        none_at, full_at: where the strength is -1 and where it is 1; `full_at` may be the smaller.
        weight, weight_against: what a full sign for or against adds to or takes from the log-odds.
        says, says_against: the sentences, with `{value}` (and, where the measure is a share, `{percent}`) to be filled
            in; an empty one is never said.
    """

    cause: Cause
    measure: Measure
    none_at: float
    full_at: float
    weight: float
    weight_against: float
    says: str
    says_against: str = ""

    def strength(self, features: Features) -> Floats:
        """How far the sign speaks for its cause, [rooms], -1 to 1; NaN where it is no sign."""
        share = (self.measure(features) - self.none_at) / (self.full_at - self.none_at)
        return np.asarray(np.clip(2 * share - 1, -1.0, 1.0))

    def evidence(self, strength: Floats) -> Floats:
        """What that adds to the log-odds."""
        weight = np.where(strength > 0, self.weight, self.weight_against)
        return np.asarray(np.where(np.isnan(strength), 0.0, strength * weight))


def of(name: str) -> Measure:
    """A feature as it is."""
    return lambda features: np.asarray(getattr(features, name), dtype=np.float64)


def less(one: str, other: str) -> Measure:
    """One feature less another."""
    return lambda features: np.asarray(getattr(features, one) - getattr(features, other))


def factor_if_known(features: Features) -> Floats:
    """The temperature factor, where somebody measured or stated it."""
    return np.where(features.f_known > 0, features.f_rsi, np.nan)


def wet_room(features: Features) -> Floats:
    """1 in kitchens and bathrooms, 0 in other rooms; NaN where a room has no telling name."""
    told = ~np.isnan(features.kind) & ~np.isin(features.kind, (RoomKind.HOME, RoomKind.OTHER))
    return np.where(told, np.isin(features.kind, WET_ROOMS).astype(np.float64), np.nan)


def steady_floor(features: Features) -> Floats:
    """The excess that is always there against what comes and goes within a day; 1 is as much of one as of the other."""
    return np.asarray(features.floor_excess / np.maximum(features.swing, 0.3))


def rain_beyond_chance(features: Features) -> Floats:
    """How many standard errors vapour rises after rain; a fall counts as none."""
    return np.where(features.rain > 0, features.rain_t, np.where(np.isnan(features.rain), np.nan, 0.0))
