"""What came into each bin, hour by hour, as far as its history tells: the rises between its emptyings.

Within a turn, from one emptying to the next, a level counts as far as it is the highest so far, so noise does not add
up; between two such levels the rise is laid on a straight line. Where the level was not told, what is expected comes
instead: before the first reading, between a turn's last reading and its emptying, and from when it stood at 100 on.

Cost: a step of Python for each bin and turn; 200 bins emptied every second day for six weeks take half a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hereabouts_platform.bins.advance import Emptied, Happening, Read
from hereabouts_platform.bins.amplitude import amplitude_of
from hereabouts_platform.bins.forecast import FULL
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.level import Bools, Floats, Times
from hereabouts_platform.bins.state import State
from hereabouts_platform.bins.tuning import TUNING, Tuning

HOUR_S = 3600


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Told:
    """A bin's history over the span: believed levels, and emptyings with what stayed in it; times rise."""

    read_at: Times
    level: Floats
    emptied_at: Times
    before: Floats
    left: Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CameIn:
    """What came in.

    Attributes:
        bins: ids, [bins]; from_s: the span's beginning, on the hour, seconds since 1970 UTC.
        points: since then, up to each hour, [hours + 1, bins], never falling.
        at_first: what was in them at the beginning, points, [bins].
        filled: hours in which what is expected was taken, as nothing was told, [hours, bins].
        told: of each bin.
    """

    bins: tuple[str, ...]
    from_s: int
    points: Floats
    at_first: Floats
    filled: Bools
    told: tuple[Told, ...]

    def up_to(self, rows: Times, times: Floats | Times) -> Floats:
        """Points that came into bins (their numbers, `rows`) up to instants, one each; seconds since 1970 UTC."""
        hour = (np.asarray(times, np.float64) - self.from_s) / HOUR_S
        whole = np.clip(hour.astype(np.int64), 0, len(self.points) - 2)
        low, high = self.points[whole, rows], self.points[whole + 1, rows]
        return np.asarray(low + (high - low) * np.clip(hour - whole, 0.0, 1.0))


def came_in(
    state: State,
    histories: Mapping[str, Sequence[Happening]],
    growths: Mapping[str, Growth],
    span: tuple[int, int],
    tuning: Tuning = TUNING,
) -> CameIn:
    """What came into the bins of `histories`, in their order.

    Args:
        state: what is known of them now: how fast each fills, for the hours that are filled in.
        growths: of every group, over the span.
        span: `[from, to)` on whole hours, seconds since 1970 UTC; what happened outside it is not looked at.
    """
    grid = np.arange(span[0], span[1] + HOUR_S, HOUR_S)
    usual = {group: one.days(grid) for group, one in growths.items()}
    told, turns = [], []
    for name, history in histories.items():
        group = state.bins[name].group
        expected = amplitude_of(state, name, growths[group], tuning) * (usual[group] - usual[group][0])
        told.append(_told(history, span))
        turns.append(_bin(told[-1], grid, expected))
    return CameIn(
        bins=tuple(histories),
        from_s=span[0],
        points=np.stack([points for points, _, _ in turns], axis=1),
        at_first=np.array([first for _, first, _ in turns]),
        filled=np.stack([filled for _, _, filled in turns], axis=1),
        told=tuple(told),
    )


def _told(history: Sequence[Happening], span: tuple[int, int]) -> Told:
    inside = sorted((one for one in history if span[0] < one.at < span[1]), key=lambda one: one.at)
    reads = [one for one in inside if isinstance(one, Read)]
    emptied = [one for one in inside if isinstance(one, Emptied)]
    return Told(
        read_at=np.array([one.at for one in reads], np.int64),
        level=np.array([FULL if one.full else min(max(one.level, 0.0), FULL) for one in reads], np.float64),
        emptied_at=np.array([one.at for one in emptied], np.int64),
        before=np.array([FULL if one.full else one.before for one in emptied], np.float64),
        left=np.array([one.after for one in emptied], np.float64),
    )


def _bin(told: Told, grid: Times, expected: Floats) -> tuple[Floats, float, Bools]:
    """Points up to each hour, what was in it at first, and the hours that were filled in."""
    points, filled = np.zeros(len(grid)), np.zeros(len(grid) - 1, np.bool_)
    bounds = [int(grid[0]), *told.emptied_at.tolist(), int(grid[-1])]
    first = _at_first(told, grid, expected)
    turn_of = np.searchsorted(told.emptied_at, told.read_at, side="left")
    middle, so_far = (grid[:-1] + grid[1:]) / 2, 0.0
    for turn, (since, until) in enumerate(pairwise(bounds)):
        at, level = told.read_at[turn_of == turn], told.level[turn_of == turn]
        left = float(told.left[turn - 1]) if turn else first
        knots, risen = _known(since, left, at, level)
        here = (grid > since) & (grid <= until)
        so = np.interp([knots[-1], until], grid, expected)
        grown = np.interp(np.clip(grid[here], knots[-1], until), grid, expected) - so[0]
        end = float(so[1] - so[0])
        if turn < len(told.emptied_at) and told.before[turn] > left + risen[-1] + end:
            grown, end = _stretched(grown, end, float(told.before[turn]) - left - risen[-1], grid[here] > knots[-1])
        points[here] = so_far + np.interp(grid[here], knots, risen) + grown
        so_far += float(risen[-1]) + end
        filled |= (middle > knots[-1]) & (middle < until)
        if not turn and len(at):
            filled |= middle < at[0]
    return np.maximum.accumulate(points), first, filled


def _known(since: int, left: float, at: Times, level: Floats) -> tuple[Times, Floats]:
    """The knots of a turn, and what had come in by each: its highest levels so far, until one is full."""
    highest = np.maximum.accumulate(np.concatenate([[left], level]))
    knots = np.concatenate([[since], at])
    full = np.flatnonzero(highest >= FULL)
    last = int(full[0]) + 1 if len(full) else len(knots)
    return knots[:last], highest[:last] - left


def _stretched(grown: Floats, end: float, more: float, after: Bools) -> tuple[Floats, float]:
    """What came in since the last reading, where more was found at the emptying than was expected."""
    return (grown * (more / end) if end > 0 else np.where(after, more, 0.0)), more


def _at_first(told: Told, grid: Times, expected: Floats) -> float:
    """What was in a bin at the beginning: what was told first, less what is expected to have come in until then."""
    at, level = told.read_at[:1], told.level[:1]
    if len(told.emptied_at) and not (len(at) and at[0] <= told.emptied_at[0]):
        at, level = told.emptied_at[:1], told.before[:1]
    if not len(at) or np.isnan(level[0]):
        return 0.0
    return max(float(level[0] - np.interp(at[0], grid, expected)), 0.0)
