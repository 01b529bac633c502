"""Planning again in mid-shift: what is done and what is next stays, and bins keep their crew unless that costs much."""

import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from hereabouts_platform.planning.bodies import bodies, part_of
from hereabouts_platform.planning.build import Built, Setting
from hereabouts_platform.planning.plan import Made, published, rounds_of
from hereabouts_platform.planning.problem import Do
from hereabouts_platform.planning.ready import Ready, readies
from hereabouts_platform.planning.roads import clock_of, roads_of
from hereabouts_platform.planning.tasks import right_before
from hereabouts_platform.planning.timing import Item, Late, item_of_visit, items_of_tipping, onward, round_of
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.work import DayWork, Load, Round, RoundPlan, Stop, StopKind, Visit

FROZEN = 2  # visits that a crew is on its way to
DISLIKE_M = 12_000  # what giving a bin to another crew counts as, on top of the way there


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a vehicle is.

    Attributes:
        done: its stops so far as they happened, its start first. The last one's `leaves_at` is when it is free to go
            on, its `carried` is what is in it.
        broken_down: it does nothing more today.
    """

    vehicle: str
    done: tuple[Stop, ...]
    broken_down: bool = False

    @property
    def over(self) -> bool:
        """Whether it does nothing more today: broken down, or home."""
        return self.broken_down or (bool(self.done) and self.done[-1].kind is StopKind.END)


def changed(
    work: DayWork, visits: Iterable[Visit], withdrawn: Iterable[str] = (), done: Iterable[Progress] = ()
) -> DayWork:
    """The day's work with visits that are new or changed, and without those withdrawn; what is done stays."""
    happened = {stop.visit for one in done for stop in one.done}
    gone = set(withdrawn) - happened
    by_id = {one.id: one for one in work.visits}
    by_id |= {one.id: one for one in visits if one.id not in happened}
    return replace(work, visits=tuple(one for name, one in by_id.items() if name not in gone))


def replan(
    plan: RoundPlan,
    work: DayWork,
    progress: Sequence[Progress],
    matrices: Mapping[str, Matrix],
    effort: Effort,
    *,
    made: Made,
    dislike_m: int = DISLIKE_M,
) -> RoundPlan:
    """The best plan of what is left of the day, begun from the plan that stands.

    Vehicles without progress have not left their yard.

    Args:
        plan: as published.
        work: as it is now; holds every visit that is done.
        dislike_m: metres that giving a visit to another crew counts as; 0 plans freely. The plan's own are true.

    Raises:
        InputError: a class of vehicles has no matrix.
    """
    started = time.perf_counter()
    out = {one.vehicle: one for one in progress}
    lost = [Round(vehicle=one.vehicle, stops=_happened(one.done)) for one in progress if one.over and one.done]
    ended = {stop.visit for one in lost for stop in one.stops if stop.visit}
    running = replace(
        work,
        vehicles=tuple(one for one in work.vehicles if one.id not in out or not out[one.id].over),
        visits=tuple(one for one in work.visits if one.id not in ended),
    )
    if running.vehicles:
        running, rounds, left = _tails(plan, running, out, matrices, effort, dislike_m=dislike_m)
    else:
        rounds, left = [], {one.id: "There is no vehicle left today." for one in running.visits}
    took = time.perf_counter() - started
    now = {one.id: one for one in running.visits}
    work = replace(work, visits=tuple(now.get(one.id, one) for one in work.visits))
    return published(work, matrices, [*lost, *rounds], left, made=made, seed=effort.seed, solve_s=took)


def _happened(done: Sequence[Stop]) -> tuple[Stop, ...]:
    return tuple(replace(one, done=True) for one in done)


def _tails(
    plan: RoundPlan,
    work: DayWork,
    out: Mapping[str, Progress],
    matrices: Mapping[str, Matrix],
    effort: Effort,
    *,
    dislike_m: int,
) -> tuple[DayWork, list[Round], dict[str, str]]:
    """What is left of the work with the orders that can still be had, rounds, and the reason of each visit left."""
    roads, clock = roads_of(work, matrices), clock_of(work)
    here = {one.id for one in work.vehicles}
    happened = {stop.visit for one in out.values() for stop in one.done if stop.visit}
    rest = {
        one.vehicle: [stop for stop in _rest(one, out.get(one.vehicle)) if stop.visit not in happened]
        for one in plan.rounds
        if one.vehicle in here
    }
    heads = {name: _happened(out[name].done) for name in sorted(here & set(out)) if out[name].done}
    setting = Setting(work=work, roads=roads, clock=clock, heads=heads)
    owners = {stop.visit: name for name, stops in rest.items() for stop in stops if stop.visit}
    setting = replace(setting, heads=_frozen(setting, rest), owners=owners, dislike_m=dislike_m)
    setting = replace(setting, work=_with_orders_to_be_had(work, happened, setting.heads))
    rounds, left = rounds_of(setting, effort, lambda built: _warm(built, rest))
    return setting.work, rounds, left


def _with_orders_to_be_had(work: DayWork, happened: Set[str], heads: Mapping[str, Sequence[Stop]]) -> DayWork:
    """The work without the orders that the day went past: whose first visit is over, or has another behind it."""
    before = {now: was for head in heads.values() for now, was in right_before(head).items()}

    def had(one: Visit) -> bool:
        return before[one.id] == one.after if one.id in before else one.after not in happened | before.keys()

    return replace(work, visits=tuple(one if had(one) else replace(one, after=None) for one in work.visits))


