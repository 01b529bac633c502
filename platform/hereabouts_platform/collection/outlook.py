"""What waiting costs each bin over the next days: overflow to be expected until it is visited on one day or another.

Overflow is counted in bin-days: a day on which a bin is full at any time is one, however long it was. A bin visited
on day `b` counts a day `d < b` as far as it is full by that day's end, and day `b` as far as it is full when the crew
comes; full again by that evening, it is still one day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hereabouts_platform.bins.forecast import (
    FULL,
    Ahead,
    Standing,
    ahead_of,
    course_of,
    emptied_then,
    standing_of,
)
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.level import Floats, Times
from hereabouts_platform.bins.state import State
from hereabouts_platform.bins.tuning import TUNING, Tuning

#: Days looked ahead; from when a crew comes to a bin, on the whole, to the end of what counts as that day.
AHEAD, DAY_LEFT_S = 8, 14 * 3600


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outlook:
    """Days are counted from 0, today, to `days - 1`; column `days` stands for "not within these days".

    Attributes:
        bins: ids.
        first: overflow bin-days from now to the first visit on a day, [bins, days + 1].
        after: the same from a visit on one day to the next on a later one, [bins, days, days + 1].
        first_percent, after_percent: how full it is expected to be at those visits, per cent, beyond 100 where more
            than it holds is expected; [bins, days], [bins, days, days].
        full: how likely it is full when the crew comes on a day, if nobody came before, [bins, days].
    """

    bins: tuple[str, ...]
    first: Floats
    after: Floats
    first_percent: Floats
    after_percent: Floats
    full: Floats

    @property
    def days(self) -> int:
        """How many days are looked at."""
        return int(self.after.shape[1])


def outlook(
    state: State,
    bins: Sequence[str],
    growths: Mapping[str, Growth],
    days: tuple[Times, Times],
    tuning: Tuning = TUNING,
) -> Outlook:
    """The outlook of bins.

    Args:
        growths: of every group, over a span that holds the bins' emptyings and the days.
        days: when a crew comes on each day, and when the day ends; seconds since 1970 UTC, both rising.

    Raises:
        ValueError: a crew that comes before the state's own time.
    """
    comes, ends = days
    course = course_of(state, bins, np.stack([comes, ends], axis=1).ravel(), growths, tuning)
    count, fresh = len(comes), just_emptied(state, bins, growths, tuning)
    now = ahead_of(standing_of(state, bins, growths, tuning), course)
    after = np.zeros((len(bins), count, count + 1))
    found = np.zeros((len(bins), count, count))
    again = np.zeros((len(bins), count))
    for day in reversed(range(count)):
        since = course.since(2 * day)
        then = ahead_of(emptied_then(fresh, since, 0), since)
        again[:, day] = then.chance_of(FULL)[:, 1]
        after[:, day, day:] = _bin_days(then, again[:, day:])
        after[:, day, day] = 0.0
        found[:, day, day:] = then.expected[:, 0::2]
    return Outlook(
        bins=tuple(bins),
        first=_bin_days(now, again),
        after=after,
        first_percent=now.expected[:, 0::2],
        after_percent=found,
        full=now.chance_of(FULL)[:, 0::2],
    )


def just_emptied(state: State, bins: Sequence[str], growths: Mapping[str, Growth], tuning: Tuning) -> Standing:
    """Where bins would stand if all of them were emptied at the state's own time."""
    changed = dict(state.bins)
    for one in bins:
        at = max(state.as_of, changed[one].emptied_at)
        changed[one] = replace(changed[one], emptied_at=at, left=0.0, read_at=at, level=0.0, full=False)
    return standing_of(replace(state, bins=changed), bins, growths, tuning)


def _bin_days(ahead: Ahead, again: Floats) -> Floats:
    """Of instants "the crew comes, the day ends" day by day: bin-days up to a visit on each day, and without one.

    `again` is how likely it is full by the evening of a day on which it was visited, [bins, days]: counted from the
    visit on, so a visit's own day counts before it only as far as it does not afterwards.
    """
    chance = ahead.chance_of(FULL)
    by_end = np.cumsum(chance[:, 1::2], axis=1)
    before = np.concatenate([np.zeros((len(chance), 1)), by_end], axis=1)
    before[:, :-1] += chance[:, 0::2] * (1 - again)
    return before
