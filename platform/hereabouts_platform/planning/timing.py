"""Times of a round: its stops in order, with waiting, rests and the way home by a tip, on the legs of its matrix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from hereabouts_platform.planning.problem import Do, Problem
from hereabouts_platform.planning.ready import Ready
from hereabouts_platform.planning.roads import ANY_TIME, Clock, Leg, Span
from hereabouts_platform.planning.tippings import Tipping, takes
from hereabouts_schemas.work import Break, Load, Round, Stop, StopKind, Tip, Visit

STILL = Leg(0, 0)


@dataclass(frozen=True, slots=True)
class Item:
    """Something to do at a place: a visit, a tip, a rest or being home."""

    kind: StopKind
    place: str
    service_s: int
    spans: tuple[Span, ...] = (ANY_TIME,)
    visit: Visit | None = None
    tip: Tip | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """An item with its leg and its times, by the day's clock."""

    item: Item
    leg: Leg
    arrives: int
    begins: int
    leaves: int
    late: int  # the last second of the span it begins in


@dataclass(frozen=True, slots=True)
class Run:
    """A round in seconds: when it starts, and all that comes after its start or head."""

    start: int
    timed: tuple[Timed, ...]

    @property
    def ends(self) -> int:
        """When the vehicle is back."""
        return self.timed[-1].arrives


@dataclass(frozen=True, slots=True)
class Late:
    """Why a round cannot be timed, and by how much it is too long where that is known (else 0)."""

    says: str
    by_s: int = 0


def item_of_visit(visit: Visit, clock: Clock) -> Item:
    """A visit as an item."""
    return Item(StopKind.VISIT, visit.place, visit.service_s, clock.spans(visit.windows), visit=visit)


def items_of_tipping(way: Tipping, clock: Clock) -> list[Item]:
    """The tips of a tipping as items."""
    return [Item(StopKind.TIP, one.id, one.turnround_s, clock.spans(one.open), tip=one) for one in way]


def items_of(problem: Problem, order: Iterable[Do], clock: Clock) -> list[Item]:
    """The visits and tips of an order, in turn."""
    found: list[Item] = []
    for do in order:
        if do.tipping:
            found += items_of_tipping(problem.tippings[do.number], clock)
        else:
            found += [item_of_visit(one, clock) for one in problem.tasks[do.number].visits]
    return found


def onward(ready: Ready, items: Sequence[Item], clock: Clock) -> tuple[Stop, ...] | Late:
    """A round under way and what comes next, without an end: for stops that stay as they are."""
    found = _forward(ready, items, ready.from_s)
    return found if isinstance(found, Late) else _stops(ready, Run(ready.from_s, found), clock)


def round_of(ready: Ready, items: Sequence[Item], clock: Clock) -> Round | Late:
    """A round of these items with the tip before home and the rests it needs, as early home as can be."""
    kept = _without_idle_tips(ready, items)
    full = bool(_carried(ready.carried, kept))
    ways = [items_of_tipping(way, clock) for way in ready.tippings] if full else [[]]
    found: list[Run] = []
    why = Late("Its load can be tipped nowhere.")
    for way in ways:
        end = Item(StopKind.END, ready.vehicle.end, 0, ((0, ready.to_s),))
        run = _rested(ready, [*kept, *_needed(way, ready, kept), end])
        if isinstance(run, Run):
            found.append(run)
        else:
            why = run
    return _round(ready, min(found, key=lambda run: run.ends), clock) if found else why


def _without_idle_tips(ready: Ready, items: Sequence[Item]) -> list[Item]:
    """Items without tips that are come to with nothing to leave there."""
    inside = {one.stream for one in ready.carried if one.litres or one.kg}
    kept = []
    for item in items:
        if item.tip is not None:
            left = {stream for stream in inside if takes(item.tip, stream)}
            if not left:
                continue
            inside -= left
        elif item.visit and item.visit.load and (item.visit.load.litres or item.visit.load.kg):
            inside.add(item.visit.load.stream)
        kept.append(item)
    return kept


def _needed(way: Sequence[Item], ready: Ready, before: Sequence[Item]) -> list[Item]:
    """The tips of a way home that the load needs."""
    return _without_idle_tips(ready, [*before, *way])[len(before) :]


def _carried(carried: Sequence[Load], items: Sequence[Item]) -> tuple[Load, ...]:
    for item in items:
        carried = _after(carried, item)
    return tuple(carried)


def _after(carried: Sequence[Load], item: Item) -> tuple[Load, ...]:
    """What is in the vehicle after an item, streams in order."""
    if item.tip is not None:
        return tuple(one for one in carried if not takes(item.tip, one.stream))
    return with_load(carried, item.visit.load if item.visit else None)


def with_load(carried: Sequence[Load], load: Load | None) -> tuple[Load, ...]:
    """What is in a vehicle once it has taken a load, streams in order."""
    if load is None or not (load.litres or load.kg):
        return tuple(carried)
    held = {one.stream: one for one in carried}
    old = held.get(load.stream, Load(stream=load.stream, litres=0, kg=0))
    held[load.stream] = Load(stream=load.stream, litres=old.litres + load.litres, kg=old.kg + load.kg)
    return tuple(held[stream] for stream in sorted(held))