def _rest(one: Round, progress: Progress | None) -> list[Stop]:
    """The planned stops that have not happened, but for start and end: all that comes after the last that has."""
    stops = [stop for stop in one.stops if stop.kind not in {StopKind.START, StopKind.END}]
    if progress is None:
        return stops
    happened = {stop.visit for stop in progress.done if stop.visit}
    last = max((n for n, stop in enumerate(stops) if stop.visit in happened), default=-1)
    tips = sum(stop.kind is not StopKind.VISIT for stop in progress.done[1:])
    planned = sum(stop.kind is not StopKind.VISIT for stop in stops[: last + 1])
    skip = last + 1
    while tips > planned and skip < len(stops) and stops[skip].kind is not StopKind.VISIT:
        planned, skip = planned + 1, skip + 1
    return [stop for n, stop in enumerate(stops) if n >= skip or (stop.visit and stop.visit not in happened)]


def _frozen(setting: Setting, rest: Mapping[str, Sequence[Stop]]) -> dict[str, tuple[Stop, ...]]:
    """Heads of all vehicles on the road: what has happened and the next stops, as far as they can be kept."""
    work = setting.work
    carries = {name: head[-1].carried for name, head in setting.heads.items()}
    body = bodies(work, {one.id: carries.get(one.id, one.carries) for one in work.vehicles})
    found = {}
    for ready in readies(work, setting.roads, body, setting.clock, setting.heads):
        if ready.head:
            found[ready.vehicle.id] = _kept(
                setting, ready, _next(setting, ready.vehicle.id, rest.get(ready.vehicle.id, ()))
            )
    return found


def _next(setting: Setting, vehicle: str, stops: Sequence[Stop]) -> list[Item]:
    """The next visits that are still wanted, and what has to come right after them, with the tips and rests before.

    Up to one that is kept for another vehicle by now.
    """
    visits = {one.id: one for one in setting.work.visits}
    tips = {one.id: one for one in setting.work.tips}
    items: list[Item] = []
    kept = 0
    last: str | None = None
    for stop in stops:
        visit = visits.get(stop.visit or "")
        if kept >= FROZEN and (visit is None or visit.after != last):
            break
        if visit is not None:
            if visit.locked_to not in (None, vehicle):
                break
            items.append(item_of_visit(visit, setting.clock))
            kept, last = kept + 1, visit.id
        elif stop.kind is StopKind.TIP and stop.place in tips:
            items += items_of_tipping((tips[stop.place],), setting.clock)
        elif stop.kind is StopKind.BREAK:
            items.append(Item(StopKind.BREAK, stop.place, int((stop.leaves_at - stop.begins_at).total_seconds())))
    return items if kept else []


def _kept(setting: Setting, ready: Ready, items: list[Item]) -> tuple[Stop, ...]:
    """As many of these stops as can still be reached in time and taken on board by a crew that is home in time."""
    for many in range(len(items), 0, -1):
        found = onward(ready, items[:many], setting.clock)
        if not isinstance(found, tuple) or not _comes_home(setting, ready, found):
            continue
        if all(_fits(ready, stop.carried) for stop in found[len(ready.head) :]):
            return found
    return ready.head


def _comes_home(setting: Setting, ready: Ready, stops: Sequence[Stop]) -> bool:
    """Whether a vehicle can be home in time after these stops, with the tip and the rests that it needs before."""
    name, work = ready.vehicle.id, replace(setting.work, vehicles=(ready.vehicle,))
    [then] = readies(work, setting.roads, {name: ready.body}, setting.clock, {name: stops})
    return not isinstance(round_of(then, [], setting.clock), Late)


def _fits(ready: Ready, carried: Sequence[Load]) -> bool:
    parts = {part_of(ready.body, one.stream) for one in carried}
    if None in parts:
        return False
    return all(
        sum(one.litres for one in carried if one.stream in part.streams) <= part.litres
        and sum(one.kg for one in carried if one.stream in part.streams) <= part.kg
        for part in parts
        if part
    )


def _warm(built: Built, rest: Mapping[str, Sequence[Stop]]) -> dict[str, tuple[Do, ...]]:
    """What is left of the old rounds as orders: tasks by their first visit, tips one after the other as one tipping."""
    problem = built.problem
    tasks = {task.visits[0].id: n for n, task in enumerate(problem.tasks)}
    ways = {tuple(tip.id for tip in way): n for n, way in enumerate(problem.tippings)}
    orders = {}
    for vehicle, stops in rest.items():
        order: list[Do] = []
        tips: tuple[str, ...] = ()
        frozen = {stop.visit for stop in built.readies[vehicle].head if stop.visit}
        for stop in stops:
            if stop.kind is StopKind.TIP:
                tips = (*tips, stop.place)
            elif stop.visit in tasks and stop.visit not in frozen:
                order += [Do(ways[tips], tipping=True)] if tips in ways and order else []
                order.append(Do(tasks[stop.visit]))
                tips = ()
        orders[vehicle] = tuple(order)
    return orders
