"""Whether stops make a round: a start, an end, things known in between, and what has happened at its head."""

from collections.abc import Iterator
from itertools import pairwise

from hereabouts_platform.plan_check.facts import Shift
from hereabouts_platform.plan_check.violation import Kind, Violation
from hereabouts_schemas.work import Stop, StopKind


def shape(shift: Shift) -> Iterator[Violation]:
    """What keeps stops from being a round. One that has happened to the last needs no end: its vehicle broke down."""
    name, stops = shift.vehicle.id, shift.stops
    kinds = [one.kind for one in stops]
    ends = kinds[-1:] == [StopKind.END] and len(stops) > 1
    if kinds[:1] != [StopKind.START] or not (ends or all(one.done for one in stops)):
        yield Violation(Kind.SHAPE, name, None, f"The round of {name} does not run from a start to an end.")
    for n, stop in enumerate(stops):
        if stop.kind in {StopKind.START, StopKind.END} and 0 < n < len(stops) - 1:
            yield Violation(Kind.SHAPE, name, n, f"{name} starts or ends in the middle of its round.")
        yield from _known(shift, n, stop)
    for n, (before, stop) in enumerate(pairwise(stops), 1):
        if stop.done and not before.done:
            yield Violation(Kind.SHAPE, name, n, f"{stop.place} has happened before something that has not.")
        if stop.kind is StopKind.BREAK and stop.place != before.place:
            yield Violation(Kind.SHAPE, name, n, f"{name} rests at {stop.place} and stands at {before.place}.")


def _known(shift: Shift, n: int, stop: Stop) -> Iterator[Violation]:
    """Whether a stop's visit or tip is known and where it says."""
    name = shift.vehicle.id
    if (stop.kind is StopKind.VISIT) != (stop.visit is not None):
        yield Violation(Kind.SHAPE, name, n, f"The stop at {stop.place} is {stop.kind} and names visit {stop.visit}.")
    elif stop.kind is StopKind.VISIT:
        visit = shift.visit(stop)
        if visit is None:
            yield Violation(Kind.UNKNOWN, name, n, f"{stop.visit} is not in the work.")
        elif visit.place != stop.place:
            yield Violation(Kind.SHAPE, name, n, f"{visit.id} is at {visit.place}, not at {stop.place}.")
    if stop.kind is StopKind.TIP and shift.tip(stop) is None:
        yield Violation(Kind.UNKNOWN, name, n, f"{stop.place} is no tip.")
    if stop.kind is StopKind.START and stop.place != shift.vehicle.start:
        yield Violation(Kind.YARD, name, n, f"{name} starts at {shift.vehicle.start}, not at {stop.place}.")
    if stop.kind is StopKind.END and stop.place != shift.vehicle.end:
        yield Violation(Kind.YARD, name, n, f"{name} ends at {shift.vehicle.end}, not at {stop.place}.")
