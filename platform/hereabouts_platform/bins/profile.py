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
WEEK_H = 168
MONDAY_H = 3 * 24  # 1 January 1970 was a Thursday
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Rises of a group by the hour of the week: points, and the hours in which they were seen, [168] from Monday on.

    They add up: of two spans, or of two bins, each part is the sum.
    """

    points: tuple[float, ...] = (0.0,) * WEEK_H
    spent: tuple[float, ...] = (0.0,) * WEEK_H

    def __add__(self, other: "Profile") -> "Profile":
        return self.and_kept(other, 1.0)

    def and_kept(self, older: "Profile", share: float) -> "Profile":
        """With a share of what was seen before."""
        return Profile(
            points=tuple(a + share * b for a, b in zip(self.points, older.points, strict=True)),
            spent=tuple(a + share * b for a, b in zip(self.spent, older.spent, strict=True)),
        )

    @property
    def bin_days(self) -> float:
        """Days of readings of one bin that it was seen in."""
        return sum(self.spent) / 24


def profile_of(rises: Iterable[Rises], zone_s: int = 0) -> Profile:
    """Rises by the hour of the week; each is spread evenly over the time between its readings.

    Args:
        zone_s: seconds that local time is ahead of UTC, on the whole of the readings.
    """
    all_of = list(rises)
    if not all_of:
        return Profile()
    since, until = (np.concatenate([getattr(one, name) for one in all_of]) for name in ("since", "until"))
    points = np.concatenate([one.points for one in all_of])
    spent = np.repeat((until - since) / 3600 / len(PARTS), len(PARTS))
    points = np.repeat(points / len(PARTS), len(PARTS))
    at = (since[:, None] + PARTS * (until - since)[:, None]).ravel() + zone_s
    hour = ((at // 3600 + MONDAY_H) % WEEK_H).astype(np.int64)
    return Profile(
        points=tuple(np.bincount(hour, points, WEEK_H).tolist()),
        spent=tuple(np.bincount(hour, spent, WEEK_H).tolist()),
    )


def with_profile(habit: Habit, profile: Profile) -> Habit:
    """The habit with weekdays and hours as bins rose in them; what is missing is filled from what is usual."""
    points, spent = (np.array(one).reshape(7, 24) for one in (profile.points, profile.spent))
    if points.sum() <= 0:
        return habit
    hours = _factors(points.sum(axis=0), spent.sum(axis=0))
    expected = spent * np.asarray(hours)
    return replace(habit, hour=hours, weekday=_factors(points.sum(axis=1), expected.sum(axis=1)))


def _factors(points: Floats, spent: Floats) -> tuple[float, ...]:
    usual = points.sum() / spent.sum()
    factor = np.maximum((points / usual + BELIEF_H) / (spent + BELIEF_H), LEAST)
    return tuple((factor / factor.mean()).tolist())
