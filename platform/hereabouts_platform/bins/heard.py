"""What a slot's sensor and crews tell the forecast: readings and emptyings, without what is not settled yet."""

from collections.abc import Iterator, Sequence

import numpy as np

from hereabouts_platform.bins.advance import Emptied, Happening, Read, Seen
from hereabouts_platform.bins.emptyings import Emptying, Found, Proof, Said, least_drop
from hereabouts_platform.bins.forecast import FULL
from hereabouts_platform.bins.level import Levels, shown
from hereabouts_platform.bins.zero import NOT_FULL_IS

#: A level says what a crew finds so much later at the most.
SHOWN_WITHIN_S = 24 * 3600
#: Who says "emptied" and then "overflowing" within so long means what was found before.
AFTERTHOUGHT_S = 15 * 60


def happenings_of(bin_id: str, levels: Levels, found: Found, proofs: Sequence[Proof] = ()) -> tuple[Happening, ...]:
    """The readings that are believed, the emptyings, and what crews saw where no level was told; in order of time.

    Two things wait for the next reading. A last reading that alone lies far down: was it emptied? And readings after a
    crew's "emptied" that are still as high: has the sensor not seen it yet, or were they elsewhere?

    Args:
        proofs: crews' words.
    """
    told: list[Happening] = [*_read(bin_id, levels, found), *_seen(bin_id, levels, proofs)]
    told += _emptied(bin_id, levels, found.emptyings)
    return tuple(sorted(told, key=lambda one: (one.at, isinstance(one, Emptied))))


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


def _emptied(bin_id: str, levels: Levels, emptyings: Sequence[Emptying]) -> Iterator[Emptied]:
    """Emptyings; what was in the bin by the sensor's drop, else by a level of that day and since the one before."""
    since = 0
    for one in emptyings:
        after = 0.0 if np.isnan(one.after) else one.after
        if one.seen:
            before, full = one.before, one.full
        else:
            before, full = shown(levels, one.at, since=max(since, one.at - SHOWN_WITHIN_S))
        yield Emptied(bin=bin_id, at=one.at, before=before, full=full, after=after)
        since = one.at


def _seen(bin_id: str, levels: Levels, proofs: Sequence[Proof]) -> Iterator[Seen]:
    """What crews found where no level was told for a day. "Emptied" by itself says nothing of how full it was."""
    emptied = sorted(one.at for one in proofs if one.said is Said.EMPTIED)
    for one in proofs:
        at = one.at
        if one.said is Said.OVERFLOWING:
            at = next((before for before in emptied if 0 < at - before <= AFTERTHOUGHT_S), at)
        if one.said is Said.EMPTIED or not np.isnan(shown(levels, at, since=at - SHOWN_WITHIN_S)[0]):
            continue
        yield sight(bin_id, at, one.said)


def sight(bin_id: str, at: int, said: Said) -> Seen:
    """What a crew who say "overflowing" or "not full" have seen."""
    if said is Said.OVERFLOWING:
        return Seen(bin=bin_id, at=at, least=FULL)
    return Seen(bin=bin_id, at=at, most=NOT_FULL_IS)
