"""Travel for a day's work: matrices by class of vehicle, the ways of its rounds, and what of the roads is a trouble."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hereabouts_platform.roads.great_circle import GreatCircle
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_platform.roads.roads import RoadPlace, Roads, open_roads
from hereabouts_platform.rounds.troubles import no_map, of_roads
from hereabouts_schemas.trouble import Trouble
from hereabouts_schemas.work import Approach, DayWork, Round, RoundPlan, StopKind

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Travel:
    """Roads of a day by class of vehicle.

    Attributes:
        name: how distances were had; more than one way where classes differ.
        troubles: classes without a map, places that are off the map, cut off or on the wrong side.
    """

    roads: Mapping[str, Roads]
    matrices: Mapping[str, Matrix]
    troubles: tuple[Trouble, ...]

    @property
    def name(self) -> str:
        """Such as `osrm`, or `great_circle, osrm`."""
        return ", ".join(sorted({one.name for one in self.roads.values()}))

    @property
    def attribution(self) -> str:
        """Of the maps, to be shown with the plan."""
        return "; ".join(sorted({one.attribution for one in self.roads.values()} - {""}))


def travel_of(work: DayWork, folder: Path | None, tell: Tell) -> Travel:
    """Matrices between all places of the work, for each class of its vehicles.

    Args:
        folder: of the imported maps; None: there is none.

    Raises:
        NotFound: a map is broken and cannot be made anew.
        RoadsNotBuilt: making it anew failed.
    """
    places, approaches = _places(work)
    names = _names(work)
    roads: dict[str, Roads] = {}
    matrices: dict[str, Matrix] = {}
    troubles: list[Trouble] = []
    for name in sorted({one.vehicle_class for one in work.vehicles}):
        tell(f"Distances for {name}")
        roads[name] = Roads(name, GreatCircle(), None) if folder is None else open_roads(folder, name, tell)
        matrices[name], problems = roads[name].matrix(places, approaches)
        troubles += [no_map(name)] if roads[name].name == GreatCircle.name else []
        troubles += of_roads(problems, names)
    return Travel(roads=roads, matrices=matrices, troubles=tuple(troubles))


def ways_of(plan: RoundPlan, travel: Travel) -> dict[str, dict[str, Any]]:
    """Vehicle -> its way on the roads as a GeoJSON LineString; none where there is no map of its class."""
    classes = {one.id: one.vehicle_class for one in plan.work.vehicles}
    places, approaches = _places(plan.work)
    known = {place.id: (place, approach) for place, approach in zip(places, approaches, strict=True)}
    found = {}
    for one in plan.rounds:
        roads = travel.roads[classes[one.vehicle]]
        if roads.name != GreatCircle.name:
            line = _line(one, roads, known)
            if len(line) > 1:
                found[one.vehicle] = {"type": "LineString", "coordinates": line}
    return found


def _line(one: Round, roads: Roads, known: Mapping[str, tuple[RoadPlace, Approach]]) -> list[list[float]]:
    stops = [known[stop.place] for stop in one.stops if stop.kind is not StopKind.BREAK]
    line: list[list[float]] = []
    for leg in roads.route([place for place, _ in stops], [approach for _, approach in stops]):
        line += [[lon, lat] for lon, lat in leg.line if not line or [lon, lat] != line[-1]]
    return line


def _names(work: DayWork) -> dict[str, str]:
    found = {one.id: one.name for one in work.yards} | {one.id: one.name for one in work.tips}
    return found | {one.place: one.name for one in work.visits}


def _places(work: DayWork) -> tuple[list[RoadPlace], list[Approach]]:
    found = {one.id: (one.lon, one.lat, Approach.EITHER) for one in work.yards}
    found |= {one.id: (one.lon, one.lat, Approach.EITHER) for one in work.tips}
    found |= {one.place: (one.lon, one.lat, one.approach) for one in work.visits}
    places = [RoadPlace(id=name, lon=lon, lat=lat) for name, (lon, lat, _) in sorted(found.items())]
    return places, [approach for _, (_, _, approach) in sorted(found.items())]
