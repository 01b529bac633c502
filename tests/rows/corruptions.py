"""Ways to spoil a plan that holds, each with the kind of violation that must be found, or None where it has no object.

None of them asks the check: that the spoilt plan cannot hold follows from how it is spoilt.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hereabouts_platform.plan_check.violation import Kind
from hereabouts_schemas.work import Left, Load, Round, RoundPlan, Stop, StopKind, Window

Spoilt = tuple[RoundPlan, Kind] | None
SECOND = timedelta(seconds=1)


def _find(plan: RoundPlan, dice: random.Random, *kinds: StopKind, of: Callable[[Stop], bool] = bool) -> Any:
    """A round's number and a stop's number in it, of a stop of such a kind; or None."""
    found = [
        (n, k)
        for n, one in enumerate(plan.rounds)
        for k, stop in enumerate(one.stops)
        if stop.kind in kinds and of(stop)
    ]
    return dice.choice(found) if found else None


def _with_stops(plan: RoundPlan, number: int, stops: Sequence[Stop]) -> RoundPlan:
    rounds = list(plan.rounds)
    rounds[number] = replace(rounds[number], stops=tuple(stops))
    return replace(plan, rounds=tuple(rounds))


def _changed(plan: RoundPlan, at: tuple[int, int], **facts: Any) -> RoundPlan:
    stops = list(plan.rounds[at[0]].stops)
    stops[at[1]] = replace(stops[at[1]], **facts)
    return _with_stops(plan, at[0], stops)


def _without(plan: RoundPlan, at: tuple[int, int]) -> RoundPlan:
    """Without a stop, all that follows as much sooner as it took: times still add up, but for windows and legs."""
    stops = list(plan.rounds[at[0]].stops)
    gone = stops.pop(at[1])
    took = gone.leaves_at - stops[at[1] - 1].leaves_at
    stops[at[1] :] = [_moved(one, -took) for one in stops[at[1] :]]
    return _with_stops(plan, at[0], stops)


def _moved(stop: Stop, by: timedelta) -> Stop:
    return replace(stop, arrives_at=stop.arrives_at + by, begins_at=stop.begins_at + by, leaves_at=stop.leaves_at + by)


def _visit(plan: RoundPlan, name: str | None, **facts: Any) -> RoundPlan:
    visits = tuple(replace(one, **facts) if one.id == name else one for one in plan.work.visits)
    return replace(plan, work=replace(plan.work, visits=visits))


def _vehicle(plan: RoundPlan, name: str, **facts: Any) -> RoundPlan:
    vehicles = tuple(replace(one, **facts) if one.id == name else one for one in plan.work.vehicles)
    return replace(plan, work=replace(plan.work, vehicles=vehicles))


def _rules(plan: RoundPlan, **facts: Any) -> RoundPlan:
    rules = tuple(replace(one, **facts) for one in plan.work.duty_rules)
    return replace(plan, work=replace(plan.work, duty_rules=rules))


def _stop(plan: RoundPlan, at: tuple[int, int]) -> Stop:
    return plan.rounds[at[0]].stops[at[1]]


def drop_a_visit(plan: RoundPlan, dice: random.Random) -> Spoilt:
    return _without(plan, _find(plan, dice, StopKind.VISIT)), Kind.MISSED


def leave_a_must_as_if_it_could_wait(plan: RoundPlan, dice: random.Random) -> Spoilt:
    musts = {one.id for one in plan.work.visits if one.must}
    at = _find(plan, dice, StopKind.VISIT, of=lambda stop: stop.visit in musts)
    left = Left(visit=_stop(plan, at).visit or "", says="It can wait.")
    return replace(_without(plan, at), left=(*plan.left, left)), Kind.MISSED


def call_what_can_wait_unmet(plan: RoundPlan, dice: random.Random) -> Spoilt:
    mays = {one.id for one in plan.work.visits if not one.must}
    at = _find(plan, dice, StopKind.VISIT, of=lambda stop: stop.visit in mays)
    if at is None:
        return None
    left = Left(visit=_stop(plan, at).visit or "", says="There is no way.", unmet=True)
    return replace(_without(plan, at), left=(*plan.left, left)), Kind.MISSED


def leave_what_is_visited(plan: RoundPlan, dice: random.Random) -> Spoilt:
    name = _stop(plan, _find(plan, dice, StopKind.VISIT)).visit or ""
    return replace(plan, left=(*plan.left, Left(visit=name, says="Twice."))), Kind.TWICE


def visit_twice(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT)
    other = dice.randrange(len(plan.rounds))
    stops = list(plan.rounds[other].stops)
    stops.insert(dice.randrange(1, len(stops)), _stop(plan, at))
    return _with_stops(plan, other, stops), Kind.TWICE


def a_round_twice(plan: RoundPlan, dice: random.Random) -> Spoilt:
    one = dice.choice(plan.rounds)
    return replace(plan, rounds=(*plan.rounds, Round(vehicle=one.vehicle, stops=one.stops))), Kind.TWICE


def another_vehicle(plan: RoundPlan, dice: random.Random) -> Spoilt:
    if len(plan.rounds) < 2:
        return None
    one, other = dice.sample(range(len(plan.rounds)), 2)
    rounds = list(plan.rounds)
    rounds[one] = replace(rounds[one], vehicle=rounds[other].vehicle)
    return replace(plan, rounds=tuple(rounds)), Kind.TWICE


def an_unknown_vehicle(plan: RoundPlan, dice: random.Random) -> Spoilt:
    rounds = list(plan.rounds)
    rounds[0] = replace(rounds[0], vehicle="nobody")
    return replace(plan, rounds=tuple(rounds)), Kind.UNKNOWN


def an_unknown_visit(plan: RoundPlan, dice: random.Random) -> Spoilt:
    return _changed(plan, _find(plan, dice, StopKind.VISIT), visit="nothing"), Kind.UNKNOWN


def an_unknown_tip(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.TIP)
    return (_changed(plan, at, place="yard"), Kind.UNKNOWN) if at else None


def swap_two_visits(plan: RoundPlan, dice: random.Random) -> Spoilt:
    """The second in the first's place: the matrix is made so that no two legs from one place are alike."""
    at = _find(plan, dice, StopKind.VISIT)
    stops = list(plan.rounds[at[0]].stops)
    if stops[at[1] + 1].kind is not StopKind.VISIT or stops[at[1] + 2].kind is StopKind.BREAK:
        return None  # a rest would be somewhere else than its vehicle, which is told instead
    one, two = stops[at[1]], stops[at[1] + 1]
    stops[at[1]] = replace(one, place=two.place, visit=two.visit)
    stops[at[1] + 1] = replace(two, place=one.place, visit=one.visit)
    return _with_stops(plan, at[0], stops), Kind.LEG


