"""What sensors in the lids report: noise, readings lost, spells of silence, death and replacement, nonsense."""

from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.waste_simulation.parameters import (
    BIAS_POINTS,
    DIES,
    GLITCHES,
    HOURLY_SHARE,
    LOST,
    NOISE_POINTS,
    OUTAGE_EVERY_D,
    OUTAGE_MEAN_H,
    REPLACED_AFTER_D,
    YEAR_DAYS,
)
from hereabouts_deploy.waste_simulation.streets import Floats, Whole
from hereabouts_deploy.waste_simulation.town import Town


@dataclass(frozen=True, kw_only=True, slots=True)
class Sensors:
    """What befalls the sensors in a year, the same whatever a policy does: all arrays are [hour, bin].

    `error` is added to the truth, in points of per cent; NaN where nothing comes. `nonsense` takes the truth's place
    where it is not NaN. A reading of an hour is taken `second` seconds after its beginning, [bin].
    """

    error: Floats
    nonsense: Floats
    second: Whole

    def readings(self, first_hour: int, percent: Floats) -> Floats:
        """What is reported of the true fill in per cent, [hour, bin]: whole points from 0 to 100, NaN where nothing."""
        rows = slice(first_hour, first_hour + len(percent))
        told = np.clip(np.rint(np.minimum(percent, 100.0) + self.error[rows]), 0, 100)
        nonsense = self.nonsense[rows]
        return np.where(np.isnan(nonsense) | np.isnan(told), told, nonsense)


def fit_sensors(town: Town, seed: int, days: int) -> Sensors:
    """The sensors of a town's year."""
    rng = stream(seed, f"waste sensors {town.kind}")
    hours, bins = days * 24, town.bins
    error = rng.normal(0, NOISE_POINTS, (hours, bins)) + rng.normal(0, BIAS_POINTS, bins)
    error[rng.random((hours, bins)) < LOST] = np.nan
    slow = rng.random(bins) >= HOURLY_SHARE
    turn = rng.integers(0, 4, bins)
    error[(np.arange(hours)[:, None] % 4 != turn) & slow] = np.nan
    error[:, ~np.array(town.sensor)] = np.nan
    for one in range(bins):
        for first, last in _silences(days, rng):
            error[first:last, one] = np.nan
    nonsense = np.where(
        rng.random((hours, bins)) < GLITCHES, rng.choice([0.0, 100.0, 37.0, 255.0], (hours, bins)), np.nan
    )
    return Sensors(error=error, nonsense=nonsense, second=rng.integers(0, 3600, bins))


def _silences(days: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Hours from and to which one sensor says nothing."""
    found = []
    for _ in range(rng.poisson(days / OUTAGE_EVERY_D)):
        first = int(rng.integers(0, days * 24))
        found.append((first, first + 1 + int(rng.exponential(OUTAGE_MEAN_H))))
    if rng.random() < DIES * days / YEAR_DAYS:
        first = int(rng.integers(0, days * 24))
        found.append((first, first + REPLACED_AFTER_D * 24))
    return found
