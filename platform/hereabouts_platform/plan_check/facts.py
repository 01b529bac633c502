"""What the checks look things up in: the plan's work by id, and legs by place."""

from collections.abc import Mapping
from dataclasses import dataclass

from hereabouts_platform.roads.matrix import UNREACHABLE, Matrix
from hereabouts_schemas.work import DayWork, DutyRules, Round, RoundPlan, Stop, StopKind, Tip, Vehicle, Visit


@dataclass(frozen=True, slots=True)
class Facts:
    """A plan's work by id."""

    visits: Mapping[str, Visit]
    vehicles: Mapping[str, Vehicle]
    tips: Mapping[str, Tip]
    yards: frozenset[str]
    rules: Mapping[str, DutyRules]


@dataclass(frozen=True, slots=True)
class Shift:
    """One round with what it is held against."""

    vehicle: Vehicle
    rules: DutyRules
    stops: tuple[Stop, ...]
    facts: Facts

    def visit(self, stop: Stop) -> Visit | None:
        """The visit of a stop, if it is of that kind and known."""
        return self.facts.visits.get(stop.visit or "") if stop.kind is StopKind.VISIT else None

    def tip(self, stop: Stop) -> Tip | None:
        """The tip of a stop, if it is of that kind and known."""
        return self.facts.tips.get(stop.place) if stop.kind is StopKind.TIP else None


class Legs:
    """The legs of one travel matrix."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix
        self._index = {place: n for n, place in enumerate(matrix.ids)}

    def leg(self, start: str, end: str) -> tuple[int, int] | None:
        """Metres and seconds; None where there is no way or a place is not in the matrix."""
        if start == end:
            return 0, 0
        if start not in self._index or end not in self._index:
            return None
        at = self._index[start], self._index[end]
        metres, seconds = int(self._matrix.metres[at]), int(self._matrix.seconds[at])
        return None if UNREACHABLE in (metres, seconds) else (metres, seconds)


def facts_of(work: DayWork) -> Facts:
    """The work by id."""
    return Facts(
        visits={one.id: one for one in work.visits},
        vehicles={one.id: one for one in work.vehicles},
        tips={one.id: one for one in work.tips},
        yards=frozenset(one.id for one in work.yards),
        rules={one.name: one for one in work.duty_rules},
    )


def shift_of(one: Round, facts: Facts) -> Shift | None:
    """A round with its vehicle and rules, or None where either is unknown."""
    vehicle = facts.vehicles.get(one.vehicle)
    rules = facts.rules.get(vehicle.duty) if vehicle else None
    return Shift(vehicle, rules, one.stops, facts) if vehicle and rules else None


def classes_of(plan: RoundPlan) -> set[str]:
    """The classes of the vehicles that go out."""
    out = {one.vehicle for one in plan.rounds}
    return {one.vehicle_class for one in plan.work.vehicles if one.id in out}
