"""A people counter that counts nobody where its own history says that people pass: dead, or blocked.

What is usual at an hour of the week is the mean of the counter's own last weeks at that hour. **Dead**: nothing counted
or nothing heard for a day and for twice as long as ever in these weeks, while 50 people and more would have been usual.
**Blocked**: over the last two days less than a tenth of what is usual, where 200 and more would have been. It counts
again once a day holds a quarter of what is usual. With less than two weeks of hours before it nobody can say.

The form, a run of zeros judged by what the counter's own history expects in it, is ours, and so are the numbers. A
street that is closed for a day looks just like it: the alert asks somebody to look.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from hereabouts_platform.climate.vapour import Floats

HOURS_LOOKED_AT = 35 * 24
_WEEK = 7 * 24
_DAY = 24
_FEWEST_HOURS = 2 * _WEEK
_MISSED = 50.0
_BUSY = 200.0
_BLOCKED_SHARE = 0.1
_AGAIN_SHARE = 0.25


class Counting(StrEnum):
    """Whether a counter counts."""

    COUNTS = "counts"
    DEAD = "dead"
    BLOCKED = "blocked"
    UNSURE = "unsure"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CountCourse:
    """People counted by one datastream, hour by hour up to the last full hour; NaN where nothing was heard.

    Attributes:
        to_at: the end of the last hour, UTC.
        counts: `HOURS_LOOKED_AT` hours, the oldest first.
    """

    quantity: str
    channel: str
    to_at: datetime
    counts: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class CountVerdict:
    """What was found: for how many hours nobody was counted, and what would be usual and was counted over that time.

    Of a blocked counter, and of one that counts, `usual` and `counted` are of the last two days or the last day.
    """

    counting: Counting
    quiet_h: int
    usual: float = 0.0
    counted: float = 0.0


def judge(course: CountCourse) -> CountVerdict:
    """Say whether a counter counts."""
    counts = course.counts
    passed = np.flatnonzero(counts > 0)
    quiet = len(counts) - 1 - int(passed[-1]) if len(passed) else len(counts)
    history = counts[: len(counts) - quiet]
    if int((~np.isnan(history)).sum()) < _FEWEST_HOURS:
        return CountVerdict(counting=Counting.CANNOT_SAY, quiet_h=quiet)
    missed = _usual(history, len(counts), quiet)
    if quiet >= max(_DAY, 2 * _longest_quiet(history)) and missed >= _MISSED:
        return CountVerdict(counting=Counting.DEAD, quiet_h=quiet, usual=missed)
    before = counts[: -2 * _DAY]
    usual, counted = _usual(before, len(counts), 2 * _DAY), float(np.nansum(counts[-2 * _DAY :]))
    if usual >= _BUSY and counted < _BLOCKED_SHARE * usual and quiet < 2 * _DAY:
        return CountVerdict(counting=Counting.BLOCKED, quiet_h=quiet, usual=usual, counted=counted)
    usual, counted = _usual(before, len(counts), _DAY), float(np.nansum(counts[-_DAY:]))
    fine = counted > 0 and counted >= _AGAIN_SHARE * usual
    return CountVerdict(
        counting=Counting.COUNTS if fine else Counting.UNSURE, quiet_h=quiet, usual=usual, counted=counted
    )


def _usual(history: Floats, count: int, last: int) -> float:
    """What `history` makes usual over the last hours of `count`, by the hour of the week."""
    total = 0.0
    for hour in range(count - last, count):
        same = history[hour % _WEEK :: _WEEK]
        known = same[~np.isnan(same)]
        total += float(known.mean()) if len(known) else 0.0
    return total


def _longest_quiet(history: Floats) -> int:
    """The longest stretch without anybody between two hours with somebody."""
    passed = np.flatnonzero(history > 0)
    return int(np.diff(passed).max()) - 1 if len(passed) > 1 else 0