def _rested(ready: Ready, items: list[Item]) -> Run | Late:
    """The run with as few rests as its length needs, each where it costs least time."""
    pending = ready.rules.breaks[ready.rests :]
    why = Late("There is no time for it.")
    for many in range(len(pending) + 1):
        for step in (1,) if many < 2 else (len(items) // 16 + 1, 1):
            choices = combinations(range(0, len(items), step), many)
            runs = [_run(ready, _with_rests(items, pending[:many], places)) for places in choices]
            held = [run for run in runs if isinstance(run, Run) and _enough(ready, run)]
            if held:
                return min(held, key=lambda run: (run.ends, _off_the_middle(run)))
            why = min((run for run in runs if isinstance(run, Late)), key=lambda one: one.by_s, default=why)
    return why


def _with_rests(items: Sequence[Item], rests: Sequence[Break], places: Sequence[int]) -> list[Item]:
    found = list(items)
    for rest, at in reversed(list(zip(rests, places, strict=True))):
        found.insert(at, Item(StopKind.BREAK, "", rest.length_s))
    return found


def _enough(ready: Ready, run: Run) -> bool:
    """Whether the run has the rests that its length needs, each in time."""
    since = run.start - (ready.on_duty_s if ready.head else 0)
    begun = [one.begins - since for one in run.timed if one.item.kind is StopKind.BREAK]
    needed = [one for one in ready.rules.breaks[ready.rests :] if run.ends - since > one.after_s]
    in_time = all(at <= one.after_s for at, one in zip(begun, needed, strict=False))
    return len(begun) == len(needed) and in_time


def _off_the_middle(run: Run) -> int:
    """Rests in the middle of a round do most good: seconds off it."""
    middle = (run.start + run.ends) // 2
    return sum(abs(one.begins - middle) for one in run.timed if one.item.kind is StopKind.BREAK)


def _run(ready: Ready, items: Sequence[Item]) -> Run | Late:
    """Times of items in order: as early as can be, then started as late as costs nothing."""
    first = _forward(ready, items, ready.from_s)
    if isinstance(first, Late):
        return first
    waits, slack = 0, 10**9
    for one in first:
        waits += one.begins - one.arrives
        slack = min(slack, waits + one.late - one.begins)
    later = 0 if ready.head else min(waits, slack)
    timed = _forward(ready, items, ready.from_s + later) if later else first
    if isinstance(timed, Late):
        return timed
    return _limits(ready, Run(ready.from_s + later, timed))


def _forward(ready: Ready, items: Sequence[Item], start: int) -> tuple[Timed, ...] | Late:
    at, place = start, ready.place
    found = []
    for item in items:
        rest = item.kind is StopKind.BREAK
        leg = STILL if rest else ready.roads.leg(place, item.place)
        if leg is None:
            return Late(f"There is no way from {place} to {item.place}.")
        arrives = at + leg.seconds
        span = next((one for one in item.spans if arrives <= one[1]), None)
        if span is None:
            by_s = arrives - max((one[1] for one in item.spans), default=0)
            return Late(f"It would be too late at {item.place}.", by_s)
        place = place if rest else item.place
        begins = max(arrives, span[0])
        at = begins + item.service_s
        found.append(Timed(item, leg, arrives, begins, at, span[1]))
    return tuple(found)


def _limits(ready: Ready, run: Run) -> Run | Late:
    """The run, if its driver may work and drive that long."""
    over = run.ends - run.start - ready.duty_s
    if over > 0:
        return Late("Its driver would be on duty for too long.", over)
    over = sum(one.leg.seconds for one in run.timed) - ready.driving_s
    return Late("Its driver would drive for too long.", over) if over > 0 else run


def _round(ready: Ready, run: Run, clock: Clock) -> Round:
    return Round(vehicle=ready.vehicle.id, stops=_stops(ready, run, clock))


def _stops(ready: Ready, run: Run, clock: Clock) -> tuple[Stop, ...]:
    stops = list(ready.head) or [_start(ready, clock.at(run.start))]
    carried = ready.carried
    for one in run.timed:
        carried = _after(carried, one.item)
        place = stops[-1].place if one.item.kind is StopKind.BREAK else one.item.place
        stops.append(_stop(one, place, carried, clock))
    return tuple(stops)


def _start(ready: Ready, at: datetime) -> Stop:
    return Stop(
        kind=StopKind.START,
        place=ready.place,
        drive_m=0,
        drive_s=0,
        arrives_at=at,
        begins_at=at,
        leaves_at=at,
        carried=ready.carried,
    )


def _stop(one: Timed, place: str, carried: tuple[Load, ...], clock: Clock) -> Stop:
    return Stop(
        kind=one.item.kind,
        place=place,
        visit=one.item.visit.id if one.item.visit else None,
        drive_m=one.leg.metres,
        drive_s=one.leg.seconds,
        arrives_at=clock.at(one.arrives),
        begins_at=clock.at(one.begins),
        leaves_at=clock.at(one.leaves),
        carried=carried,
    )
