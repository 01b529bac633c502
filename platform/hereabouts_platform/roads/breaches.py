"""Whether a way that was driven keeps to the signs: an examiner of routes that shares nothing with what makes them.

It takes the line of a route as published, lays it over the streets of the original map, and reads their tags with a
reader of its own, stricter and simpler than the one roads are made with (limits.py, allowed.py, measures.py), so that a
mistake there shows here. What it cannot read, or cannot find on the map, it reports.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import osmium
import shapely
from osmium.osm import NODE, WAY

from hereabouts_platform.roads.vehicles import VehicleClass

LEAST_M = 0.05
NEAR_M = 0.4  # lines are published to a millionth of a degree, about 0.1 m
_DEGREE_M = 111_195.0
_SIZES = {
    "maxheight": ("height_m", False),
    "maxwidth": ("width_m", False),
    "maxlength": ("length_m", False),
    "maxweight": ("weight_kg", True),
    "maxweightrating": ("weight_kg", True),
}
_SIGN_KEYS = ("barrier", *_SIZES, "access", "vehicle", "motor_vehicle", "hgv", "goods", "motorcar")
_FREE = ("none", "default", "unsigned", "no_sign", "no_indications", "no", "unlimited")
_GOOD = ("yes", "permissive", "designated", "official")
_OPENED = ("gate", "lift_gate", "swing_gate", "sliding_gate", "cattle_grid", "toll_booth", "border_control", "entrance")
_HARMLESS = ("sally_port", "no", "kerb", "height_restrictor")
Line = Sequence[tuple[float, float]]
Sign = tuple[str, int, str]
_NOWHERE: tuple[list[Sign], int | None] = ([("line", 0, "no street here")], None)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """A sign that a route does not keep to.

    Attributes:
        kind, id: `way` or `node`, and its OpenStreetMap id; `line` where no street is under the route.
        tag: the sign, as key=value.
    """

    kind: str
    id: int
    tag: str
    lon: float
    lat: float


class Examiner:
    """The streets of a map as they are, and what stands on their signs."""

    def __init__(self, source: Path) -> None:
        """Of the map `source`, any file that pyosmium reads."""
        self._tags: dict[int, dict[str, str]] = {}
        self._signs: dict[int, dict[str, str]] = {}
        for node in osmium.FileProcessor(str(source), NODE).with_filter(osmium.filter.KeyFilter(*_SIGN_KEYS)):
            self._signs[node.id] = dict(node.tags)
        ways, ends, nodes = [], [], []
        streets = osmium.FileProcessor(str(source), NODE | WAY).with_locations()
        for way in streets.with_filter(osmium.filter.KeyFilter("highway")):
            if not isinstance(way, osmium.osm.Way):
                continue
            self._tags[way.id] = dict(way.tags)
            points = [(node.ref, node.lon, node.lat) for node in way.nodes if node.location.valid()]
            for (a, *start), (b, *end) in pairwise(points):
                ways.append(way.id)
                ends.append((start, end))
                nodes.append((a, b))
        self._ways, self._nodes = np.array(ways), np.array(nodes)
        degrees = np.array(ends).reshape(-1, 2, 2)
        self._squeeze = float(np.cos(np.radians(degrees[..., 1].mean())))
        self._flat_ends = self._flat(degrees)
        self._tree = shapely.STRtree(shapely.linestrings(self._flat_ends))

    def breaches(self, line: Line, vehicle: VehicleClass) -> list[Breach]:
        """The signs that `vehicle` does not keep to on a route's line of (longitude, latitude)."""
        found: dict[Sign, Breach] = {}
        flat = self._flat(np.array(line, dtype=np.float64))
        before: set[int] = set()
        for number, under in enumerate(self._under(flat)):
            lon, lat = line[number]
            if np.hypot(*(flat[number + 1] - flat[number])) < LEAST_M:
                continue
            ahead = flat[number + 1] - flat[number]
            options = [(self._of_street(piece, ahead, vehicle), piece) for piece in under]
            signs, piece = min(options, default=_NOWHERE, key=lambda option: len(option[0]))
            if piece is not None:
                signs = [*signs, *self._of_points(before, piece, vehicle)]
                before = {piece}
            for kind, identity, tag in signs:
                found.setdefault((kind, identity, tag), Breach(kind=kind, id=identity, tag=tag, lon=lon, lat=lat))
        return list(found.values())

    def _under(self, flat: Floats) -> list[list[int]]:
        """For each piece of a line, the pieces of street that it lies on from its start to its end."""
        starts, ends = shapely.points(flat[:-1]), shapely.points(flat[1:])
        middles = shapely.points((flat[:-1] + flat[1:]) / 2)
        number, piece = self._tree.query(middles, predicate="dwithin", distance=NEAR_M)
        streets = self._tree.geometries[piece]
        far = np.maximum(shapely.distance(streets, starts[number]), shapely.distance(streets, ends[number]))
        under: list[list[int]] = [[] for _ in starts]
        for at, on in zip(number[far < NEAR_M].tolist(), piece[far < NEAR_M].tolist(), strict=True):
            under[at].append(on)
        return under

    def _of_street(self, piece: int, ahead: Floats, vehicle: VehicleClass) -> list[Sign]:
        """What a piece of street forbids to whoever drives it in the direction `ahead`."""
        a, b = self._flat_ends[piece]
        way = int(self._ways[piece])
        direction = "forward" if float(np.dot(b - a, ahead)) > 0 else "backward"
        return [("way", way, tag) for tag in broken(self._tags[way], vehicle, direction)]

    def _of_points(self, before: set[int], piece: int, vehicle: VehicleClass) -> Iterator[Sign]:
        """What stands at the point between this piece of street and the one before; turning round passes nothing."""
        for other in before - {piece}:
            for node in {*self._nodes[other].tolist()} & {*self._nodes[piece].tolist()}:
                yield from (("node", node, tag) for tag in broken_at_point(self._signs.get(node, {}), vehicle))

    def _flat(self, degrees: Floats) -> Floats:
        return np.asarray(degrees * np.array([_DEGREE_M * self._squeeze, _DEGREE_M]))


