"""Where each litre is: in a bin, beside it, or collected; and how long any lay beside one.

A bin takes what is put in between two hours by a straight line, so fullness at any second, and litres beyond capacity
summed over time, are exact. Nothing is ever lost: put in = collected + in the bins + beside them.
"""

from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.waste_simulation.streets import Floats, Whole

HOUR_S, DAY_S = 3600, 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class DayEnd:
    """What lay beside bins on one day: which bins were at 100 % or more for any part of it, and litres x days."""

    over: frozenset[int]
    litre_days: float


class Ledger:
    """The bins of one simulated year. `so_far` is what was put in, litres [hour + 1, bin]."""

    def __init__(self, so_far: Floats, capacity_l: Floats) -> None:
        self._so_far = so_far
        self._capacity_l = capacity_l
        #: What had been put in when the bin was last emptied: the litres that have been collected.
        self._taken = np.zeros(len(capacity_l))

    @property
    def collected_l(self) -> float:
        """All that was taken away up to the last day that was closed."""
        return float(self._taken.sum())

    def litres_at(self, one: int, at_s: float) -> float:
        """What is in and beside a bin that has not been emptied today."""
        return self._put_in(one, at_s) - float(self._taken[one])

    def fill_at_hours(self, first_hour: int, hours: int, second: Whole, before: Floats, emptied_s: Floats) -> Floats:
        """True fill in per cent, [hour, bin], `second` seconds into each hour; it may be beyond 100.

        `before` is what `taken()` said before the day was closed in which bins were emptied at `emptied_s`.
        """
        rows = slice(first_hour, first_hour + hours)
        ends = self._so_far[first_hour + 1 : first_hour + hours + 1]
        put_in = self._so_far[rows] + (ends - self._so_far[rows]) * (second / HOUR_S)
        at = (np.arange(first_hour, first_hour + hours) * HOUR_S)[:, None] + second
        taken = np.where(at >= emptied_s, self._taken, before)
        return (put_in - taken) / self._capacity_l * 100

    def taken(self) -> Floats:
        """Litres collected of each bin so far."""
        return self._taken.copy()

    def close_day(self, day: int, emptied_s: Floats) -> DayEnd:
        """Empty bins at the seconds given ([bin], infinity where not), and count what lay beside them that day."""
        start, end = float(day * DAY_S), float((day + 1) * DAY_S)
        split = np.minimum(emptied_s, end)
        over_before, before = self._beside(day, np.full(len(split), start), split)
        for one in np.flatnonzero(emptied_s < end):
            self._taken[one] = self._put_in(int(one), float(emptied_s[one]))
        over_after, after = self._beside(day, split, np.full(len(split), end))
        over = np.flatnonzero(over_before | over_after)
        return DayEnd(over=frozenset(int(one) for one in over), litre_days=float((before + after).sum()) / DAY_S)

    def _put_in(self, one: int, at_s: float) -> float:
        hour = min(int(at_s // HOUR_S), len(self._so_far) - 2)
        first, last = float(self._so_far[hour, one]), float(self._so_far[hour + 1, one])
        return first + (last - first) * (at_s / HOUR_S - hour)

    def _beside(self, day: int, from_s: Floats, to_s: Floats) -> tuple[np.ndarray, Floats]:
        """Which bins are full at some time between, and litres beyond capacity x seconds, [bin]."""
        grid = np.arange(day * 24, day * 24 + 25)
        at = np.clip(grid[:, None] * float(HOUR_S), from_s, to_s)
        hour = np.minimum((at // HOUR_S).astype(np.int64), day * 24 + 23)
        column = np.arange(at.shape[1])
        first = self._so_far[hour, column]
        put_in = first + (self._so_far[hour + 1, column] - first) * (at / HOUR_S - hour)
        beyond = put_in - self._taken - self._capacity_l
        return (beyond[-1] >= 0) & (to_s > from_s), _positive_area(beyond, np.diff(at, axis=0))


def _positive_area(height: Floats, seconds: Floats) -> Floats:
    """The area above zero of lines that rise between rows of `height`, [bin]."""
    low, high = height[:-1], height[1:]
    rise = np.where(high > low, high - low, 1.0)
    above = np.where(low >= 0, 1.0, np.clip(high / rise, 0, 1))
    mean = np.where(low >= 0, (low + high) / 2, np.maximum(high, 0) / 2)
    area: Floats = (above * mean * seconds).sum(axis=0)
    return area
