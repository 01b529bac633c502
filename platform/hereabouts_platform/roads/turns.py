"""From each directed stretch of street into the next: what may be turned into, and what it costs."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hereabouts_platform.roads.network import Floats, Ints, packed
from hereabouts_platform.roads.turn_cost import ROUND_S, angle_between, bearing, turn_s
from hereabouts_platform.roads.turn_rules import Rules, TurnRule


@dataclass(kw_only=True, slots=True)
class Stretch:
    """A piece of street between two junctions.

    Attributes:
        way: its OpenStreetMap id.
        points: places in the network's arrays of points.
        kmh: forward and backward; 0 where it is shut that way.
        to_reach: may only be used to reach a place in it.
        metres, seconds: its length, and the time for it forward and backward (infinite: shut), set by `measure`.
    """

    way: int
    points: list[int]
    kmh: tuple[float, float]
    to_reach: bool
    name: int
    is_roundabout: bool
    metres: float = 0.0
    seconds: tuple[float, float] = field(default=(np.inf, np.inf))

    def measure(self, metres: float) -> None:
        """Set its length, and with it the times."""
        self.metres = metres
        forward, backward = (metres / (kmh / 3.6) if kmh > 0 else np.inf for kmh in self.kmh)
        self.seconds = (forward, backward)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Edge:
    """A stretch in one direction: its number, and its bearings where it begins and where it ends."""

    number: int
    stretch: Stretch
    seconds: float
    out: float
    into: float
    end: int


@dataclass(kw_only=True, slots=True)
class _Arcs:
    """Arcs as they are found: rows in the order of edges."""

    counts: list[int] = field(default_factory=list)
    to: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)


def arcs(
    stretches: list[Stretch],
    lon_lat: tuple[Floats, Floats],
    rules: Rules,
    barriers: Collection[int],
    delays: Mapping[int, int],
) -> tuple[Ints, Ints, Floats]:
    """The graph of turns by rows: where each row starts, edges led into, packed weights (network.py)."""
    lon, lat = lon_lat[0].tolist(), lon_lat[1].tolist()
    edges = [edge for number, stretch in enumerate(stretches) for edge in _edges(number, stretch, lon, lat)]
    leaving: dict[int, list[_Edge]] = defaultdict(list)
    meeting: dict[int, int] = defaultdict(int)
    for edge in edges:
        meeting[edge.end] += 1
        if np.isfinite(edge.seconds):
            leaving[edges[edge.number ^ 1].end].append(edge)
    found = _Arcs()
    for edge in edges:
        is_barred = edge.end in barriers
        turns = list(_turns(edge, leaving[edge.end], rules, is_barred=is_barred)) if np.isfinite(edge.seconds) else []
        for onto in turns:
            is_round = onto.number == edge.number ^ 1
            turning = ROUND_S if is_round else turn_s(angle_between(edge.into, onto.out), meeting[edge.end])
            found.to.append(onto.number)
            found.seconds.append(edge.seconds + turning + delays.get(edge.end, 0))
            found.metres.append(edge.stretch.metres)
            found.entries.append(int(onto.stretch.to_reach and not edge.stretch.to_reach))
        found.counts.append(len(turns))
    start = np.cumsum([0, *found.counts], dtype=np.int64)
    return start, np.array(found.to, dtype=np.int64), packed(found.seconds, found.metres, np.array(found.entries))


def _edges(number: int, stretch: Stretch, lon: list[float], lat: list[float]) -> Iterator[_Edge]:
    a, b, y, z = stretch.points[0], stretch.points[1], stretch.points[-2], stretch.points[-1]
    first = bearing(lon[a], lat[a], lon[b], lat[b])
    last = bearing(lon[y], lat[y], lon[z], lat[z])
    forward, backward = stretch.seconds
    yield _Edge(number=2 * number, stretch=stretch, seconds=forward, out=first, into=last, end=z)
    yield _Edge(
        number=2 * number + 1,
        stretch=stretch,
        seconds=backward,
        out=(last + 180) % 360,
        into=(first + 180) % 360,
        end=a,
    )


def _turns(edge: _Edge, leaving: list[_Edge], rules: Rules, *, is_barred: bool) -> Iterator[_Edge]:
    """What may be driven into; back along the same street only where no other leads on, or at a barrier."""
    own = edge.stretch.way
    here = rules.get((own, edge.end), ())
    others = [onto for onto in leaving if onto.number != edge.number ^ 1]
    if others and not is_barred:
        yield from (onto for onto in others if _is_allowed(onto, here, own))
    elif not any(rule.is_round_on(own) for rule in here):
        yield from (onto for onto in leaving if onto.number == edge.number ^ 1)


def _is_allowed(onto: _Edge, here: Sequence[TurnRule], own: int) -> bool:
    only = [rule for rule in here if rule.is_only]
    if only and all(rule.to_way != onto.stretch.way for rule in only):
        return False
    return all(rule.to_way != onto.stretch.way or rule.is_only or rule.is_round_on(own) for rule in here)
