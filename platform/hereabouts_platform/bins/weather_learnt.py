"""What the weather does to bins, learnt day by day: sums of days' growth by their weather, from which effects are made.

A day counts by its growth against the other days of its own week (from Monday on), so that seasons, festivals and
whatever else lasts is not taken for the weather. Weeks join on Mondays, like those of habits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import log

import numpy as np

from hereabouts_platform.bins.growth import EVERYBODY, Growth
from hereabouts_platform.bins.learnt import MONDAY_S
from hereabouts_platform.bins.level import Floats, Times
from hereabouts_platform.bins.profile import Rises
from hereabouts_platform.bins.weather import Air, Effect

DAY_S, HOUR_S = 86_400, 3600
MOST_WARM, MOST_WET = 0.1, log(2)  # bounds of the effect of a kelvin, and of a day that is wet through
#: Belief that a group is like all bins, and all bins like "no effect": by how much effects differ on the whole, and by
#: how much days differ for other reasons, as logarithms. Of a few days nearly nothing is made.
WARM_SPREAD, WET_SPREAD, DAY_SPREAD = 0.03, 0.3, 0.2
#: A day that was seen in so many common days of bins' growth counts half; in many, as one.
HALF_SEEN = 3.0
LEAST_OF_WEEK = 3  # days with weather, or a week teaches nothing
MOST_RATIO = 4.0  # of a day's growth to its week's
KEPT = 0.98  # share of its weight that a week keeps a week later: half of it is left after eight months
WEEK_D = 7

#: Day since 1970 -> points that bins of a group rose, and the common days in which they did.
Seen = Mapping[int, tuple[float, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """Sums of a regression of days' growth on weather: they add up over weeks, and groups."""

    warm_warm: float = 0.0
    warm_wet: float = 0.0
    wet_wet: float = 0.0
    warm_grown: float = 0.0
    wet_grown: float = 0.0

    def and_kept(self, older: "Sums", share: float = 1.0) -> "Sums":
        """With a share of what was seen before."""
        return Sums(**{name: getattr(self, name) + share * getattr(older, name) for name in Sums.__slots__})


@dataclass(frozen=True, kw_only=True, slots=True)
class Learning:
    """What a group's days taught: `sums` up to the last Monday; `week`: (day, points, common days) of those since."""

    sums: Sums = Sums()
    week: tuple[tuple[int, float, float], ...] = ()


def seen_of(rises: Iterable[Rises], growth: Growth) -> Seen:
    """The days on which bins of a group rose; a rise is of the day on which it ends.

    Args:
        growth: of the group, by its habit and calendar alone; rises that began before its span are left out.
    """
    some = list(rises)
    if not some:
        return {}
    since, until, points = (np.concatenate([getattr(one, name) for one in some]) for name in Rises.__slots__)
    there = since >= growth.first * HOUR_S
    since, until, points = since[there], until[there], points[there]
    spent = growth.days(until) - growth.days(since)
    days, of_day = np.unique(until // DAY_S, return_inverse=True)
    totals = (np.bincount(of_day, one, len(days)).tolist() for one in (points, spent))
    return {day: (a, b) for day, a, b in zip(days.tolist(), *totals, strict=True)}


def sums_of(seen: Seen, air: Air) -> Sums:
    """The sums of days."""
    weeks: dict[int, list[int]] = {}
    for day in sorted(seen):
        weeks.setdefault((day - MONDAY_S // DAY_S) // WEEK_D, []).append(day)
    found = Sums()
    for days in weeks.values():
        found = found.and_kept(_of_week(np.array(days), np.array([seen[day] for day in days]), air))
    return found


def _of_week(days: Times, seen: Floats, air: Air) -> Sums:
    warmer, wetter = (_on(one, days - air.first) for one in (air.warmer, air.wetter))
    points, spent = np.maximum(seen.T, 0.0)
    known = (spent > 0) & ~(np.isnan(warmer) & np.isnan(wetter))
    if known.sum() < LEAST_OF_WEEK or points[known].sum() <= 0:
        return Sums()
    points, spent, warmer, wetter = (one[known] for one in (points, spent, warmer, wetter))
    ratio = np.clip(points / spent / (points.sum() / spent.sum()), 1 / MOST_RATIO, MOST_RATIO)
    worth = spent / (spent + HALF_SEEN)
    warm, wet, grown = (_centred(one, worth) for one in (warmer, wetter, np.log(ratio)))
    return Sums(
        warm_warm=float(worth @ warm**2),
        warm_wet=float(worth @ (warm * wet)),
        wet_wet=float(worth @ wet**2),
        warm_grown=float(worth @ (warm * grown)),
        wet_grown=float(worth @ (wet * grown)),
    )


def _on(values: Floats, at: Times) -> Floats:
    """The values at these places, NaN outside."""
    framed = np.concatenate([[np.nan], values, [np.nan]])
    return framed[np.clip(at + 1, 0, len(framed) - 1)]


def _centred(values: Floats, worth: Floats) -> Floats:
    """Less their mean; what is not known is as the mean."""
    known = ~np.isnan(values)
    mean = np.average(values[known], weights=worth[known]) if known.any() else 0.0
    return np.where(known, values - mean, 0.0)


def effects_of(sums: Mapping[str, Sums]) -> dict[str, Effect]:
    """The effect of each group, drawn to all bins', and that of all bins for the others, drawn to none."""
    together = Sums()
    for one in sums.values():
        together = together.and_kept(one)
    everybody = _effect(together, Effect())
    return {EVERYBODY: everybody, **{group: _effect(one, everybody) for group, one in sums.items()}}


def _effect(sums: Sums, towards: Effect) -> Effect:
    """A ridge regression; within bounds."""
    belief = np.array([(DAY_SPREAD / WARM_SPREAD) ** 2, (DAY_SPREAD / WET_SPREAD) ** 2])
    left = np.array([[sums.warm_warm, sums.warm_wet], [sums.warm_wet, sums.wet_wet]]) + np.diag(belief)
    right = np.array([sums.warm_grown, sums.wet_grown]) + belief * (towards.warm, towards.wet)
    warm, wet = np.clip(np.linalg.solve(left, right), (-MOST_WARM, -MOST_WET), (MOST_WARM, MOST_WET)).tolist()
    return Effect(warm=warm, wet=wet)


def weather_taken_in(
    known: Mapping[str, Learning], rises: Mapping[str, Iterable[Rises]], growths: Mapping[str, Growth]
) -> dict[str, Learning]:
    """With the rises of some days since Monday, by group; `growths` as `seen_of` wants them."""
    found = dict(known)
    for group, some in rises.items():
        one, days = found.get(group, Learning()), dict(seen_of(some, growths[group]))
        for day, points, spent in one.week:
            more = days.get(day, (0.0, 0.0))
            days[day] = (points + more[0], spent + more[1])
        found[group] = replace(one, week=tuple((day, *days[day]) for day in sorted(days)))
    return found


def weather_renewed(known: Mapping[str, Learning], air: Air) -> dict[str, Learning]:
    """With the week that is over taken in, and the weather it had as it is known now."""
    return {
        group: Learning(sums=sums_of({day: (a, b) for day, a, b in one.week}, air).and_kept(one.sums, KEPT))
        for group, one in known.items()
    }
