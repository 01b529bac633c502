"""How far a round through some of the bins is, near enough to compare days: all bins' tour with those left out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.bins.level import Bools, Floats

Whole = NDArray[np.int64]
#: Neighbours on the tour between which a bin's detour is measured: the next, and those two and three away.
APART = (1, 2, 3)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Streets:
    """The bins of a depot on their roads.

    Attributes:
        km: [bins + 2, bins + 2] from row to column; the last two are the depot and the tip.
        tour: all bins in the order of a good round through them.
        kg_percent: kilograms of one per cent of each bin, [bins]; load_kg: what a vehicle carries before it has to tip.
    """

    km: Floats
    tour: Whole
    kg_percent: Floats
    load_kg: float

    def detour(self) -> Floats:
        """What one bin adds to a round that passes near it, km, [bins]: a mean over how dense the round is."""
        depot = len(self.tour)
        ends = [depot] * max(APART)
        line = np.array([*ends, *self.tour, *ends])
        at = np.arange(len(self.tour)) + max(APART)
        found = np.zeros(len(self.tour))
        for apart in APART:
            before, here, behind = line[at - apart], line[at], line[at + apart]
            found[here] += self.km[before, here] + self.km[here, behind] - self.km[before, behind]
        return np.maximum(found / len(APART), 0.01)

    def length(self, chosen: Bools, percent: Floats) -> float:
        """A round through the chosen bins (masks over bins), with as many tips as what is in them needs, km."""
        stops = self.tour[chosen[self.tour]]
        if not len(stops):
            return 0.0
        depot, tip = len(self.tour), len(self.tour) + 1
        line = np.concatenate([[depot], stops, [tip, depot]])
        loads = float((percent * self.kg_percent)[chosen].sum()) / self.load_kg
        again = float(np.mean(self.km[stops, tip] + self.km[tip, stops]))
        return float(self.km[line[:-1], line[1:]].sum()) + max(loads - 1.0, 0.0) * again
