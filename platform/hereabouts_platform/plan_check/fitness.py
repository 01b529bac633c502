"""Whether a vehicle and its crew may do what they are sent to: access, skills, locks, fixed orders."""

from collections.abc import Iterator

from hereabouts_platform.plan_check.facts import Shift
from hereabouts_platform.plan_check.violation import Kind, Violation
from hereabouts_schemas.work import StopKind, Visit


def fitness(shift: Shift) -> Iterator[Violation]:
    """What a vehicle may not do of what its round holds; what has happened is not asked."""
    before: str | None = None
    for n, stop in enumerate(shift.stops):
        visit = shift.visit(stop)
        if visit is not None and not stop.done:
            yield from _may(shift, n, visit)
            if visit.after is not None and visit.after != before:
                yield Violation(Kind.ORDER, shift.vehicle.id, n, f"{visit.id} has to come right after {visit.after}.")
        if stop.kind is not StopKind.BREAK:
            before = stop.visit


def _may(shift: Shift, n: int, visit: Visit) -> Iterator[Violation]:
    vehicle = shift.vehicle
    if visit.vehicle_classes and vehicle.vehicle_class not in visit.vehicle_classes:
        yield Violation(Kind.ACCESS, vehicle.id, n, f"{vehicle.id} cannot get to {visit.id}.")
    for skill in sorted(set(visit.skills) - set(vehicle.skills)):
        yield Violation(Kind.SKILL, vehicle.id, n, f"The crew of {vehicle.id} lacks {skill} for {visit.id}.")
    if visit.locked_to is not None and visit.locked_to != vehicle.id:
        yield Violation(Kind.LOCK, vehicle.id, n, f"{visit.id} is kept for {visit.locked_to}.")
