"""Legs and times: what is driven is what the matrix says, times add up, windows and openings are kept."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain, pairwise

from hereabouts_platform.plan_check.facts import Legs, Shift
from hereabouts_platform.plan_check.violation import Kind, Violation
from hereabouts_schemas.work import RoundPlan, Stop, StopKind, Window

STANDING = {StopKind.START, StopKind.END}


def zones(plan: RoundPlan) -> Iterator[Violation]:
    """Times without a zone, and stops that are said to have happened after the plan was made."""
    work = plan.work
    windows = chain(
        (window for one in work.visits for window in one.windows),
        (window for one in work.tips for window in one.open),
        (one.shift for one in work.vehicles),
    )
    if any(at.tzinfo is None for at in chain([plan.made_at], *((one.from_at, one.to_at) for one in windows))):
        yield Violation(Kind.TIME, None, None, "The work has times without a zone.")
        return
    for one in plan.rounds:
        for n, stop in enumerate(one.stops):
            if any(at.tzinfo is None for at in (stop.arrives_at, stop.begins_at, stop.leaves_at)):
                yield Violation(Kind.TIME, one.vehicle, n, f"The times at {stop.place} have no zone.")
            elif stop.done and stop.begins_at > plan.made_at:
                yield Violation(Kind.TIME, one.vehicle, n, f"{stop.place} is done at a time after the plan was made.")


def times(shift: Shift, legs: Legs | None) -> Iterator[Violation]:
    """Legs and times of a round; what has happened is taken as it is."""
    first = shift.stops[0]
    if not first.done:
        yield from _stands(shift, 0, first)
    for n, (before, stop) in enumerate(pairwise(shift.stops), 1):
        if stop.done:
            yield from _in_order(shift, n, before, stop)
        else:
            yield from _leg(shift, n, before, stop, legs)
            yield from _arrival(shift, n, before, stop)
            yield from _work(shift, n, stop)


def _in_order(shift: Shift, n: int, before: Stop, stop: Stop) -> Iterator[Violation]:
    if not before.leaves_at <= stop.arrives_at <= stop.begins_at <= stop.leaves_at:
        yield Violation(Kind.TIME, shift.vehicle.id, n, f"What has happened at {stop.place} is not in order of time.")


def _leg(shift: Shift, n: int, before: Stop, stop: Stop, legs: Legs | None) -> Iterator[Violation]:
    name = shift.vehicle.id
    leg = legs.leg(before.place, stop.place) if legs else None
    if leg is None:
        yield Violation(Kind.LEG, name, n, f"{name} has no way from {before.place} to {stop.place}.")
    elif leg != (stop.drive_m, stop.drive_s):
        yield Violation(
            Kind.LEG,
            name,
            n,
            f"From {before.place} to {stop.place} it is {leg[0]} m and {leg[1]} s, not {stop.drive_m} m and "
            f"{stop.drive_s} s.",
        )


def _arrival(shift: Shift, n: int, before: Stop, stop: Stop) -> Iterator[Violation]:
    """Arriving is leaving and driving; who was held up at what has happened may come later."""
    due = before.leaves_at + timedelta(seconds=stop.drive_s)
    if stop.arrives_at != due and not (before.done and stop.arrives_at > due):
        yield Violation(Kind.TIME, shift.vehicle.id, n, f"{shift.vehicle.id} gets to {stop.place} at {due}.")


def _work(shift: Shift, n: int, stop: Stop) -> Iterator[Violation]:
    if stop.kind in STANDING:
        yield from _stands(shift, n, stop)
    elif stop.kind is StopKind.BREAK:
        if not stop.arrives_at == stop.begins_at < stop.leaves_at:
            yield Violation(Kind.TIME, shift.vehicle.id, n, f"The rest at {stop.place} has no length or begins late.")
    elif (visit := shift.visit(stop)) is not None:
        yield from _service(shift, n, stop, windows=visit.windows, service_s=visit.service_s, kind=Kind.WINDOW)
    elif (tip := shift.tip(stop)) is not None:
        yield from _service(shift, n, stop, windows=tip.open, service_s=tip.turnround_s, kind=Kind.OPENING)


def _stands(shift: Shift, n: int, stop: Stop) -> Iterator[Violation]:
    if not stop.arrives_at == stop.begins_at == stop.leaves_at:
        yield Violation(Kind.TIME, shift.vehicle.id, n, f"Starting or ending at {stop.place} takes no time.")


def _service(
    shift: Shift, n: int, stop: Stop, *, windows: Sequence[Window], service_s: int, kind: Kind
) -> Iterator[Violation]:
    """Work begins on arriving, or when the next window opens, and takes as long as it takes."""
    name = shift.vehicle.id
    if windows and not any(one.from_at <= stop.begins_at < one.to_at for one in windows):
        yield Violation(kind, name, n, f"{name} would begin at {stop.place} at {stop.begins_at}, outside its hours.")
    elif not _at_once(stop, windows):
        yield Violation(Kind.TIME, name, n, f"{name} waits at {stop.place} without need, or begins before it is there.")
    if stop.leaves_at - stop.begins_at != timedelta(seconds=service_s):
        yield Violation(Kind.TIME, name, n, f"The work at {stop.place} takes {service_s} s, not what is said.")


def _at_once(stop: Stop, windows: Sequence[Window]) -> bool:
    """Whether work begins as soon as it can, to the second."""
    soonest = min((max(stop.arrives_at, one.from_at) for one in windows if stop.arrives_at < one.to_at), default=None)
    waits = stop.begins_at - (stop.arrives_at if soonest is None else soonest)
    return timedelta(0) <= waits < timedelta(seconds=1)
