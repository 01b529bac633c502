"""In mid-shift: how far crews are by their reports, and whether there is a reason to plan again."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from field_day import SIX, day, hours, matrices, vehicle, visit
from made_plan import made_plan

from hereabouts_deploy.commands.rounds_replan import NOTHING, say, told
from hereabouts_platform.plan_check.check import check
from hereabouts_platform.planning.difference import difference
from hereabouts_platform.planning.occasions import Occasion, OccasionKind, Present, occasions, outdated
from hereabouts_platform.planning.plan import Made, plan_day
from hereabouts_platform.planning.progress import Report, begun, next_of, progress_of
from hereabouts_platform.planning.replan import replan
from hereabouts_platform.planning.roads import roads_of
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_platform.rounds.asked_too_late import asked_too_late
from hereabouts_platform.rounds.remaking import Remade
from hereabouts_platform.store.plans import Kept
from hereabouts_schemas.trouble import TroubleKind
from hereabouts_schemas.work import Load, Reason, ReasonKind, RoundPlan, Stop, StopKind, Visit

MADE = Made(at=SIX - timedelta(hours=1), roads="great_circle", attribution="")
MINUTE = timedelta(minutes=1)


@cache
def morning() -> tuple[RoundPlan, dict[str, Matrix]]:
    """Two lorries with 20 bins, tips and rests in between; what fits in a lorry is seven bins."""
    visits = [visit(n, service_s=480, load=Load(stream="litter", litres=140, kg=6)) for n in range(20)]
    work = day(*visits, vehicles=tuple(vehicle(n, shift=hours(0, 4)) for n in range(2)))
    roads = matrices(work)
    return plan_day(work, roads, Effort(iterations=400), MADE), roads


def stops_of(plan: RoundPlan, number: int = 0) -> list[Stop]:
    return [stop for stop in plan.rounds[number].stops if stop.kind is StopKind.VISIT]


def report(stop: Stop, late: timedelta = timedelta(), **given: object) -> Report:
    return Report(**({"visit": stop.visit, "at": stop.leaves_at + late} | given))  # type: ignore[arg-type]


def again(reports: list[Report], now: datetime, *out: str) -> RoundPlan:
    """Planned again from these reports; it holds, whatever came in."""
    plan, roads = morning()
    progress = progress_of(plan, reports, roads_of(plan.work, roads), now, out)
    new = replan(plan, plan.work, progress, roads, Effort(iterations=400), made=replace(MADE, at=now))
    assert [one.says for one in check(new, roads)] == []
    return new


def ids(stops: list[Stop]) -> list[str]:
    return [stop.visit for stop in stops if stop.visit]


def test_what_is_reported_is_done_with_the_tips_before_it_and_the_next_two_stay() -> None:
    plan, _ = morning()
    busy = max(range(len(plan.rounds)), key=lambda number: len(stops_of(plan, number)))
    mine, stops = stops_of(plan, busy), plan.rounds[busy].stops
    tip = next(n for n, stop in enumerate(stops) if stop.kind is StopKind.TIP)
    many = sum(stop.kind is StopKind.VISIT for stop in stops[:tip]) + 1
    reports = [report(stop) for stop in reversed(mine[:many])]
    reports[0] = replace(reports[0], took=False)
    now = mine[many - 1].leaves_at
    new = again(reports, now)
    done = [stop for stop in new.rounds[busy].stops if stop.done]
    assert ids(done)[:many] == ids(mine[:many])
    assert [stop.kind for stop in done].count(StopKind.TIP) == 1
    assert done[-1].carried == (), "the tip emptied it, and of what was blocked nothing was taken"
    assert ids(stops_of(new, busy))[many : many + 2] == ids(mine[many : many + 2])
    assert next_of(plan, reports, {plan.rounds[busy].vehicle}) == set(ids(mine[many : many + 2]))


def test_reports_out_of_order_with_gaps_and_of_another_crew() -> None:
    plan, _ = morning()
    mine, others = stops_of(plan), stops_of(plan, 1)
    first, second = plan.rounds[0].vehicle, plan.rounds[1].vehicle
    reports = [report(mine[0]), report(mine[3], -2 * MINUTE), report(mine[1], 9 * MINUTE)]
    reports += [report(others[0]), report(others[5], vehicle=first)]
    new = again(reports, mine[3].leaves_at + 20 * MINUTE)
    rounds = {one.vehicle: [stop for stop in one.stops if stop.done and stop.visit] for one in new.rounds}
    assert others[5].visit in ids(rounds[first])
    assert others[5].visit not in ids(rounds[second])
    times = [stop.leaves_at for stop in rounds[first]]
    assert times == sorted(times)
    assert sorted(ids(stops_of(new)) + ids(stops_of(new, 1))) == sorted(ids(mine) + ids(others)), "each once"


def test_a_vehicle_out_of_service_keeps_what_it_did_and_others_take_the_rest() -> None:
    plan, _ = morning()
    mine = stops_of(plan)
    lost = plan.rounds[0].vehicle
    new = again([report(stop) for stop in mine[:3]], mine[2].leaves_at, lost)
    stands = {one.vehicle: one.stops for one in new.rounds}
    assert ids(list(stands[lost])) == ids(mine[:3])
    assert all(stop.done for stop in stands[lost])
    assert [one.visit for one in new.left if not one.unmet] == []
    early = again([], SIX - MINUTE, lost)
    assert lost not in {one.vehicle for one in early.rounds}, "it had not begun"


def test_a_silent_crew_is_taken_to_be_through_with_its_next_stop_and_no_further() -> None:
    plan, roads = morning()
    mine, now = stops_of(plan), SIX + timedelta(hours=2)
    assert begun(plan, [], now) == {one.vehicle for one in plan.rounds}
    found = progress_of(plan, [report(mine[0])], roads_of(plan.work, roads), now)
    takes = timedelta(seconds=mine[1].drive_s + 480)
    assert found[0].done[-1].leaves_at == now - takes
    assert [stop.kind for stop in found[1].done] == [StopKind.START]
    over = progress_of(plan, [], roads_of(plan.work, roads), SIX + timedelta(hours=9))
    assert {one.done[-1].kind for one in over} == {StopKind.END}


def why(plan: RoundPlan, **given: object) -> list[Occasion]:
    facts = {
        "reports": [],
        "wanted": plan.work.visits,
        "waiting": (),
        "out": {},
        "begun": {one.vehicle for one in plan.rounds},
    } | given
    return list(occasions(plan, Present(**facts)))  # type: ignore[arg-type]


def test_the_reasons_to_plan_again() -> None:
    plan, _ = morning()
    name = plan.rounds[0].vehicle
    assert why(plan) == []
    fresh = visit(77, name="Fair", reason=Reason(kind=ReasonKind.REPORT, says="It overflows."))
    (must,) = why(plan, wanted=(*plan.work.visits, fresh, visit(78, must=False)))
    assert (must.kind, must.about) == (OccasionKind.MUST, "v77")
    assert must.says == "Fair has to be done today, and is on no round: It overflows."
    assert why(plan, wanted=(fresh,), reports=[Report(visit="v77", at=SIX)]) == [], "somebody was there"
    (out,) = why(plan, out={name: "since 07:20: Gearbox."})
    assert (out.kind, out.about) == (OccasionKind.OUT, name)
    assert "is out of service since 07:20: Gearbox." in out.says
    mine = stops_of(plan)
    (late,) = why(plan, reports=[report(mine[0], 5 * timedelta(hours=1))])
    assert (late.kind, late.about) == (OccasionKind.LATE, name)
    assert "300 minutes behind by its last report" in late.says
    assert "and has to be home by 10:00" in late.says
    assert why(plan, reports=[report(mine[0], 5 * MINUTE)]) == []


def test_a_bin_that_lost_its_worth_is_a_reason_and_a_must_never_is() -> None:
    plan, _ = morning()
    keys = ids(stops_of(plan))

    def emptier(key: str) -> Visit:
        before = next(one for one in plan.work.visits if one.id == key)
        return replace(before, must=False, load=Load(stream="litter", litres=9, kg=1))

    may = tuple(replace(one, must=False, prize_p=50) for one in plan.work.visits)
    could = replace(plan, work=replace(plan.work, visits=may))
    found = why(could, wanted=(), waiting=[emptier(key) for key in keys])
    assert [(one.kind, one.about) for one in found] == [(OccasionKind.NOT_WORTH, key) for key in keys[2:]]
    assert why(plan, wanted=(), waiting=[emptier(key) for key in keys]) == []
    assert why(could, wanted=(), waiting=may) == [], "as much in it as was expected"


def test_a_draft_is_outdated_by_what_was_done_and_by_what_is_out() -> None:
    plan, _ = morning()
    mine = stops_of(plan)
    lost, other = plan.rounds[0].vehicle, plan.rounds[1].vehicle
    draft = again([report(mine[0])], mine[0].leaves_at, lost)
    done = {mine[0].visit or ""}
    assert outdated(draft, plan, done, [lost]) is None
    since = {*done, mine[1].visit or ""}
    assert "was reported on since, and the draft moves it" in str(outdated(draft, plan, since, [lost]))
    assert "has stops for it" in str(outdated(draft, plan, done, [lost, other]))


def test_the_command_says_why_and_what_changes() -> None:
    old, new = made_plan(date(2026, 3, 3), on_van="b3"), made_plan(date(2026, 3, 3), on_van="b2")
    new = replace(new, rounds=(replace(new.rounds[0], stops=new.rounds[0].stops[:2]), new.rounds[1]), left=())
    kept = Kept(id=7, day=new.work.day, depot="yard", version=2, state="draft")
    reason = Occasion(kind=OccasionKind.OUT, about="v1", says="RCV 1 is out.")
    made = Remade(kept=kept, plan=new, stood=old, occasions=(reason,), changes=difference(old, new))
    lines = say(told(made)).splitlines()
    assert lines[:2] == ["Plan 7, version 2, draft. Publish it on /rounds.", "Why: RCV 1 is out."]
    assert any(line.endswith("minutes on the road.") and line.startswith("-") for line in lines)
    assert any("from RCV 1 to Van" in line for line in lines)
    assert say(told(None)) == NOTHING


def test_what_a_dispatcher_fixes_is_a_reason_until_the_crew_is_on_its_way() -> None:
    plan, _ = morning()
    first, other = plan.rounds[0].vehicle, plan.rounds[1].vehicle
    mine = [stop.visit or "" for stop in stops_of(plan)]
    by_id = {one.id: one for one in plan.work.visits}

    def fixed(number: int, *, locked_to: str | None = None, after: str | None = None) -> list[Occasion]:
        return why(plan, wanted=[replace(by_id[mine[number]], locked_to=locked_to, after=after)])

    assert fixed(5, locked_to=first) == fixed(5, after=mine[4]) == []
    (kept,) = fixed(5, locked_to=other)
    assert (kept.kind, kept.about) == (OccasionKind.FIXED, mine[5])
    assert "and is kept for Lorry " in kept.says
    (order,) = fixed(5, after=mine[3])
    assert "is to come right after" in order.says
    assert fixed(0, locked_to=other) == fixed(1, after=mine[5]) == [], "the crew is on its way"
    assert fixed(5, after=mine[0]) == [], "that one is as good as done"
    assert fixed(5, after="elsewhere") == []
    early = why(plan, wanted=[replace(by_id[mine[0]], locked_to=other)], begun=())
    assert [one.about for one in early] == [mine[0]], "its crew has not left"


def test_what_was_fixed_too_late_is_told_of_what_is_not_done_yet() -> None:
    plan, _ = morning()
    first, other = plan.rounds[0].vehicle, plan.rounds[1].vehicle
    mine = [stop.visit or "" for stop in stops_of(plan)]
    by_id = {one.id: one for one in plan.work.visits}
    wanted = [
        replace(by_id[mine[0]], locked_to=first),
        replace(by_id[mine[1]], locked_to=other),
        replace(by_id[mine[2]], after=mine[1]),
        replace(by_id[mine[3]], after=mine[0]),
        replace(by_id[mine[4]], after="gone"),
        replace(by_id[mine[5]], locked_to=other),
        visit(79, locked_to=first),
    ]
    found = list(asked_too_late(wanted, {mine[5]}, plan))
    assert {one.kind for one in found} == {TroubleKind.NOT_AS_FIXED}
    names = [by_id[key].name for key in mine]
    lorries = {one.id: one.name for one in plan.work.vehicles}
    assert [one.says for one in found] == [
        f"{names[1]} is kept for {lorries[other]}, and {lorries[first]} goes there.",
        f"{names[3]} is to come right after {names[0]}, and does not.",
        f"{names[4]} is to come right after gone, and does not.",
    ]
