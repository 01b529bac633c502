"""Matrices as the solver takes them: tasks, a start, an end that is reached by way of a tip, and tippings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hereabouts_platform.planning.ready import Ready
from hereabouts_platform.planning.roads import Roads
from hereabouts_platform.planning.tasks import Task
from hereabouts_platform.planning.tippings import Tipping
from hereabouts_platform.roads.matrix import UNREACHABLE

NO_WAY = 10**7  # metres and seconds: longer than any day, yet far from the end of the solver's numbers
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Metres and seconds between places of one class, with a last row and column for what is not on the map."""

    metres: Whole
    seconds: Whole
    index: Mapping[str, int]

    def places(self, names: Sequence[str]) -> npt.NDArray[np.intp]:
        """Rows of places."""
        return np.array([self.index.get(name, len(self.metres) - 1) for name in names], dtype=np.intp)


def grid_of(roads: Roads) -> Grid:
    """The legs of a class, what cannot be reached at `NO_WAY`."""
    off = roads.matrix.metres == UNREACHABLE
    whole = []
    for given in (roads.matrix.metres, roads.matrix.seconds):
        array = np.full((len(given) + 1, len(given) + 1), NO_WAY, np.int64)
        array[:-1, :-1] = np.where(off, NO_WAY, given)
        np.fill_diagonal(array[:-1, :-1], 0)
        whole.append(array)
    return Grid(whole[0], whole[1], roads.index)


def profile(
    grid: Grid,
    tasks: Sequence[Task],
    *,
    ways: Sequence[Tipping],
    ready: Ready,
    home_by: Sequence[Tipping],
    barred: npt.NDArray[np.bool_],
    dislike_m: npt.NDArray[np.int64],
) -> tuple[Whole, Whole]:
    """Metres and seconds of one vehicle between all nodes.

    Args:
        home_by: the ways by which it may be emptied last, before its yard; none where it carries nothing.
        barred: [tasks], those it must not do.
        dislike_m: [tasks], metres added to every way there.
    """
    firsts, lasts = grid.places([one.first for one in tasks]), grid.places([one.last for one in tasks])
    heads, tails = grid.places([one[0].id for one in ways]), grid.places([one[-1].id for one in ways])
    here, yard = grid.places([ready.place]), grid.places([ready.vehicle.end])
    inner = _inner(grid, tasks)
    between = _between(grid, ways)
    to_home = _home(grid, np.concatenate([lasts, here, tails]), yard, home_by, ready)
    many, size = len(tasks), len(tasks) + 2 + len(ways)
    unused = np.array([one not in ready.tippings for one in ways], dtype=bool)
    found = []
    for n, legs in enumerate((grid.metres, grid.seconds)):
        array = np.full((size, size), NO_WAY, np.int64)
        array[:many, :many] = legs[np.ix_(lasts, firsts)] + inner[n][:, None]
        array[:many, many + 2 :] = legs[np.ix_(lasts, heads)] + inner[n][:, None]
        array[:many, many + 1] = to_home[n][:many] + inner[n]
        array[many, :many] = legs[here, firsts]
        array[many, many + 1] = to_home[n][many]
        array[many, many + 2 :] = legs[here, heads]
        array[many + 2 :, :many] = legs[np.ix_(tails, firsts)] + between[n][:, None]
        array[many + 2 :, many + 1] = legs[tails, yard] + between[n]
        if n == 0:
            array[:, :many] += dislike_m
        _bar(array, np.concatenate([barred, [False, False], unused]))
        found.append(np.minimum(array, NO_WAY))
    return found[0], found[1]


def _bar(array: Whole, barred: npt.NDArray[np.bool_]) -> None:
    array[barred, :] = NO_WAY
    array[:, barred] = NO_WAY
    np.fill_diagonal(array, 0)


def _inner(grid: Grid, tasks: Sequence[Task]) -> tuple[Whole, Whole]:
    """What is driven within each task, between its visits."""
    metres, seconds = np.zeros(len(tasks), np.int64), np.zeros(len(tasks), np.int64)
    for n, one in enumerate(tasks):
        at = grid.places([visit.place for visit in one.visits])
        metres[n], seconds[n] = grid.metres[at[:-1], at[1:]].sum(), grid.seconds[at[:-1], at[1:]].sum()
    return metres, seconds


def _between(grid: Grid, ways: Sequence[Tipping]) -> tuple[Whole, Whole]:
    """What comes after the first tip of each tipping: legs to the others, and their turn-round."""
    metres, seconds = np.zeros(len(ways), np.int64), np.zeros(len(ways), np.int64)
    for n, way in enumerate(ways):
        for a, b in pairwise(way):
            leg = grid.places([a.id, b.id])
            metres[n] += grid.metres[leg[0], leg[1]]
            seconds[n] += grid.seconds[leg[0], leg[1]] + b.turnround_s
    return metres, seconds


def _home(
    grid: Grid, places: npt.NDArray[np.intp], yard: npt.NDArray[np.intp], home_by: Sequence[Tipping], ready: Ready
) -> tuple[Whole, Whole]:
    """From places to the yard, by the tipping that costs least."""
    if not home_by:
        return grid.metres[places, yard], grid.seconds[places, yard]
    between = _between(grid, home_by)
    heads, tails = grid.places([way[0].id for way in home_by]), grid.places([way[-1].id for way in home_by])
    turn = np.array([way[0].turnround_s for way in home_by])
    metres = grid.metres[np.ix_(places, heads)] + between[0] + grid.metres[tails, yard]
    seconds = grid.seconds[np.ix_(places, heads)] + between[1] + turn + grid.seconds[tails, yard]
    costs = metres * max(1, ready.vehicle.per_km_p) + seconds * ready.vehicle.per_hour_p * 1000 // 3600
    best = costs.argmin(axis=1)
    rows = np.arange(len(places))
    return metres[rows, best], seconds[rows, best]