def a_leg_of_other_metres(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT, StopKind.TIP, StopKind.END)
    return _changed(plan, at, drive_m=_stop(plan, at).drive_m + dice.choice([-1, 1, 500])), Kind.LEG


def a_faster_leg_with_times_that_add_up(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.END, of=lambda stop: stop.drive_s > 1)
    if at is None:
        return None
    return _changed(_changed(plan, at, drive_s=0), at, **_times(_moved(_stop(plan, at), -_drive(plan, at)))), Kind.LEG


def _drive(plan: RoundPlan, at: tuple[int, int]) -> timedelta:
    return _stop(plan, at).drive_s * SECOND


def _times(stop: Stop) -> dict[str, Any]:
    return {"arrives_at": stop.arrives_at, "begins_at": stop.begins_at, "leaves_at": stop.leaves_at}


def a_stop_at_another_time(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT, StopKind.TIP, StopKind.BREAK, StopKind.END)
    by = dice.choice([-600, -1, 1, 45]) * SECOND
    return _changed(plan, at, **_times(_moved(_stop(plan, at), by))), Kind.TIME


def a_wait_without_need(plan: RoundPlan, dice: random.Random) -> Spoilt:
    """Everything from there on is later, and adds up."""
    at = _find(plan, dice, StopKind.VISIT, StopKind.TIP)
    stops = list(plan.rounds[at[0]].stops)
    by = 90 * SECOND
    first = replace(_moved(stops[at[1]], by), arrives_at=stops[at[1]].arrives_at)
    stops[at[1] :] = [first, *(_moved(one, by) for one in stops[at[1] + 1 :])]
    return _with_stops(plan, at[0], stops), _kind_of_wait(plan, at, by)


def _kind_of_wait(plan: RoundPlan, at: tuple[int, int], by: timedelta) -> Kind:
    """Waiting past the end of a window is told as that."""
    stop = _stop(plan, at)
    tips = {one.id: one.open for one in plan.work.tips}
    visits = {one.id: one.windows for one in plan.work.visits}
    windows = tips[stop.place] if stop.kind is StopKind.TIP else visits[stop.visit or ""]
    if windows and not any(one.from_at <= stop.begins_at + by < one.to_at for one in windows):
        return Kind.OPENING if stop.kind is StopKind.TIP else Kind.WINDOW
    return Kind.TIME


def hurried_work(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT, StopKind.TIP)
    return _changed(plan, at, leaves_at=_stop(plan, at).leaves_at - 30 * SECOND), Kind.TIME


