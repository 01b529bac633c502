"""Street bins: they fill by the hour with the week's rhythm, crews empty them, a sensor in the lid looks down.

Until the history ends, fixed rounds empty them on their weekdays. From then on it is whoever reports it: a bin that no
crew says to have emptied stays as it is, on every day on which crews go by a plan. On days on which nobody looked (the
demo was off) the fixed rounds went as before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import HOUR_S, Array, Mask, seconds_since, wall_clock
from hereabouts_deploy.demo.waste import HOMES, PARK, SHOPS, BinSlot, on_fixed_rounds
from hereabouts_schemas.times import LONDON

#: Share of a day's waste by hour of the day, and how busy each weekday is, Monday first, by what lies along the street.
HOURS = {
    HOMES: (1, 1, 0, 0, 0, 1, 4, 7, 7, 4, 3, 3, 4, 4, 3, 5, 8, 9, 9, 8, 7, 5, 4, 3),
    SHOPS: (2, 1, 0, 0, 0, 1, 2, 4, 6, 6, 7, 9, 11, 11, 9, 8, 7, 6, 4, 3, 3, 3, 2, 2),
    PARK: (1, 0, 0, 0, 0, 1, 3, 5, 5, 5, 6, 7, 8, 8, 8, 9, 10, 9, 7, 5, 3, 2, 1, 1),
}
WEEKDAYS = {
    HOMES: (1.0, 0.95, 0.95, 0.95, 1.0, 1.1, 1.05),
    SHOPS: (0.8, 0.85, 0.9, 1.0, 1.2, 1.45, 0.8),
    PARK: (0.8, 0.8, 0.85, 0.85, 1.0, 1.4, 1.3),
}
#: Fill of a middling bin a day, as a share of its depth, and how far bins differ.
DAILY, APART = 0.2, 0.5
ROUND_STARTS_H, ROUND_ENDS_H = 7, 13
SKIPPED = 0.08
LEFT_IN = 0.02
HEADROOM_MM = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """Who emptied bins since the history ended.

    Attributes:
        since: when it ended; None: fixed rounds are all there is.
        days: civil days of Europe/London on which crews go by plans.
        emptied: the bins, by number, that they say to have emptied, and when.
    """

    since: datetime | None = None
    days: frozenset[date] = frozenset()
    emptied: frozenset[tuple[int, datetime]] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Bins:
    """How full each bin was, [hour, bin], as a share of the depth below its sensor; and those depths in mm."""

    level: Array
    depth_mm: Array

    def level_at(self, bin_index: int, seconds: Array) -> Array:
        """The share filled at model times `seconds`.

        Between two hours a bin fills by a straight line; a bin emptied within the hour is empty from its start.
        """
        hour = seconds / HOUR_S
        before = np.floor(hour).astype(np.int64)
        after = np.minimum(before + 1, len(self.level) - 1)
        low, high = self.level[before, bin_index], self.level[after, bin_index]
        return np.asarray(np.where(high >= low, low + (high - low) * (hour - before), high))

    def distance_at(self, bin_index: int, seconds: Array, rng: np.random.Generator) -> Array:
        """Whole mm from the sensor down to the waste at model times `seconds`."""
        depth, level = float(self.depth_mm[bin_index]), self.level_at(bin_index, seconds)
        return np.asarray(np.round(np.clip(depth * (1 - level) + rng.normal(0, 4, len(seconds)), 20, depth)))


NOBODY = Served()


def simulate_bins(seed: int, slots: Sequence[BinSlot], origin: datetime, hours: int, served: Served = NOBODY) -> Bins:
    """The levels of all bins for `hours` hours from `origin`; more hours leave the first ones as they were."""
    rng = stream(seed, "bin habits")
    count = len(slots)
    depth = np.array([float(slot.depth_mm) for slot in slots])
    daily = np.clip(rng.lognormal(np.log(DAILY), APART, count), 0.04, 0.7)
    served_h = rng.integers(ROUND_STARTS_H, ROUND_ENDS_H, count)
    start = rng.uniform(0.05, 0.6, count)
    clock = wall_clock(origin, hours, HOUR_S)
    shape = _shapes(slots)
    serves, planned, reported = (
        on_fixed_rounds(slots),
        _planned(origin, hours, served),
        _reported(origin, hours, served),
    )
    luck = stream(seed, "bin luck").random((hours, count, 2))
    full = 1 - HEADROOM_MM / depth

    level = np.empty((hours, count))
    now = np.minimum(start, full)
    for k in range(hours):
        hour, weekday = int(clock.hour[k]), int(clock.weekday[k])
        emptied = serves[weekday] & (served_h == hour) & (luck[k, :, 0] > SKIPPED) & (not planned[k])
        if k in reported:
            emptied[reported[k]] = True
        grown = now + daily * shape[weekday, hour] * 2 * luck[k, :, 1]
        now = np.minimum(full, np.where(emptied, LEFT_IN, grown))
        level[k] = now
    return Bins(level=level, depth_mm=depth)


def _shapes(slots: Sequence[BinSlot]) -> Array:
    """What share of a middling day's waste comes in an hour: [weekday, hour, bin]."""
    of_kind = {}
    for kind, hours in HOURS.items():
        by_hour, by_day = np.array(hours, dtype=np.float64), np.array(WEEKDAYS[kind])
        of_kind[kind] = by_day[:, None] * by_hour[None, :] / by_hour.sum()
    return np.stack([of_kind[slot.along] for slot in slots], axis=2)


def _planned(origin: datetime, hours: int, served: Served) -> Mask:
    """The hours in which crews go by plans."""
    if served.since is None:
        return np.zeros(hours, dtype=np.bool_)
    first = origin.astimezone(LONDON).date()
    days = np.isin(wall_clock(origin, hours, HOUR_S).day, [(day - first).days for day in served.days])
    return np.asarray(days & (np.arange(hours) >= seconds_since(origin, served.since) / HOUR_S))


def _reported(origin: datetime, hours: int, served: Served) -> dict[int, list[int]]:
    """Hour -> the bins that are empty from then on: the end of the hour in which they were emptied."""
    found: dict[int, list[int]] = {}
    for bin_index, at in served.emptied:
        hour = int(seconds_since(origin, at) // HOUR_S) + 1
        if 0 < hour < hours:
            found.setdefault(hour, []).append(bin_index)
    return found
