"""Shift and duty: when a vehicle may be out, how long its driver may work and drive, and the rests of the rules."""

from collections.abc import Iterator
from datetime import timedelta

from hereabouts_platform.plan_check.facts import Shift
from hereabouts_platform.plan_check.violation import Kind, Violation
from hereabouts_schemas.work import StopKind


def duty(shift: Shift) -> Iterator[Violation]:
    """What a round breaks of its shift and its driver's rules.

    One that has happened to the last breaks nothing more, nor does one on the road with nothing left but its way home:
    however late that is, no plan brings it home sooner.
    """
    name, rules = shift.vehicle.id, shift.rules
    start, end = shift.stops[0], shift.stops[-1]
    if start.leaves_at < shift.vehicle.shift.from_at and not start.done:
        yield Violation(Kind.SHIFT, name, 0, f"{name} starts before its shift.")
    if end.done or _only_goes_home(shift):
        return
    if end.arrives_at > shift.vehicle.shift.to_at:
        yield Violation(Kind.SHIFT, name, len(shift.stops) - 1, f"{name} is back after its shift.")
    on_duty = end.leaves_at - start.leaves_at
    if on_duty > timedelta(seconds=rules.most_duty_s):
        yield Violation(Kind.DUTY, name, None, f"The driver of {name} is on duty for {on_duty}.")
    driving_s = sum(one.drive_s for one in shift.stops)
    if driving_s > rules.most_driving_s:
        yield Violation(Kind.DRIVING, name, None, f"The driver of {name} drives for {timedelta(seconds=driving_s)}.")
    yield from _rests(shift, on_duty)


def _only_goes_home(shift: Shift) -> bool:
    left = [one.kind for one in shift.stops if not one.done]
    return shift.stops[0].done and StopKind.VISIT not in left


def _rests(shift: Shift, on_duty: timedelta) -> Iterator[Violation]:
    """The first rest answers the first of the rules, the second the second; one that has happened is as it was."""
    name, start = shift.vehicle.id, shift.stops[0].leaves_at
    rests = [one for one in shift.stops if one.kind is StopKind.BREAK]
    needed = [one for one in shift.rules.breaks if on_duty > timedelta(seconds=one.after_s)]
    for n, rule in enumerate(needed):
        length, by = timedelta(seconds=rule.length_s), timedelta(seconds=rule.after_s)
        if n >= len(rests):
            yield Violation(Kind.BREAK, name, None, f"The driver of {name} needs a rest of {length} after {by}.")
        elif rests[n].done:
            continue
        elif rests[n].leaves_at - rests[n].begins_at < length:
            yield Violation(
                Kind.BREAK, name, shift.stops.index(rests[n]), f"A rest of {name} is not as long as {length}."
            )
        elif rests[n].begins_at - start > by:
            yield Violation(Kind.BREAK, name, shift.stops.index(rests[n]), f"A rest of {name} begins later than {by}.")
