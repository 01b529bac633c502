"""How full bins will be, when they will be full, and how likely they overflow before an instant.

    level(t) = last level + amplitude * drift * (effort(emptied, t) - effort(emptied, read))

with the quantiles of `spread.py` around it. A bin nobody has heard of for a while keeps its forecast: its range widens
with the age of its last reading. All bins at once: [bins, instants] arrays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_platform.bins.amplitude import amplitude_of, drift_of
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.level import Floats, Times
from hereabouts_platform.bins.spread import Spread, quantile, share_above, share_full, units
from hereabouts_platform.bins.state import State
from hereabouts_platform.bins.tuning import TUNING, Tuning

HOUR_S = 3600
LIMITS = (50.0, 80.0, 100.0)
DAYS_AHEAD = 14
FULL = 100.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ahead:
    """Bins at instants ahead: what is expected and in which unit it may be off, before it is cut at full.

    Attributes:
        bins: ids, [bins]; times: seconds since 1970 UTC, [instants].
        expected, unit: points, [bins, instants], never falling; age_h: of the last reading then, hours.
        overflowing: whether the last reading was "full or more", [bins].
    """

    bins: tuple[str, ...]
    times: Times
    expected: Floats
    unit: Floats
    age_h: Floats
    overflowing: np.ndarray[tuple[int], np.dtype[np.bool_]]
    spread: Spread

    def level(self, share: float) -> Floats:
        """The level that a share of such bins stays under, per cent, 0 to 100 ("or more"), [bins, instants]."""
        return np.asarray(np.clip(self.uncut(share), 0.0, FULL))

    def uncut(self, share: float) -> Floats:
        """The same beyond full, as if the bin were taller."""
        return np.asarray(
            np.maximum.accumulate(
                self.expected + quantile(self.spread, self.age_h, self.expected, share) * self.unit, axis=1
            )
        )

    def chance_of(self, limit: float) -> Floats:
        """How likely the level is at or over a limit (per cent) at each instant, [bins, instants]."""
        above = share_full if limit >= FULL else share_above
        chance = above(self.spread, self.age_h, self.expected, (limit - self.expected) / self.unit)
        return np.asarray(np.maximum.accumulate(np.where(self.overflowing[:, np.newaxis], 1.0, chance), axis=1))

    def reaches(self, limit: float, share: float) -> Floats:
        """When a share of such bins is under a limit no longer, seconds since 1970 UTC, [bins]; NaN where not by the
        last instant. With 0.5 it is as likely as not by then; with 0.9, it is so for one bin in ten.
        """
        level = self.uncut(share)
        over = level >= limit
        at = np.argmax(over, axis=1)
        row = np.arange(len(at))
        before = np.maximum(at - 1, 0)
        low, high = level[row, before], level[row, at]
        part = np.where(high > low, (limit - low) / np.where(high > low, high - low, 1.0), 1.0)
        found = self.times[before] + np.clip(part, 0.0, 1.0) * (self.times[at] - self.times[before])
        return np.asarray(np.where(over.any(axis=1), found, np.nan))


def forecast(
    state: State,
    bins: Sequence[str],
    times: Times,
    growths: Mapping[str, Growth],
    tuning: Tuning = TUNING,
) -> Ahead:
    """Every bin asked for at every instant.

    Args:
        times: seconds since 1970 UTC, rising, none before the state's own time.
        growths: of every group of theirs, over a span that holds their emptyings and the instants.

    Raises:
        ValueError: an instant before the state's time.
    """
    if len(times) and int(times[0]) < state.as_of:
        raise ValueError(f"The state is of {state.as_of}; it cannot say how things were at {int(times[0])}.")
    known = [state.bins[one] for one in bins]
    amplitude = np.array([amplitude_of(state, one, growths[state.bins[one].group], tuning) for one in bins])
    emptied = np.array([one.emptied_at for one in known], dtype=np.float64)
    read = np.array([one.read_at for one in known], dtype=np.float64)
    level = np.array([one.level for one in known])
    effort = np.empty((len(known), len(times)))
    drift = np.empty_like(effort)
    for group in {one.group for one in known}:
        at = np.flatnonzero([one.group == group for one in known])
        effort[at] = _effort(growths[group], emptied[at], read[at], times)
        drift[at] = _drift(state, group, times, tuning)
    grown = amplitude[:, np.newaxis] * drift * effort
    age_h = (times[np.newaxis, :] - read[:, np.newaxis]) / HOUR_S
    return Ahead(
        bins=tuple(bins),
        times=times,
        expected=np.maximum.accumulate(level[:, np.newaxis] + grown, axis=1),
        unit=units(tuning, grown, age_h) * _width(state, [one.group for one in known]),
        age_h=age_h,
        overflowing=np.array([one.full for one in known], dtype=bool),
        spread=state.spread,
    )


def _effort(growth: Growth, emptied: Floats, read: Floats, times: Times) -> Floats:
    since = growth.days(emptied)
    there, then = growth.days(times)[np.newaxis, :] - since[:, np.newaxis], growth.days(read) - since
    return np.asarray(np.maximum(there, 0) ** growth.exponent - np.maximum(then, 0)[:, np.newaxis] ** growth.exponent)


def _drift(state: State, group: str, times: Times, tuning: Tuning) -> Floats:
    return np.array([drift_of(state, group, at, tuning) for at in times.tolist()])


def _width(state: State, groups: Sequence[str]) -> Floats:
    return np.array([state.spread.groups.get(group, 1.0) for group in groups])[:, np.newaxis]


def hours_ahead(now: int, days: int = DAYS_AHEAD) -> Times:
    """Now and each hour up to so many days ahead, seconds since 1970 UTC: instants to look for limits on."""
    return np.asarray(now + HOUR_S * np.arange(24 * days + 1), dtype=np.int64)
