"""When waste comes, learnt of readings through the day: a group's factor of each weekday and of each hour."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from hereabouts_platform.bins.growth import Habit
from hereabouts_platform.bins.level import Floats, Times

FARTHEST_S = 6 * 3600  # between two readings
MOST = 97.0  # beyond it a sensor is cut off: growth there is not what it shows
BELIEF_H = 6.0  # hours of usual growth that each weekday and hour of day begins with
LEAST = 0.02
PARTS = (np.arange(6) + 0.5) / 6  # a rise counts for the hours in which these shares of its time lie


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rises:
    """How much bins of a group rose between two readings, in points; seconds since 1970 UTC."""

    since: Times
    until: Times
    points: Floats


def rises_of(times: Times, percent: Floats, emptied: Times) -> Rises:
    """The rises of one bin between neighbouring readings, without those in which it was emptied.

    The readings on either side of an emptying are left out: a median of three mixes what was before and after.

    Args:
        percent: believed levels at `times`; emptied: when it was, in order.
    """
    turns = np.searchsorted(emptied, times)
    beside = np.diff(turns, prepend=turns[:1]) + np.diff(turns, append=turns[-1:]) > 0
    seen = (percent < MOST) & ~beside
    good = seen[1:] & seen[:-1] & (np.diff(times) <= FARTHEST_S) & (np.diff(turns) == 0)
    return Rises(since=times[:-1][good], until=times[1:][good], points=np.diff(percent)[good])


def with_profile(habit: Habit, rises: Iterable[Rises], zone_s: int = 0) -> Habit:
    """The habit with weekdays and hours as bins rose in them.

    A rise is spread evenly over the time between its readings; what is missing is filled from what is usual.

    Args:
        zone_s: seconds that local time is ahead of UTC, on the whole of the readings.
    """
    all_of = list(rises)
    since, until = (np.concatenate([getattr(one, name) for one in all_of]) for name in ("since", "until"))
    points = np.concatenate([one.points for one in all_of])
    spent = np.repeat((until - since) / 3600 / len(PARTS), len(PARTS))
    if not len(points) or points.sum() <= 0:
        return habit
    points = np.repeat(points / len(PARTS), len(PARTS))
    at = (since[:, None] + PARTS * (until - since)[:, None]).ravel() + zone_s
    hour = (at // 3600 % 24).astype(np.int64)
    weekday = ((at // 86_400 + 3) % 7).astype(np.int64)  # 1 January 1970 was a Thursday
    hours = _factors(hour, points, spent, 24)
    expected = np.asarray(hours)[hour]
    return replace(habit, hour=hours, weekday=_factors(weekday, points, spent * expected, 7))


def _factors(kind: Times, points: Floats, spent: Floats, kinds: int) -> tuple[float, ...]:
    usual = points.sum() / spent.sum()
    found = np.bincount(kind, points, kinds) / usual + BELIEF_H
    factor = np.maximum(found / (np.bincount(kind, spent, kinds) + BELIEF_H), LEAST)
    return tuple((factor / factor.mean()).tolist())
