"""Shortest ways by scipy on our own network: what serves where OSRM does not run."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from hereabouts_platform.roads.engine import Table, Way
from hereabouts_platform.roads.network import Flags, Floats, Ints, Network, packed, unpacked
from hereabouts_platform.roads.snapping import Snapped, Snapper

BLOCK_BYTES = 64_000_000  # of one search's answer


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Stands:
    """Places on directed edges: on two in a street that a vehicle may come along either way, else twice on one.

    Attributes:
        edge: [places, 2].
        off_m, off_s: [places, 2] from the edge's start to the place.
    """

    edge: Ints
    off_m: Floats
    off_s: Floats

    def weights(self) -> Floats:
        """From the edges' starts to the places, packed."""
        return np.asarray(packed(self.off_s, self.off_m))


class NetworkEngine:
    """Answers of our own network."""

    name = "network"

    def __init__(self, network: Network) -> None:
        """On `network`."""
        self._network = network
        self._snapper = Snapper(network)

    def table(self, lon_lat: Floats, curb: Flags) -> Table:
        """From each place to each other."""
        snapped = self._snapper.snap(lon_lat)
        stands = self._stands(snapped, curb)
        graph, off = self._with_places(stands), stands.weights()
        places = len(lon_lat)
        weights = np.empty((places, places))
        rows = max(1, BLOCK_BYTES // (8 * graph.shape[0]))
        for begin in range(0, places, rows):
            block = np.arange(begin, min(begin + rows, places))
            found = dijkstra(graph, indices=self._network.edges + block)
            weights[block] = (found[:, stands.edge] + off).min(axis=2)
        weights = np.minimum(weights, _along_one_edge(stands))
        seconds, metres = unpacked(weights)
        np.fill_diagonal(seconds, 0.0)
        np.fill_diagonal(metres, 0.0)
        return Table(metres=metres, seconds=seconds, away_m=snapped.away_m)

    def way(self, lon_lat: Floats, curb: Flags) -> Way | None:
        """From the first of two places to the second; None where there is none."""
        snapped = self._snapper.snap(lon_lat)
        stands = self._stands(snapped, curb)
        begin = self._network.edges
        found, before = dijkstra(self._with_places(stands), indices=begin, return_predecessors=True)
        weights = found[stands.edge[1]] + stands.weights()[1]
        direct = _along_one_edge(stands)[0, 1]
        best = int(weights.argmin())
        if not np.isfinite(min(weights[best], direct)):
            return None
        if direct <= weights[best]:
            same = next(edge for edge in stands.edge[0] if edge in stands.edge[1])
            edges, weight = [int(same)], direct
        else:
            edges, weight = self._edges_of(before, int(stands.edge[1, best]), stands), weights[best]
        seconds, metres = unpacked(np.array([weight]))
        nodes, line = self._trace(edges, snapped)
        return Way(metres=float(metres[0]), seconds=float(seconds[0]), nodes=nodes, line=line)

    def _stands(self, snapped: Snapped, curb: Flags) -> _Stands:
        """The near side of a street that is open both ways, where the place asks for it; else every open direction."""
        network = self._network
        forward, backward = 2 * snapped.stretch, 2 * snapped.stretch + 1
        may_forward, may_backward = network.is_main[forward], network.is_main[backward]
        near = np.where(snapped.is_left, forward, backward)
        both = may_forward & may_backward
        first = np.where(both & curb, near, np.where(may_forward, forward, backward))
        second = np.where(both & ~curb, backward, first)
        edge = np.column_stack((first, second))
        length = network.metres[snapped.stretch][:, None]
        along = np.clip(snapped.along_m[:, None], 0, length)
        off_m = np.where(edge % 2 == 0, along, length - along)
        return _Stands(edge=edge, off_m=off_m, off_s=off_m / length * network.seconds[edge])

    def _with_places(self, stands: _Stands) -> csr_array:
        """The graph, and a node more for each place: from there on, what is left of its edges, and into the next."""
        network = self._network
        off = stands.weights()
        to: list[Ints] = []
        weight: list[Floats] = []
        for edges, offs in zip(stands.edge, off, strict=True):
            for edge, gone in dict(zip(edges.tolist(), offs.tolist(), strict=True)).items():
                arcs = slice(network.arc_start[edge], network.arc_start[edge + 1])
                to.append(network.arc_to[arcs])
                weight.append(np.maximum(network.arc_weight[arcs] - gone, 1.0))
            if edges[0] == edges[1]:  # as many rows' parts for each place
                to.append(network.arc_to[:0])
                weight.append(network.arc_weight[:0])
        counts = np.array([len(part) for part in to], dtype=np.int64).reshape(-1, 2).sum(axis=1)
        start = np.concatenate((network.arc_start, network.arc_start[-1] + np.cumsum(counts)))
        size = network.edges + len(counts)
        arcs_to, weights = np.concatenate((network.arc_to, *to)), np.concatenate((network.arc_weight, *weight))
        return csr_array((weights, arcs_to, start), shape=(size, size))

    def _edges_of(self, before: Ints, last: int, stands: _Stands) -> list[int]:
        """The edges driven, the first place's own first."""
        edges = [last]
        while before[edges[-1]] < self._network.edges:
            edges.append(int(before[edges[-1]]))
        return [self._first_edge(edges[-1], stands), *reversed(edges)]

    def _first_edge(self, second: int, stands: _Stands) -> int:
        """Of the edges that the first place stands on, the one from which the way into `second` is shorter."""
        network = self._network
        costs: dict[int, float] = {}
        for edge, off in zip(stands.edge[0].tolist(), stands.weights()[0].tolist(), strict=True):
            arcs = slice(network.arc_start[edge], network.arc_start[edge + 1])
            leads = np.flatnonzero(network.arc_to[arcs] == second)
            if len(leads):
                costs[edge] = float(network.arc_weight[arcs][leads[0]]) - off
        return min(costs, key=costs.__getitem__)

    def _trace(self, edges: list[int], snapped: Snapped) -> tuple[list[int], tuple[tuple[float, float], ...]]:
        """The points of a way over `edges`, and its line from the place where it starts to the one where it ends."""
        network = self._network
        places = [int(point) for point in network.points_of(edges[0])]
        skip = self._gone(edges[0], snapped.along_m[0]) - 1
        for edge in edges[1:]:
            places += [int(point) for point in network.points_of(edge)[1:]]
        over = len(network.points_of(edges[-1])) - 1 - self._gone(edges[-1], snapped.along_m[1])
        places = places[skip : len(places) - over]
        inner = [(float(network.lon[place]), float(network.lat[place])) for place in places[1:-1]]
        ends = [(float(snapped.lon[i]), float(snapped.lat[i])) for i in (0, 1)]
        return network.node_id[places].tolist(), (ends[0], *inner, ends[1])

    def _gone(self, edge: int, along_m: float) -> int:
        """The number of the first point of a directed edge beyond a place on it, from 1 to the last."""
        network = self._network
        points = network.points_of(edge)
        share = along_m / network.metres[edge // 2]
        share = share if edge % 2 == 0 else 1 - share
        east = np.diff(network.lon[points]) * np.cos(np.radians(network.lat[points[0]]))
        gone = np.cumsum(np.hypot(east, np.diff(network.lat[points])))
        return 1 + int(np.clip(np.searchsorted(gone, share * gone[-1], side="left"), 0, len(gone) - 1))


def _along_one_edge(stands: _Stands) -> Floats:
    """[n, n] packed: from place to place further along the same edge; infinite for other pairs."""
    places = len(stands.edge)
    direct = np.full((places, places), np.inf)
    weights = stands.weights()
    on: dict[int, set[tuple[int, float]]] = {}
    for place, (edges, offs) in enumerate(zip(stands.edge.tolist(), weights.tolist(), strict=True)):
        for edge, off in zip(edges, offs, strict=True):
            on.setdefault(edge, set()).add((place, off))
    for there in on.values():
        for come, gone in there:
            for go, off in there:
                if off >= gone:
                    direct[come, go] = min(direct[come, go], off - gone)
    return direct
