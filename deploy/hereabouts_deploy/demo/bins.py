"""Street bins: they fill by the hour with the week's rhythm, rounds empty them, a sensor in the lid looks down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import HOUR_S, Array, wall_clock
from hereabouts_deploy.demo.makes import Fitted

#: Share of a day's waste by hour of the day, and how busy each weekday is, Monday first.
HOURS = np.array([1, 1, 1, 0, 0, 1, 2, 4, 6, 5, 5, 6, 8, 9, 7, 6, 7, 7, 6, 5, 4, 4, 3, 2], dtype=np.float64)
WEEKDAYS = np.array([0.85, 0.85, 0.9, 0.95, 1.15, 1.35, 0.95])
#: Weekdays of the two rounds, Monday 0.
ROUNDS = ((0, 2, 4), (1, 3, 5))
ROUND_STARTS_H, ROUND_ENDS_H = 7, 13
SKIPPED = 0.08
LEFT_IN = 0.02
HEADROOM_MM = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bins:
    """How full each bin was, [hour, bin], as a share of the depth below its sensor; and those depths in mm."""

    level: Array
    depth_mm: Array

    def distance_at(self, bin_index: int, seconds: Array, rng: np.random.Generator) -> Array:
        """Whole mm from the sensor down to the waste at model times `seconds`.

        Between two hours a bin fills by a straight line; a bin emptied within the hour is empty from its start.
        """
        hour = seconds / HOUR_S
        before = np.floor(hour).astype(np.int64)
        after = np.minimum(before + 1, len(self.level) - 1)
        low, high = self.level[before, bin_index], self.level[after, bin_index]
        level = np.where(high >= low, low + (high - low) * (hour - before), high)
        depth = float(self.depth_mm[bin_index])
        return np.asarray(np.round(np.clip(depth * (1 - level) + rng.normal(0, 4, len(seconds)), 20, depth)))


def simulate_bins(seed: int, bins: Sequence[Fitted], origin: datetime, hours: int) -> Bins:
    """The levels of all bins for `hours` hours from `origin`; more hours leave the first ones as they were."""
    rng = stream(seed, "bin habits")
    count = len(bins)
    depth = np.array([float(str(device.mount["bin_depth_mm"])) for device in bins])
    daily = np.clip(rng.lognormal(np.log(0.17), 0.55, count), 0.03, 0.7)
    on_round = rng.integers(0, 2, count)
    served_h = rng.integers(ROUND_STARTS_H, ROUND_ENDS_H, count)
    start = rng.uniform(0.05, 0.6, count)
    clock = wall_clock(origin, hours, HOUR_S)
    serves = np.array([[day in days for days in ROUNDS] for day in range(7)])
    luck = stream(seed, "bin luck").random((hours, count, 2))
    full = 1 - HEADROOM_MM / depth

    level = np.empty((hours, count))
    now = np.minimum(start, full)
    for k in range(hours):
        hour, weekday = int(clock.hour[k]), int(clock.weekday[k])
        emptied = serves[weekday][on_round] & (served_h == hour) & (luck[k, :, 0] > SKIPPED)
        share = HOURS[hour] / HOURS.sum() * WEEKDAYS[weekday]
        now = np.minimum(full, np.where(emptied, LEFT_IN, now + daily * share * 2 * luck[k, :, 1]))
        level[k] = now
    return Bins(level=level, depth_mm=depth)