def broken(tags: Mapping[str, str], vehicle: VehicleClass, way: str) -> list[str]:
    """The tags of a street that the vehicle breaks by driving it `way` (forward or backward), as key=value."""
    found = [*_sizes(tags, vehicle, way), *_access(tags, vehicle, way)]
    one_way = tags.get("oneway", "yes" if tags.get("junction") == "roundabout" else "no")
    if (one_way in {"yes", "true", "1"} and way == "backward") or (one_way in {"-1", "reverse"} and way == "forward"):
        found.append(f"oneway={one_way}")
    return found


def broken_at_point(tags: Mapping[str, str], vehicle: VehicleClass) -> list[str]:
    """The tags of a point that keep the vehicle from passing it."""
    found = [*_sizes(tags, vehicle, "forward"), *_access(tags, vehicle, "forward")]
    barrier = tags.get("barrier", "no")
    let_in = any(
        tags.get(key) in {*_GOOD, *vehicle.enters} for key in (*_own_keys(vehicle), "motor_vehicle", "vehicle")
    )
    if barrier not in _OPENED and barrier not in _HARMLESS and not let_in:
        found.append(f"barrier={barrier}")
    return found


def _own_keys(vehicle: VehicleClass) -> tuple[str, ...]:
    return ("hgv",) if vehicle.hgv else ("goods", "motorcar")


def _sizes(tags: Mapping[str, str], vehicle: VehicleClass, way: str) -> Iterator[str]:
    for key, value in tags.items():
        kind, _, rest = key.partition(":")
        if kind not in _SIZES or rest not in {"", "physical", "signed", way, *_own_keys(vehicle)}:
            continue
        field, is_weight = _SIZES[kind]
        limit = _amount(value, is_weight=is_weight)
        excepts = re.search(r"none\s*@\s*\(?(destination|delivery|access|loading)", tags.get(f"{key}:conditional", ""))
        may_enter = excepts and kind not in {"maxheight", "maxwidth"}
        if (limit is None or getattr(vehicle, field) > limit) and not may_enter:
            yield f"{key}={value}"


def _access(tags: Mapping[str, str], vehicle: VehicleClass, way: str) -> Iterator[str]:
    for key in (*_own_keys(vehicle), "motor_vehicle", "vehicle", "access"):
        for name in (f"{key}:{way}", key):
            if name in tags:
                if tags[name] not in {*_GOOD, *vehicle.enters, "discouraged"}:
                    yield f"{name}={tags[name]}"
                return


def _amount(text: str, *, is_weight: bool) -> float | None:
    """A limit in metres or kilograms; None where it cannot be read. Numbers and their units, one after the other."""
    text = text.strip().lower()
    if text in _FREE:
        return float("inf")
    parts = re.findall(r"([0-9.]+)\s*([^0-9.\s]*)", text)
    units = (
        {"": 1000.0, "t": 1000.0, "kg": 1.0, "st": 907.0, "lt": 1016.0, "lbs": 0.4535}
        if is_weight
        else {"": 1.0, "m": 1.0, "cm": 0.01, "'": 0.3048, "ft": 0.3048, '"': 0.0254, "in": 0.0254}
    )
    if not parts or "".join(number + unit for number, unit in parts) != text.replace(" ", ""):
        return None
    if any(unit not in units or number.count(".") > 1 or number == "." for number, unit in parts):
        return None
    if len(parts) == 2 and parts[0][1] in {"'", "ft"} and not parts[1][1]:
        parts[1] = (parts[1][0], '"')  # 12'6
    return sum(float(number) * units[unit] for number, unit in parts)
