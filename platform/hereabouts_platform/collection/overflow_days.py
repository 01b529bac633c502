"""On how many days bins overflowed, given what came into them and when they were emptied.

A bin-day of overflow is a civil day on which a bin is at 100 % or more for any part, however short, before it is
emptied that day or after. It is how the made-up towns count, so the two can be held beside each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_platform.bins.forecast import FULL
from hereabouts_platform.bins.level import Bools, Floats, Times
from hereabouts_platform.collection.came_in import CameIn


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Emptyings:
    """When one bin was emptied (seconds since 1970 UTC, rising), and what stayed in it then, points."""

    at: Times
    left: Floats


def overflow_days(came: CameIn, emptied: Sequence[Emptyings], days: Times) -> Bools:
    """Which bins overflowed on which day, [days, bins].

    Args:
        emptied: of each bin of `came`.
        days: where days begin, and where the last one ends; on whole hours, within the span of `came`.
    """
    over = np.zeros((len(days) - 1, len(came.bins)), np.bool_)
    for row, one in enumerate(emptied):
        found = levels_found(came, row, one)
        on = np.searchsorted(days, one.at, side="left") - 1  # of one at midnight, what it found is the day's before
        inside = (on >= 0) & (on < len(over)) & (found >= FULL)
        over[on[inside], row] = True
        over[:, row] |= _at_ends(came, row, one, days[1:]) >= FULL
    return over


def levels_found(came: CameIn, row: int, emptied: Emptyings) -> Floats:
    """How full a bin was at each of its emptyings, per cent; beyond 100 where more had come than it holds."""
    rows = np.full(len(emptied.at), row)
    here = came.up_to(rows, emptied.at)
    before = np.concatenate([[0.0], here[:-1]])[: len(here)]
    left = np.concatenate([[came.at_first[row]], emptied.left[:-1]])[: len(here)]
    return np.asarray(left + here - before)


def _at_ends(came: CameIn, row: int, emptied: Emptyings, ends: Times) -> Floats:
    """How full it was at each day's end, after what was emptied by then."""
    last = np.searchsorted(emptied.at, ends, side="right")
    base = np.concatenate([[0.0], came.up_to(np.full(len(emptied.at), row), emptied.at)])
    left = np.concatenate([[came.at_first[row]], emptied.left])
    return np.asarray(left[last] + came.up_to(np.full(len(ends), row), ends) - base[last])
