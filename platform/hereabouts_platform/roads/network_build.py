"""A network made of a class map: its streets cut into stretches at junctions and barriers."""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import NODE, WAY
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from hereabouts_platform.geography.sphere import great_circle_km
from hereabouts_platform.roads.class_map import BACKWARD, BARRIER, DELAY, FORWARD, SHUT, TO_REACH
from hereabouts_platform.roads.network import Floats, Ints, Network
from hereabouts_platform.roads.turn_rules import read_rules
from hereabouts_platform.roads.turns import Stretch, arcs

LEAST_M = 0.1  # a stretch is never of no length: two points may lie in one place


@dataclass(kw_only=True, slots=True)
class _Street:
    """A way of the class map that may be driven, at least one way; km/h forward and backward, 0 where it is shut."""

    id: int
    nodes: list[int]
    kmh: tuple[float, float]
    to_reach: bool
    name: int
    is_roundabout: bool


@dataclass(kw_only=True, slots=True)
class _Streets:
    """What was read of a class map.

    Attributes:
        ends: how many stretches would end at a node if all streets were cut at every shared one.
        roads: how many pieces of street meet at a node, shut streets counted.
    """

    open: list[_Street] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=lambda: {"": 0})
    ends: Counter[int] = field(default_factory=Counter)
    roads: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Points:
    """The points of streets, sorted by id; `index` is the place of an id among them."""

    id: Ints
    lon: Floats
    lat: Floats
    barriers: set[int]
    delays: dict[int, int]
    index: dict[int, int]


def build_network(class_map: Path) -> Network:
    """The network of a class map (see class_map.py)."""
    streets = _read_streets(class_map)
    points = _read_points(class_map, streets.ends)
    stretches = [stretch for street in streets.open for stretch in _cut(street, streets.ends, points)]
    _measure(stretches, points)
    barriers = {points.index[node] for node in points.barriers}
    delays = {points.index[node]: seconds for node, seconds in points.delays.items()}
    rules = read_rules(class_map, points.index)
    start, to, weight = arcs(stretches, (points.lon, points.lat), rules, barriers, delays)
    seconds = np.array([one for stretch in stretches for one in stretch.seconds])
    return Network(
        node_id=points.id,
        lon=points.lon,
        lat=points.lat,
        roads=np.array([streets.roads[node] for node in points.id.tolist()], dtype=np.int64),
        first=np.cumsum([0, *(len(stretch.points) for stretch in stretches)], dtype=np.int64),
        points=np.array([point for stretch in stretches for point in stretch.points], dtype=np.int64),
        name=np.array([stretch.name for stretch in stretches], dtype=np.int64),
        is_roundabout=np.array([stretch.is_roundabout for stretch in stretches], dtype=np.bool_),
        metres=np.array([stretch.metres for stretch in stretches]),
        seconds=seconds,
        is_main=_main(start, to, len(seconds)),
        arc_start=start,
        arc_to=to,
        arc_weight=weight,
        names=tuple(streets.names),
    )


def _read_streets(class_map: Path) -> _Streets:
    streets = _Streets()
    for way in osmium.FileProcessor(str(class_map), WAY):
        if not isinstance(way, osmium.osm.Way):
            continue
        nodes = [node.ref for node in way.nodes]
        streets.roads.update(nodes[:-1])
        streets.roads.update(nodes[1:])
        if SHUT not in way.tags:
            streets.ends.update((*nodes, nodes[0], nodes[-1]))
            streets.open.append(_street(way, nodes, streets.names))
    return streets


def _street(way: osmium.osm.Way, nodes: list[int], names: dict[str, int]) -> _Street:
    tags = way.tags
    name = " ".join((tags.get("name") or tags.get("ref") or "").split())
    return _Street(
        id=way.id,
        nodes=nodes,
        kmh=(_speed(tags, FORWARD), _speed(tags, BACKWARD)),
        to_reach=TO_REACH in tags,
        name=names.setdefault(name, len(names)),
        is_roundabout=tags.get("junction") in {"roundabout", "circular"},
    )


def _speed(tags: osmium.osm.TagList, key: str) -> float:
    return float(tags[key]) if key in tags else 0.0


def _read_points(class_map: Path, wanted: Counter[int]) -> _Points:
    ids, lons, lats = array("q"), array("d"), array("d")
    barriers: set[int] = set()
    delays: dict[int, int] = {}
    for node in osmium.FileProcessor(str(class_map), NODE):
        if not isinstance(node, osmium.osm.Node) or node.id not in wanted:
            continue
        ids.append(node.id)
        lons.append(node.lon)
        lats.append(node.lat)
        if BARRIER in node.tags:
            barriers.add(node.id)
        elif DELAY in node.tags:
            delays[node.id] = int(node.tags[DELAY])
    order = np.argsort(np.array(ids), kind="stable")
    sorted_ids = np.array(ids, dtype=np.int64)[order]
    return _Points(
        id=sorted_ids,
        lon=np.array(lons)[order],
        lat=np.array(lats)[order],
        barriers=barriers,
        delays=delays,
        index={node: place for place, node in enumerate(sorted_ids.tolist())},
    )


def _cut(street: _Street, ends: Counter[int], points: _Points) -> Iterator[Stretch]:
    """The stretches of a street, between junctions, barriers, signals and the edge of the extract."""
    run: list[int] = []
    for node in street.nodes:
        place = points.index.get(node)
        if place is None:
            if len(run) > 1:
                yield _stretch(street, run)
            run = []
            continue
        run.append(place)
        if len(run) > 1 and (ends[node] > 1 or node in points.barriers or node in points.delays):
            yield _stretch(street, run)
            run = [place]
    if len(run) > 1:  # its last node is not in the extract
        yield _stretch(street, run)


def _stretch(street: _Street, run: list[int]) -> Stretch:
    return Stretch(
        way=street.id,
        points=run,
        kmh=street.kmh,
        to_reach=street.to_reach,
        name=street.name,
        is_roundabout=street.is_roundabout,
    )


def _measure(stretches: list[Stretch], points: _Points) -> None:
    """Set lengths and durations of all stretches."""
    flat = np.array([place for stretch in stretches for place in stretch.points], dtype=np.int64)
    lon, lat = points.lon[flat], points.lat[flat]
    gaps = great_circle_km(lon[:-1], lat[:-1], lon[1:], lat[1:]) * 1000
    begin = 0
    for stretch in stretches:
        end = begin + len(stretch.points)
        stretch.measure(max(LEAST_M, float(gaps[begin : end - 1].sum())))
        begin = end


def _main(start: Ints, to: Ints, edges: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which directed edges lie in the largest part in which each can be reached from each."""
    graph = csr_array((np.ones(len(to)), to, start), shape=(edges, edges))
    _count, part = connected_components(graph, directed=True, connection="strong")
    return np.asarray(part == np.bincount(part).argmax())