def times_without_a_zone(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT)
    return _changed(plan, at, begins_at=_stop(plan, at).begins_at.replace(tzinfo=None)), Kind.TIME


def done_before_it_happened(plan: RoundPlan, dice: random.Random) -> Spoilt:
    one = dice.randrange(len(plan.rounds))
    return _with_stops(plan, one, [replace(stop, done=True) for stop in plan.rounds[one].stops]), Kind.TIME


def done_out_of_order(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT, StopKind.TIP)
    return replace(_changed(plan, at, done=True), made_at=_stop(plan, at).leaves_at), Kind.SHAPE


def another_day(plan: RoundPlan, dice: random.Random) -> Spoilt:
    one = dice.randrange(len(plan.rounds))
    by = timedelta(days=dice.choice([-1, 1]))
    return _with_stops(plan, one, [_moved(stop, by) for stop in plan.rounds[one].stops]), Kind.SHIFT


def a_shift_that_ends_sooner(plan: RoundPlan, dice: random.Random) -> Spoilt:
    one = dice.choice(plan.rounds)
    shift = Window(from_at=one.stops[0].leaves_at, to_at=one.stops[-1].arrives_at - SECOND)
    return _vehicle(plan, one.vehicle, shift=shift), Kind.SHIFT


def a_window_that_is_over(plan: RoundPlan, dice: random.Random) -> Spoilt:
    stop = _stop(plan, _find(plan, dice, StopKind.VISIT))
    window = Window(from_at=stop.begins_at - timedelta(hours=2), to_at=stop.begins_at)
    return _visit(plan, stop.visit, windows=(window,)), Kind.WINDOW


def a_tip_that_is_shut(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.TIP)
    if at is None:
        return None
    stop = _stop(plan, at)
    window = Window(from_at=stop.begins_at + SECOND, to_at=stop.begins_at + timedelta(hours=2))
    tips = tuple(replace(one, open=(window,)) if one.id == stop.place else one for one in plan.work.tips)
    return replace(plan, work=replace(plan.work, tips=tips)), Kind.OPENING


def _longest(plan: RoundPlan) -> Round:
    return max(plan.rounds, key=lambda one: one.stops[-1].leaves_at - one.stops[0].leaves_at)


