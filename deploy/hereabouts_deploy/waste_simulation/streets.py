"""Streets of a made-up town: perturbed grids with one-way streets, roads between them, and what a drive takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree

from hereabouts_deploy.waste_simulation.parameters import BEND, JITTER, ROAD_STEP_M, TownPlan

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
CENTRE, SUBURB, ROAD = 0, 1, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Streets:
    """Junctions, [node, xy] in metres with the market place at 0, 0; what kind each is; streets between them.

    Streets are directed: from, to, metres, seconds. `depot` and `tip` are nodes.
    """

    xy: Floats
    kind: Whole
    start: Whole
    end: Whole
    metres: Floats
    seconds: Floats
    depot: int
    tip: int


class _Drawing:
    """Nodes and streets as they are drawn."""

    def __init__(self, plan: TownPlan, rng: np.random.Generator) -> None:
        self.plan, self.rng = plan, rng
        self.xy: list[tuple[float, float]] = []
        self.kind: list[int] = []
        self.edges: list[tuple[int, int, int]] = []

    def node(self, x: float, y: float, kind: int) -> int:
        self.xy.append((x, y))
        self.kind.append(kind)
        return len(self.xy) - 1

    def street(self, a: int, b: int, kind: int, *, one_way: bool = False) -> None:
        self.edges.append((a, b, kind))
        if not one_way:
            self.edges.append((b, a, kind))

    def grid(self, at: tuple[float, float], blocks: int, spacing_m: float, kind: int) -> list[int]:
        """A square of streets about a point. Every other row of the centre is one-way, in turns to and fro."""
        places = (np.arange(blocks) - (blocks - 1) / 2) * spacing_m
        off = self.rng.normal(0, JITTER * spacing_m, (blocks, blocks, 2))
        nodes = [
            [self.node(at[0] + x + off[i, j, 0], at[1] + y + off[i, j, 1], kind) for j, x in enumerate(places)]
            for i, y in enumerate(places)
        ]
        for i in range(blocks):
            one_way = kind == CENTRE and 0 < i < blocks - 1 and i % 2 == 1
            for j in range(blocks - 1):
                ends = nodes[i][j : j + 2] if i % 4 == 1 else nodes[i][j : j + 2][::-1]
                self.street(ends[0], ends[1], kind, one_way=one_way)
                self.street(nodes[j][i], nodes[j + 1][i], kind)
        return [node for row in nodes for node in row]

    def road(self, one: list[int], other: list[int]) -> None:
        """A road between the nearest nodes of two grids, with places on it and bends."""
        a, b = np.array([self.xy[k] for k in one]), np.array([self.xy[k] for k in other])
        apart = np.linalg.norm(a[:, None] - b[None], axis=2)
        i, j = np.unravel_index(np.argmin(apart), apart.shape)
        steps = max(1, round(float(apart[i, j]) / ROAD_STEP_M))
        last = one[int(i)]
        for k in range(1, steps):
            x, y = a[i] + (b[j] - a[i]) * k / steps + self.rng.normal(0, 0.15 * ROAD_STEP_M, 2)
            here = self.node(float(x), float(y), ROAD)
            self.street(last, here, ROAD)
            last = here
        self.street(last, other[int(j)], ROAD)


def lay_streets(plan: TownPlan, rng: np.random.Generator) -> Streets:
    """The streets of a town: every node can be reached from every other one."""
    drawing = _Drawing(plan, rng)
    grids = [drawing.grid((0, 0), plan.centre_blocks, plan.centre_spacing_m, CENTRE)]
    spots = _spots(plan, rng)
    grids += [drawing.grid(spot, plan.suburb_blocks, plan.suburb_spacing_m, SUBURB) for spot in spots]
    yards = [drawing.node(*_at(metres, rng), ROAD) for metres in (plan.depot_m, plan.tip_m)]
    grids += [[yard] for yard in yards]
    middles = np.array([np.mean([drawing.xy[k] for k in grid], axis=0) for grid in grids])
    for one, other in _links(middles):
        drawing.road(grids[one], grids[other])
    return _measured(drawing, depot=yards[0], tip=yards[1])


def _at(metres: float, rng: np.random.Generator) -> tuple[float, float]:
    angle = rng.uniform(0, 2 * np.pi)
    return metres * float(np.cos(angle)), metres * float(np.sin(angle))


def _spots(plan: TownPlan, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Where the smaller grids lie: none on another one, as far as a hundred tries find a place."""
    apart = plan.suburb_blocks * plan.suburb_spacing_m * 1.3
    found: list[tuple[float, float]] = []
    for _ in range(plan.suburbs):
        for _try in range(100):
            spot = _at(float(rng.uniform(plan.suburbs_from_m, plan.suburbs_to_m)), rng)
            if all(np.hypot(spot[0] - x, spot[1] - y) > apart for x, y in found):
                break
        found.append(spot)
    return found


def _links(middles: Floats) -> list[tuple[int, int]]:
    """Which grids a road joins: the shortest tree that joins all, and each with its nearest."""
    apart = np.linalg.norm(middles[:, None] - middles[None], axis=2)
    rows, columns = minimum_spanning_tree(csr_matrix(apart)).nonzero()
    links = {(int(min(a, b)), int(max(a, b))) for a, b in zip(rows, columns, strict=True)}
    np.fill_diagonal(apart, np.inf)
    second = np.argsort(apart, axis=1)[:, :2]
    links |= {(min(a, int(b)), max(a, int(b))) for a, two in enumerate(second) for b in two}
    return sorted(links)


def _measured(drawing: _Drawing, depot: int, tip: int) -> Streets:
    xy, kind = np.array(drawing.xy), np.array(drawing.kind, dtype=np.int64)
    start, end, street = np.array(drawing.edges, dtype=np.int64).T
    metres = np.maximum(np.linalg.norm(xy[start] - xy[end], axis=1), 10.0) * BEND
    speed = np.array(drawing.plan.kmh)[street] / 3.6 * drawing.rng.lognormal(0, 0.1, len(street))
    graph = csr_matrix((np.ones(len(start)), (start, end)), shape=(len(xy), len(xy)))
    if connected_components(graph, directed=True, connection="strong")[0] != 1:
        raise AssertionError("a made-up town has a street without a way out")
    return Streets(xy=xy, kind=kind, start=start, end=end, metres=metres, seconds=metres / speed, depot=depot, tip=tip)


def drives(streets: Streets, nodes: Whole) -> tuple[Whole, Whole]:
    """Metres and seconds of the quickest drive from each node to each, [from, to], in whole numbers."""
    size = (len(streets.xy), len(streets.xy))
    # Of two streets between the same two junctions the quicker one counts.
    order = np.argsort(-streets.seconds, kind="stable")
    seconds, metres = np.zeros(size), np.zeros(size)
    seconds[streets.start[order], streets.end[order]] = streets.seconds[order]
    metres[streets.start[order], streets.end[order]] = streets.metres[order]
    times, before = dijkstra(csr_matrix(seconds), indices=nodes, return_predecessors=True)
    row = np.arange(len(nodes))[:, None]
    here = np.broadcast_to(nodes, (len(nodes), len(nodes))).copy()
    driven = np.zeros(here.shape)
    while (going := here != nodes[:, None]).any():
        last = np.where(going, before[row, here], here)
        driven += np.where(going, metres[last, here], 0.0)
        here = last
    return np.rint(driven).astype(np.int64), np.rint(times[:, nodes]).astype(np.int64)
