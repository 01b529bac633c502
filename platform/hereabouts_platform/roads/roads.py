"""Roads of a vehicle class, as planning asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from hereabouts_platform.roads.directions import Guide, Step
from hereabouts_platform.roads.engine import Engine, Table, Way
from hereabouts_platform.roads.folder import ATTRIBUTION, NETWORK, data_of, look
from hereabouts_platform.roads.great_circle import GreatCircle
from hereabouts_platform.roads.importing import mend_roads
from hereabouts_platform.roads.matrix import UNREACHABLE, Matrix
from hereabouts_platform.roads.network import Flags, Floats, Network, load_network
from hereabouts_platform.roads.network_engine import NetworkEngine
from hereabouts_platform.roads.osrm_build import HAS_OSRM
from hereabouts_platform.roads.problems import FAR_M, FARTHEST_M, FarPlace, RoadProblems
from hereabouts_platform.roads.snapping import Snapper
from hereabouts_schemas.work import Approach


@dataclass(frozen=True, kw_only=True, slots=True)
class RoadPlace:
    """Somewhere to go: WGS 84 degrees."""

    id: str
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """The way from one place to the next.

    Attributes:
        metres, seconds: UNREACHABLE (-1) in both where there is no way; then `line` is the straight one.
        line: (longitude, latitude) from start to end.
        steps: turn by turn.
    """

    metres: int
    seconds: int
    line: tuple[tuple[float, float], ...]
    steps: tuple[Step, ...]
    nodes: tuple[int, ...] = ()


class Roads:
    """Distances and ways of one vehicle class.

    Attributes:
        name: `osrm`, `network` (our own shortest paths) or `great_circle` (there is no map).
        vehicle_class: whose roads.
        attribution: to be shown with everything made from them; empty without a map.
    """

    def __init__(self, vehicle_class: str, engine: Engine, network: Network | None) -> None:
        """Answered by `engine`; put into words by `network`, where there is one."""
        self.vehicle_class = vehicle_class
        self.name = engine.name
        self.attribution = ATTRIBUTION if network is not None else ""
        self._engine = engine
        self._network = network

    def matrix(self, places: Sequence[RoadPlace], approaches: Sequence[Approach]) -> tuple[Matrix, RoadProblems]:
        """How far and how long it is from each place to each other, and what a person should look at.

        Raises:
            ValueError: not one approach a place, or a place is named twice.
        """
        ids = tuple(place.id for place in places)
        if len(ids) != len(approaches) or len(set(ids)) != len(ids):
            raise ValueError("Each place once, and an approach for each.")
        if not places:
            empty = np.zeros((0, 0), dtype=np.int32)
            none = Matrix(vehicle_class=self.vehicle_class, ids=(), metres=empty, seconds=empty)
            return none, RoadProblems(vehicle_class=self.vehicle_class)
        lon_lat, curb = _arrays(places, approaches)
        table = self._engine.table(lon_lat, curb)
        off_map = table.away_m > FARTHEST_M
        table.seconds[off_map, :] = table.seconds[:, off_map] = np.inf
        filled = self._fill(table, lon_lat, curb, off_map)
        return self._as_matrix(ids, table), self._problems(ids, table, filled)

    def route(self, places: Sequence[RoadPlace], approaches: Sequence[Approach]) -> tuple[Leg, ...]:
        """The way through all places in their order, leg by leg, by the same streets as `matrix` counts."""
        lon_lat, curb = _arrays(places, approaches)
        return tuple(
            self._leg(lon_lat[number : number + 2], curb[number : number + 2]) for number in range(len(places) - 1)
        )

    def _fill(self, table: Table, lon_lat: Floats, curb: Flags, off_map: Flags) -> Flags:
        """Take ways that leave the side open for pairs that have none on the near side; which pairs they are."""
        missing = np.isinf(table.seconds) & ~off_map[:, None] & ~off_map[None, :]
        if not (missing.any() and curb.any()):
            return np.zeros_like(missing)
        free = self._engine.table(lon_lat, np.zeros_like(curb))
        filled = missing & np.isfinite(free.seconds)
        table.seconds[filled], table.metres[filled] = free.seconds[filled], free.metres[filled]
        return np.asarray(filled)

    def _as_matrix(self, ids: tuple[str, ...], table: Table) -> Matrix:
        has_way = np.isfinite(table.seconds)
        numbers = (np.where(has_way, np.rint(array), UNREACHABLE) for array in (table.metres, table.seconds))
        metres, seconds = (array.astype(np.int32) for array in numbers)
        np.fill_diagonal(metres, 0)
        np.fill_diagonal(seconds, 0)
        return Matrix(vehicle_class=self.vehicle_class, ids=ids, metres=metres, seconds=seconds)

    def _problems(self, ids: tuple[str, ...], table: Table, filled: Flags) -> RoadProblems:
        unreachable = _cut_off(np.isinf(table.seconds))
        furthest_first = np.argsort(-table.away_m, kind="stable").tolist()
        far = [i for i in furthest_first if table.away_m[i] > FAR_M and i not in unreachable]
        return RoadProblems(
            vehicle_class=self.vehicle_class,
            far=tuple(FarPlace(place=ids[i], away_m=round(float(table.away_m[i]))) for i in far),
            unreachable=tuple(ids[i] for i in sorted(unreachable)),
            from_either_side=tuple((ids[i], ids[j]) for i, j in np.argwhere(filled).tolist()),
            wrong_side=tuple(ids[i] for i in sorted(_cut_off(filled))),
        )

    def _leg(self, lon_lat: Floats, curb: Flags) -> Leg:
        way = self._engine.way(lon_lat, curb) or self._engine.way(lon_lat, np.zeros_like(curb))
        ends = tuple((float(lon), float(lat)) for lon, lat in lon_lat)
        if way is None:
            return Leg(metres=UNREACHABLE, seconds=UNREACHABLE, line=ends, steps=())
        return Leg(
            metres=round(way.metres),
            seconds=round(way.seconds),
            line=way.line,
            steps=self._steps(way, ends[1]),
            nodes=tuple(way.nodes),
        )

    def _steps(self, way: Way, stop: tuple[float, float]) -> tuple[Step, ...]:
        if self._guide is None or len(way.nodes) < 2:
            return (Step(says="Drive to the next stop. There is no map, so no turns.", metres=round(way.metres)),)
        return self._guide.steps(way.nodes, way.metres, stop)

    @cached_property
    def _guide(self) -> Guide | None:
        return Guide(self._network) if self._network is not None else None


def open_roads(folder: Path, vehicle_class: str, tell: Callable[[str], None] = lambda _words: None) -> Roads:
    """The roads of a class kept in `folder`; as the crow flies where there is no map at all of that class.

    Roads that are broken, or that another release made, are made anew of the map that is kept; `tell` hears of it.

    Raises:
        NotFound: they are broken, and the map they were made of is gone.
        RoadsNotBuilt: OSRM failed.
    """
    if not (folder / vehicle_class).is_dir():
        return Roads(vehicle_class, GreatCircle(), None)
    kept = look(folder, vehicle_class)
    manifest = kept.manifest
    if manifest is None or kept.fault is not None:
        manifest = mend_roads(folder, vehicle_class, tell)
    data = data_of(folder, manifest)
    network = load_network(data / NETWORK)
    return Roads(vehicle_class, _engine(data, network), network)


def _engine(data: Path, network: Network) -> Engine:
    if HAS_OSRM and (data / "osrm").is_dir():
        from hereabouts_platform.roads.osrm_engine import OsrmEngine  # noqa: PLC0415 - Python 3.11 has no such package

        return OsrmEngine(data, Snapper(network))
    return NetworkEngine(network)


def _arrays(places: Sequence[RoadPlace], approaches: Sequence[Approach]) -> tuple[Floats, Flags]:
    lon_lat = np.array([(place.lon, place.lat) for place in places], dtype=np.float64).reshape(-1, 2)
    return lon_lat, np.array([approach is Approach.CURB for approach in approaches], dtype=np.bool_)


def _cut_off(missing: Flags) -> set[int]:
    """The places behind pairs without a way: again and again the one with most of them, until none is left."""
    missing = missing & ~np.eye(len(missing), dtype=np.bool_)
    found: set[int] = set()
    while missing.any():
        worst = int((missing.sum(axis=0) + missing.sum(axis=1)).argmax())
        found.add(worst)
        missing[worst, :] = missing[:, worst] = False
    return found