def too_long_on_duty(plan: RoundPlan, dice: random.Random) -> Spoilt:
    stops = _longest(plan).stops
    return _rules(plan, most_duty_s=(stops[-1].leaves_at - stops[0].leaves_at) // SECOND - 1), Kind.DUTY


def too_long_at_the_wheel(plan: RoundPlan, dice: random.Random) -> Spoilt:
    most = max(sum(stop.drive_s for stop in one.stops) for one in plan.rounds)
    return _rules(plan, most_driving_s=most - 1), Kind.DRIVING


def no_rest(plan: RoundPlan, dice: random.Random) -> Spoilt:
    """The rest is gone and all else as it was, so the round is longer than the rules let it be without."""
    at = _find(plan, dice, StopKind.BREAK)
    if at is None:
        return None
    stops = list(plan.rounds[at[0]].stops)
    stops.pop(at[1])
    return _with_stops(plan, at[0], stops), Kind.BREAK


def a_short_rest(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.BREAK)
    return (_changed(plan, at, leaves_at=_stop(plan, at).leaves_at - SECOND), Kind.BREAK) if at else None


def a_rest_too_late(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.BREAK)
    if at is None:
        return None
    after = (_stop(plan, at).begins_at - plan.rounds[at[0]].stops[0].leaves_at) // SECOND
    rules = tuple(replace(one, after_s=after - 1) for one in plan.work.duty_rules[0].breaks)
    return _rules(plan, breaks=rules), Kind.BREAK


def _fullest(plan: RoundPlan) -> tuple[Round, Stop]:
    pairs = ((one, stop) for one in plan.rounds for stop in one.stops)
    return max(pairs, key=lambda pair: sum(load.litres for load in pair[1].carried))


def too_many_litres(plan: RoundPlan, dice: random.Random) -> Spoilt:
    """No body of one litre holds what every round carries somewhere."""
    return _smaller(plan, _fullest(plan)[0].vehicle, litres=1)


def too_many_kilograms(plan: RoundPlan, dice: random.Random) -> Spoilt:
    return _smaller(plan, _fullest(plan)[0].vehicle, kg=1)


def _smaller(plan: RoundPlan, name: str, **limit: int) -> Spoilt:
    [vehicle] = [one for one in plan.work.vehicles if one.id == name]
    body = tuple(replace(one, **limit) for one in vehicle.compartments)
    return _vehicle(plan, name, compartments=body), Kind.CAPACITY


def a_body_for_something_else(plan: RoundPlan, dice: random.Random) -> Spoilt:
    name = _fullest(plan)[0].vehicle
    [vehicle] = [one for one in plan.work.vehicles if one.id == name]
    body = tuple(replace(one, streams=("paper",)) for one in vehicle.compartments)
    return _vehicle(plan, name, compartments=body), Kind.CAPACITY


def another_load_on_board(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT, StopKind.START, StopKind.TIP)
    more = Load(stream="paper", litres=1, kg=1)
    return _changed(plan, at, carried=(*_stop(plan, at).carried, more)), Kind.CARRIED


def a_load_named_twice(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT, of=lambda stop: bool(stop.carried))
    if at is None:
        return None
    carried = _stop(plan, at).carried
    return _changed(plan, at, carried=(*carried, carried[0])), Kind.CARRIED


def past_the_tip(plan: RoundPlan, dice: random.Random) -> Spoilt:
    """The last tip is gone and what was in the lorry is said to be in it at home."""
    at = _find(plan, dice, StopKind.TIP, of=lambda stop: not stop.carried)
    if at is None:
        return None
    stops = list(plan.rounds[at[0]].stops)
    last = max(n for n, stop in enumerate(stops) if stop.kind is StopKind.TIP)
    if stops[last + 1].kind is StopKind.BREAK:
        return None
    full = stops[last - 1].carried
    stops[-1] = replace(stops[-1], carried=full)
    return _with_stops(plan, at[0], [*stops[:last], *stops[last + 1 :]]), Kind.TIP


def a_tip_that_does_not_take_it(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.TIP)
    if at is None:
        return None
    tips = tuple(replace(one, streams=("paper",)) for one in plan.work.tips)
    return replace(plan, work=replace(plan.work, tips=tips)), Kind.CARRIED


def from_another_yard(plan: RoundPlan, dice: random.Random) -> Spoilt:
    one = dice.choice(plan.rounds)
    other = {"yard": "other", "other": "yard"}
    if dice.random() < 0.5:
        return _vehicle(plan, one.vehicle, start=other[one.stops[0].place]), Kind.YARD
    return _vehicle(plan, one.vehicle, end=other[one.stops[-1].place]), Kind.YARD


def where_it_cannot_get(plan: RoundPlan, dice: random.Random) -> Spoilt:
    stop = _stop(plan, _find(plan, dice, StopKind.VISIT))
    return _visit(plan, stop.visit, vehicle_classes=("bicycle",)), Kind.ACCESS


def without_the_skill(plan: RoundPlan, dice: random.Random) -> Spoilt:
    stop = _stop(plan, _find(plan, dice, StopKind.VISIT))
    return _visit(plan, stop.visit, skills=("diving",)), Kind.SKILL


def kept_for_another(plan: RoundPlan, dice: random.Random) -> Spoilt:
    stop = _stop(plan, _find(plan, dice, StopKind.VISIT))
    return _visit(plan, stop.visit, locked_to="t9"), Kind.LOCK


def out_of_order(plan: RoundPlan, dice: random.Random) -> Spoilt:
    at = _find(plan, dice, StopKind.VISIT)
    stop = _stop(plan, at)
    before = {one.visit for one in plan.rounds[at[0]].stops[: at[1]]}
    others = [one.id for one in plan.work.visits if one.id not in before | {stop.visit}]
    return _visit(plan, stop.visit, after=dice.choice(others)), Kind.ORDER


def on_other_roads(plan: RoundPlan, dice: random.Random) -> Spoilt:
    return replace(plan, matrix_sha256=dict.fromkeys(plan.matrix_sha256, "0" * 64)), Kind.MATRIX


def without_an_end(plan: RoundPlan, dice: random.Random) -> Spoilt:
    one = dice.randrange(len(plan.rounds))
    stops = plan.rounds[one].stops
    return _with_stops(plan, one, dice.choice([stops[:-1], stops[1:], stops[:1], ()])), Kind.SHAPE


def a_visit_somewhere_else(plan: RoundPlan, dice: random.Random) -> Spoilt:
    stop = _stop(plan, _find(plan, dice, StopKind.VISIT))
    return _visit(plan, stop.visit, place="elsewhere"), Kind.SHAPE


def work_that_names_two_alike(plan: RoundPlan, dice: random.Random) -> Spoilt:
    visits = (*plan.work.visits, dice.choice(plan.work.visits))
    return replace(plan, work=replace(plan.work, visits=visits)), Kind.SHAPE


CORRUPTIONS: list[Callable[[RoundPlan, random.Random], Spoilt]] = [
    one
    for name, one in list(globals().items())
    if callable(one) and not name.startswith("_") and getattr(one, "__annotations__", {}).get("return") == Spoilt
]
