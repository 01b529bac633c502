"""Planning again in mid-shift: what is done and next stays, crews keep their bins, and the plan still holds."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest
from field_day import SIX, day, hours, matrices, vehicle, visit

from hereabouts_platform.plan_check.check import check
from hereabouts_platform.plan_check.violation import Kind
from hereabouts_platform.planning.difference import Moved, difference
from hereabouts_platform.planning.plan import Made, plan_day
from hereabouts_platform.planning.progress import Report, progress_of
from hereabouts_platform.planning.replan import Progress, changed, replan
from hereabouts_platform.planning.roads import roads_of
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.work import DayWork, Load, Round, RoundPlan, Stop, StopKind

NOW = SIX + timedelta(hours=1)
MADE = Made(at=SIX - timedelta(hours=1), roads="great_circle", attribution="")
AGAIN = replace(MADE, at=NOW)
FEW = Effort(iterations=80)


@cache
def morning() -> tuple[RoundPlan, dict[str, Matrix]]:
    """A plan of three lorries and 36 bins."""
    visits = [visit(n, service_s=240, load=Load(stream="litter", litres=60, kg=6)) for n in range(36)]
    work = day(*visits, vehicles=tuple(vehicle(n, shift=hours(0, 4)) for n in range(3)))
    roads = matrices(work)
    return plan_day(work, roads, Effort(iterations=300), MADE), roads


def so_far(one: Round, now: datetime = NOW) -> Progress:
    """All that has begun by now, as planned."""
    return Progress(vehicle=one.vehicle, done=tuple(stop for stop in one.stops if stop.begins_at <= now))


def again(work: DayWork, progress: list[Progress], **given: int) -> RoundPlan:
    plan, roads = morning()
    new = replan(plan, work, progress, roads, FEW, made=AGAIN, **given)
    assert check(new, roads) == []
    return new


def visits_of(stops: tuple[Stop, ...]) -> list[str]:
    return [stop.visit for stop in stops if stop.visit]


def crews(plan: RoundPlan) -> dict[str, str]:
    return {name: one.vehicle for one in plan.rounds for name in visits_of(one.stops)}


def test_what_is_done_and_the_next_two_stay_and_crews_keep_their_bins() -> None:
    plan, _ = morning()
    fuller = visit(35, service_s=240, load=Load(stream="litter", litres=95, kg=9))
    progress = [so_far(one) for one in plan.rounds]
    new = again(changed(plan.work, [fuller], done=progress), progress)
    stands = {one.vehicle: one.stops for one in new.rounds}
    for old, one in zip(plan.rounds, progress, strict=True):
        done = visits_of(one.done)
        assert visits_of(stands[old.vehicle])[: len(done) + 2] == visits_of(old.stops)[: len(done) + 2]
        assert [replace(stop, done=True) for stop in one.done] == list(stands[old.vehicle][: len(one.done)])
        assert all(stop.done == (n < len(one.done)) for n, stop in enumerate(stands[old.vehicle]))
    assert len(difference(plan, new).moved) <= 1


def test_new_and_withdrawn_visits_and_what_the_dispatcher_is_shown() -> None:
    plan, roads = morning()
    progress = [so_far(one) for one in plan.rounds]
    done = {stop.visit for one in progress for stop in one.done}
    [gone, *_] = [one.id for one in reversed(plan.work.visits) if one.id not in done]
    urgent = replace(visit(99), place="p3")
    work = changed(plan.work, [urgent], withdrawn=[gone, *(name for name in done if name)], done=progress)
    new = again(work, progress)
    shown = difference(plan, new)
    assert [name for name, _ in shown.added] == ["v99"]
    assert [name for name, _ in shown.dropped] == [gone]
    assert done - {None} <= set(crews(new))
    driven = [sum(stop.drive_m for one in found.rounds for stop in one.stops) for found in (plan, new)]
    assert shown.metres == driven[1] - driven[0]
    assert check(new, roads) == []


def test_a_broken_down_lorry_keeps_what_it_has_done_and_others_take_over() -> None:
    plan, _ = morning()
    progress = [so_far(one) for one in plan.rounds]
    lost = progress[0].vehicle
    new = again(plan.work, [replace(progress[0], broken_down=True), *progress[1:]])
    [stands] = [one for one in new.rounds if one.vehicle == lost]
    assert visits_of(stands.stops) == visits_of(progress[0].done)
    shown = difference(plan, new)
    assert shown.moved
    assert all(isinstance(one, Moved) and one.was == lost for one in shown.moved if one.was == lost)
    assert {one.visit for one in new.left} | set(crews(new)) == {one.id for one in plan.work.visits}


def test_a_crew_that_was_held_up_goes_on_from_when_it_is_free() -> None:
    plan, _ = morning()
    progress = [so_far(one) for one in plan.rounds]
    held = replace(progress[0].done[-1], leaves_at=NOW + timedelta(minutes=40))
    progress[0] = replace(progress[0], done=(*progress[0].done[:-1], held))
    new = again(plan.work, progress)
    [stands] = [one for one in new.rounds if one.vehicle == progress[0].vehicle]
    after = stands.stops[len(progress[0].done)]
    assert after.arrives_at == held.leaves_at + timedelta(seconds=after.drive_s)


def test_a_lorry_too_late_for_its_shift_goes_home_and_holds_up_no_other() -> None:
    plan, roads = morning()
    progress = [so_far(one) for one in plan.rounds]
    held = replace(progress[0].done[-1], leaves_at=SIX + timedelta(hours=4))
    progress[0] = replace(progress[0], done=(*progress[0].done[:-1], held))
    new = replan(plan, plan.work, progress, roads, FEW, made=AGAIN)
    [stands] = [one for one in new.rounds if one.vehicle == progress[0].vehicle]
    assert [stop.kind for stop in stands.stops[-2:]] == [StopKind.TIP, StopKind.END]
    assert stands.stops[-1].arrives_at > SIX + timedelta(hours=4), "after its shift"
    assert check(new, roads) == []
    busy = next(one for one in new.rounds if one.vehicle != stands.vehicle)
    late = replace(busy, stops=(*busy.stops[:-1], replace(busy.stops[-1], arrives_at=SIX + timedelta(hours=9))))
    spoilt = replace(new, rounds=tuple(late if one is busy else one for one in new.rounds))
    assert (Kind.SHIFT, busy.vehicle) in {(one.kind, one.vehicle) for one in check(spoilt, roads)}, "it has work left"


def test_a_lorry_that_is_home_stays_there() -> None:
    plan, roads = morning()
    progress = [so_far(plan.rounds[0], plan.rounds[0].stops[-1].leaves_at), *map(so_far, plan.rounds[1:])]
    new = replan(plan, plan.work, progress, roads, FEW, made=replace(MADE, at=SIX + timedelta(hours=5)))
    assert check(new, roads) == []
    [stands] = [one for one in new.rounds if one.vehicle == progress[0].vehicle]
    assert all(stop.done for stop in stands.stops)


def test_a_bin_that_no_longer_fits_is_not_kept_next() -> None:
    plan, _ = morning()
    progress = [so_far(one) for one in plan.rounds]
    first = visits_of(plan.rounds[0].stops)[len(visits_of(progress[0].done))]
    heavy = replace(
        next(one for one in plan.work.visits if one.id == first), load=Load(stream="litter", litres=990, kg=9)
    )
    new = again(changed(plan.work, [heavy], done=progress), progress)
    assert first in crews(new)


@pytest.mark.parametrize("before_the_start", [True, False])
def test_without_progress_or_vehicles(before_the_start: bool) -> None:
    plan, _ = morning()
    if before_the_start:
        assert set(crews(again(plan.work, []))) == set(crews(plan))
        return
    progress = [replace(so_far(one), broken_down=True) for one in plan.rounds]
    unused = {one.id for one in plan.work.vehicles} - {one.vehicle for one in progress}
    progress += [Progress(vehicle=name, done=(), broken_down=True) for name in sorted(unused)]
    new = again(plan.work, progress)
    assert all(one.unmet for one in new.left)
    assert {stop.kind for one in new.rounds for stop in one.stops} <= set(StopKind) - {StopKind.END}


def test_an_order_is_kept_until_its_first_visit_stands_and_lets_go_then() -> None:
    plan, roads = morning()
    mine = visits_of(plan.rounds[0].stops)
    done = so_far(plan.rounds[0])
    many = len(visits_of(done.done))
    over, second, ahead = mine[many - 1], mine[many + 1], mine[many + 3]
    others = visits_of(plan.rounds[1].stops)
    wishes = {others[-1]: over, others[-2]: ahead, mine[many + 2]: second}
    work = replace(plan.work, visits=tuple(replace(one, after=wishes.get(one.id)) for one in plan.work.visits))
    new = again(work, [so_far(one) for one in plan.rounds])
    stands = visits_of(new.rounds[0].stops)
    assert stands[: many + 3] == mine[: many + 3], "what has to come right after the next two stays with them"
    kept = {one.id: one.after for one in new.work.visits if one.id in wishes}
    assert kept == {others[-1]: None, others[-2]: ahead, mine[many + 2]: second}
    whole = next(found for one in new.rounds if ahead in (found := visits_of(one.stops)))
    assert whole[whole.index(ahead) + 1] == others[-2]
    locked = {mine[many + 2]: plan.rounds[1].vehicle}
    work = replace(work, visits=tuple(replace(one, locked_to=locked.get(one.id)) for one in work.visits))
    other = again(work, [so_far(one) for one in plan.rounds])
    assert mine[many + 2] in visits_of(other.rounds[1].stops), "kept for another vehicle by now"
    assert replan(plan, work, [], roads, FEW, made=AGAIN).work.visits == work.visits, "nothing stands yet"


@pytest.mark.parametrize("by_another_crew", [False, True])
def test_an_order_that_crews_went_past_does_not_stop_the_day_from_being_planned_again(*, by_another_crew: bool) -> None:
    plan, roads = morning()
    first, second = plan.rounds[0], plan.rounds[1]
    mine, others = visits_of(first.stops), visits_of(second.stops)
    one, then, later = mine[2:5]
    stops = {stop.visit: stop for stop in (*first.stops, *second.stops)}
    fixed = tuple(replace(bin_, after=one) if bin_.id == then else bin_ for bin_ in plan.work.visits)
    plan = replace(plan, work=replace(plan.work, visits=fixed))
    assert check(plan, roads) == []
    reports = [Report(visit=name, at=stops[name].leaves_at) for name in mine[:2]]
    if by_another_crew:
        reports.append(Report(visit=one, at=stops[one].leaves_at, vehicle=second.vehicle))
        reports.append(Report(visit=others[0], at=stops[others[0]].leaves_at))
    else:
        reports += [Report(visit=name, at=stops[name].leaves_at) for name in (one, later)]
    now = stops[later].leaves_at
    progress = progress_of(plan, reports, roads_of(plan.work, roads), now)
    new = replan(plan, plan.work, progress, roads, FEW, made=replace(MADE, at=now))
    assert check(new, roads) == []
    assert then in {name for found in new.rounds for name in visits_of(found.stops)}
