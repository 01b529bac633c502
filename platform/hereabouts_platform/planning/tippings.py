"""Tippings: the tip, or the tips one after the other, that take all that a vehicle may carry."""

from collections.abc import Iterable, Sequence
from itertools import permutations

from hereabouts_platform.planning.bodies import Body
from hereabouts_schemas.work import DayWork, Tip

MOST_TIPS = 3  # one after the other
Tipping = tuple[Tip, ...]


def streams_of(body: Body, work: DayWork, carried: Iterable[str] = ()) -> frozenset[str]:
    """The streams that a vehicle may carry on this day."""
    wanted = {visit.load.stream for visit in work.visits if visit.load} | set(carried)
    return frozenset(stream for part in body for stream in part.streams) & wanted


def takes(tip: Tip, stream: str) -> bool:
    """Whether a tip takes a stream."""
    return not tip.streams or stream in tip.streams


def tippings(tips: Sequence[Tip], streams: frozenset[str]) -> tuple[Tipping, ...]:
    """Every way to be rid of all of these streams with as few tips as it takes; streams that no tip takes left out."""
    wanted = frozenset(stream for stream in streams if any(takes(tip, stream) for tip in tips))
    if not wanted:
        return ()
    for many in range(1, MOST_TIPS + 1):
        found = tuple(way for way in permutations(tips, many) if _takes_all(way, wanted))
        if found:
            return found
    return ()


def _takes_all(way: Tipping, streams: frozenset[str]) -> bool:
    return all(any(takes(tip, stream) for tip in way) for stream in streams)
