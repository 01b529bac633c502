"""What a slot's sensor and crews tell the forecast: readings and emptyings, without what is not settled yet."""

from collections.abc import Iterator

import numpy as np

from hereabouts_platform.bins.advance import Emptied, Happening, Read
from hereabouts_platform.bins.emptyings import Emptying, Found, Said, least_drop
from hereabouts_platform.bins.level import Levels
from hereabouts_platform.bins.words import SHOWN_WITHIN_S, CrewsSaid, means, shown

FULL = 100.0


def happenings_of(bin_id: str, levels: Levels, found: Found, crews: CrewsSaid) -> tuple[Happening, ...]:
    """The readings that are believed and the emptyings, in order of time.

    Two things wait for the next reading. A last reading that alone lies far down: was it emptied? And readings after a
    crew's "emptied" that are still as high: has the sensor not seen it yet, or were they elsewhere?

    Args:
        crews: their words; where no level was told for a day they stand for one, as far as is known what they mean.
    """
    reads = [*_read(bin_id, levels, found), *_said(bin_id, levels, crews)]
    emptied = [_emptied(bin_id, one, levels, crews) for one in found.emptyings]
    return tuple(sorted([*reads, *emptied], key=lambda one: (one.at, isinstance(one, Emptied))))


def _read(bin_id: str, levels: Levels, found: Found) -> Iterator[Read]:
    at = np.flatnonzero(levels.believed)
    times, percent = levels.times[at], levels.percent[at]
    least = least_drop(percent)
    settled = np.ones(len(at), dtype=bool)
    if len(at) > 1 and percent[-2] - percent[-1] > least:
        settled[-1] = False
    for said in (one for one in found.emptyings if not one.seen and one.before > least):
        settled &= (times <= said.at) | (percent < said.before - least)
    for k in np.flatnonzero(settled):
        yield Read(bin=bin_id, at=int(times[k]), level=float(percent[k]), full=bool(levels.full[at[k]]))


def _said(bin_id: str, levels: Levels, crews: CrewsSaid) -> Iterator[Read]:
    """What crews found and left in a bin of which nothing else is known."""
    for one in crews.proofs:
        if one.said is Said.EMPTIED or not np.isnan(shown(levels, one.at)[0]):
            continue
        level = FULL if one.said is Said.OVERFLOWING else means(crews.words, one.said)
        if not np.isnan(level):
            yield Read(bin=bin_id, at=one.at, level=level, full=one.said is Said.OVERFLOWING)


def _emptied(bin_id: str, one: Emptying, levels: Levels, crews: CrewsSaid) -> Emptied:
    after = 0.0 if np.isnan(one.after) else one.after
    if one.seen:
        return Emptied(bin=bin_id, at=one.at, before=one.before, full=one.full, after=after)
    before, full = shown(levels, one.at)
    if np.isnan(before) and _overflowed(one.at, crews):
        before, full = FULL, True
    if np.isnan(before):
        before = means(crews.words, Said.EMPTIED)
    return Emptied(bin=bin_id, at=one.at, before=before, full=full, after=after)


def _overflowed(at: int, crews: CrewsSaid) -> bool:
    """Whether a crew found it overflowing on the day that it was emptied."""
    return any(one.said is Said.OVERFLOWING and 0 <= at - one.at < SHOWN_WITHIN_S for one in crews.proofs)
