"""A good round through all bins of a depot, to compare days by: nearest neighbour, then 2-opt among neighbours. Pure.

Near enough for that, and no more: the routes that are driven are the planner's.
"""

import numpy as np

from hereabouts_platform.bins.level import Floats
from hereabouts_platform.collection.streets import Whole

NEIGHBOURS = 10
MOST_SWAPS = 3  # times the number of bins


def tour_of(cost: Floats) -> Whole:
    """The bins in the order of a round from and to the depot.

    Args:
        cost: [bins + 1, bins + 1] from row to column, the depot last; the two directions are taken together.

    Each swap looks at `NEIGHBOURS` places of each bin: 500 bins take some tenths of a second.
    """
    both = (cost + cost.T) / 2
    depot = len(both) - 1
    order = _nearest(both, depot)
    near = np.argsort(both, axis=1, kind="stable")[:, : NEIGHBOURS + 1]
    for _ in range(MOST_SWAPS * len(order)):
        swap = _best_swap(both, order, near)
        if swap is None:
            break
        first, last = swap
        order[first:last] = order[first:last][::-1]
    at = int(np.flatnonzero(order == depot)[0])
    return np.concatenate([order[at + 1 :], order[:at]])


def _nearest(cost: Floats, start: int) -> Whole:
    order, left = np.empty(len(cost), np.int64), np.ones(len(cost), np.bool_)
    here = start
    for k in range(len(cost)):
        order[k], left[here] = here, False
        here = int(np.argmin(np.where(left, cost[here], np.inf)))
    return order


def _best_swap(cost: Floats, order: Whole, near: Whole) -> tuple[int, int] | None:
    """The stretch of the order to turn round that saves most; None where none saves."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    following = np.roll(order, -1)
    after = following[place]
    a, c = np.repeat(np.arange(len(order)), near.shape[1]), near.ravel()
    b, d = after[a], after[c]
    gain = np.where(a == c, 0.0, cost[a, b] + cost[c, d] - cost[a, c] - cost[b, d])
    best = int(np.argmax(gain))
    if gain[best] <= 1e-9:
        return None
    first, last = sorted((int(place[a[best]]), int(place[c[best]])))
    return first + 1, last + 1
