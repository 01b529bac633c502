"""What a slot's sensor and crews tell the forecast: readings and emptyings, without what is not settled yet."""

import numpy as np

from hereabouts_platform.bins.advance import Emptied, Happening, Read
from hereabouts_platform.bins.emptyings import Emptying, Found, least_drop
from hereabouts_platform.bins.level import Levels


def happenings_of(bin_id: str, levels: Levels, found: Found) -> tuple[Happening, ...]:
    """The readings that are believed and the emptyings, in order of time.

    Two things wait for the next reading. A last reading that alone lies far down: was it emptied? And readings after a
    crew's "emptied" that are still as high: has the sensor not seen it yet, or were they elsewhere?
    """
    at = np.flatnonzero(levels.believed)
    times, percent = levels.times[at], levels.percent[at]
    least = least_drop(percent)
    settled = np.ones(len(at), dtype=bool)
    if len(at) > 1 and percent[-2] - percent[-1] > least:
        settled[-1] = False
    for said in (one for one in found.emptyings if not one.seen and one.before > least):
        settled &= (times <= said.at) | (percent < said.before - least)
    reads = [
        Read(bin=bin_id, at=int(times[k]), level=float(percent[k]), full=bool(levels.full[at[k]]))
        for k in np.flatnonzero(settled)
    ]
    emptied = [_emptied(bin_id, one) for one in found.emptyings]
    return tuple(sorted([*reads, *emptied], key=lambda one: (one.at, isinstance(one, Emptied))))


def _emptied(bin_id: str, one: Emptying) -> Emptied:
    after = 0.0 if np.isnan(one.after) else one.after
    return Emptied(bin=bin_id, at=one.at, before=one.before, full=one.full, after=after)
