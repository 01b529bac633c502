"""A plan as rows: its rounds, whose stops can be read by themselves, and its visits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from hereabouts_schemas.work import Round, RoundPlan, Stop, StopKind, Tip, Visit, Yard


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a crew knows of its round: its visits in turn, and whether it did not take the last change yet."""

    visits: tuple[str, ...]
    waits: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRows:
    """What a plan is written down as.

    Attributes:
        at: day, depot and plan, as parameters.
        crews: vehicle -> crew on it that day.
        homes: places that are homes.
        ways: vehicle -> GeoJSON LineString.
        known: vehicle -> its round by the plan that stood; None: none did, so that nothing changes.
    """

    plan: RoundPlan
    at: Mapping[str, Any]
    crews: Mapping[str, str]
    homes: frozenset[str]
    ways: Mapping[str, Mapping[str, Any]]
    known: Mapping[str, Known] | None = None

    def rounds(self) -> Iterator[dict[str, Any]]:
        """One a round, in the order of the plan."""
        visits = {visit.id: visit for visit in self.plan.work.visits}
        work = self.plan.work
        places: dict[str, Yard | Tip] = {**{one.id: one for one in work.yards}, **{one.id: one for one in work.tips}}
        names = {vehicle.id: vehicle.name for vehicle in self.plan.work.vehicles}
        for one in self.plan.rounds:
            way = self.ways.get(one.vehicle)
            yield {
                **self.at,
                "vehicle": one.vehicle,
                "vehicle_name": names[one.vehicle],
                "crew": self.crews.get(one.vehicle),
                **_sums(one),
                "of_homes": any(stop.place in self.homes for stop in one.stops),
                "stops": Jsonb([_stop(stop, visits, places) for stop in one.stops]),
                "geometry": None if way is None else Jsonb(dict(way)),
                "changed": self.known is not None and _other(self.known.get(one.vehicle), one),
            }

    def visits(self, rounds: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """One a visit, of a round or left; `rounds` are their numbers by vehicle."""
        stops = {
            stop.visit: (one.vehicle, position, stop)
            for one in self.plan.rounds
            for position, stop in enumerate((s for s in one.stops if s.kind is StopKind.VISIT), start=1)
        }
        left = {one.visit: one for one in self.plan.left}
        for visit in self.plan.work.visits:
            vehicle, position, stop = stops.get(visit.id, (None, None, None))
            crew = None if vehicle is None else self.crews.get(vehicle)
            not_today = left.get(visit.id)
            yield {
                **self.at,
                **_facts(visit),
                "of_home": visit.place in self.homes,
                "round": None if vehicle is None else rounds[vehicle],
                "position": position,
                "begins_at": None if stop is None else stop.begins_at,
                "left_says": None if not_today is None else not_today.says,
                "overflow_p50_at": None if not_today is None else not_today.overflow_p50_at,
                "overflow_p90_at": None if not_today is None else not_today.overflow_p90_at,
                "crews": [] if crew is None else [crew],
            }


def _other(known: Known | None, one: Round) -> bool:
    """Whether a crew has to be told: what is left of its round is another than it knows, or it took no change yet."""
    happened = {stop.visit for stop in one.stops if stop.done}
    ahead = [stop.visit for stop in one.stops if stop.visit is not None and not stop.done]
    return known is None or known.waits or [key for key in known.visits if key not in happened] != ahead


def _sums(one: Round) -> dict[str, Any]:
    return {
        "starts_at": one.stops[0].begins_at,
        "ends_at": one.stops[-1].leaves_at,
        "drive_m": sum(stop.drive_m for stop in one.stops),
        "drive_s": sum(stop.drive_s for stop in one.stops),
        "visits": sum(stop.kind is StopKind.VISIT for stop in one.stops),
    }


def _facts(visit: Visit) -> dict[str, Any]:
    load = visit.load
    return {
        "key": visit.id,
        "place": visit.place,
        "name": visit.name,
        "lon": visit.lon,
        "lat": visit.lat,
        "must": visit.must,
        "prize_p": visit.prize_p,
        "service_s": visit.service_s,
        "reason": visit.reason.kind,
        "says": visit.reason.says,
        "stream": None if load is None else load.stream,
        "litres": None if load is None else load.litres,
        "kg": None if load is None else load.kg,
    }


def _stop(stop: Stop, visits: Mapping[str, Visit], places: Mapping[str, Yard | Tip]) -> dict[str, Any]:
    """A stop as published, and what a sheet needs of its place and its visit; a break has neither of its own."""
    found: dict[str, Any] = msgspec.to_builtins(stop)
    visit = visits.get(stop.visit) if stop.visit is not None else None
    place = visit or places.get(stop.place)
    found |= {"name": None, "lon": None, "lat": None, "must": None, "reason": None, "load": None, "service_s": None}
    found |= {"approach": None, "windows": []}
    if place is not None and stop.kind is not StopKind.BREAK:
        found |= {"name": place.name, "lon": place.lon, "lat": place.lat}
    if visit is not None:
        found |= {
            "must": visit.must,
            "reason": msgspec.to_builtins(visit.reason),
            "load": msgspec.to_builtins(visit.load),
            "service_s": visit.service_s,
            "approach": visit.approach,
            "windows": msgspec.to_builtins(visit.windows),
        }
    return found
