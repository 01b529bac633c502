"""Loads: what is carried is what was picked up and not tipped, it fits, and nothing comes home."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hereabouts_platform.plan_check.facts import Shift
from hereabouts_platform.plan_check.violation import Kind, Violation
from hereabouts_schemas.work import Compartment, Load, Stop, StopKind

Amount = tuple[int, int]  # litres and kilograms
Amounts = dict[str, Amount]  # by stream


def loads(shift: Shift) -> Iterator[Violation]:
    """What is wrong with the loads of a round; of what has happened the last is taken as it is."""
    name = shift.vehicle.id
    inside = amounts(shift.vehicle.carries)
    for n, stop in enumerate(shift.stops):
        told = amounts(stop.carried)
        if len(told) != len(stop.carried):
            yield Violation(Kind.CARRIED, name, n, f"{name} is said to carry a stream twice, or none of it.")
        if stop.done:
            inside = told
            continue
        inside = _after(shift, stop, inside)
        if told != inside:
            yield Violation(Kind.CARRIED, name, n, f"{name} leaves {stop.place} with another load than is said.")
        if not fits(shift.vehicle.compartments, inside):
            yield Violation(Kind.CAPACITY, name, n, f"What {name} has on leaving {stop.place} does not fit its body.")
        if stop.kind is StopKind.END and inside:
            yield Violation(Kind.TIP, name, n, f"{name} comes home with {', '.join(sorted(inside))} in it.")


def amounts(carried: Sequence[Load]) -> Amounts:
    """Loads by stream, without empty ones."""
    return {one.stream: (one.litres, one.kg) for one in carried if one.litres or one.kg}


def _after(shift: Shift, stop: Stop, inside: Amounts) -> Amounts:
    tip, visit = shift.tip(stop), shift.visit(stop)
    if tip is not None:
        return {stream: held for stream, held in inside.items() if tip.streams and stream not in tip.streams}
    if visit is None or visit.load is None or not (visit.load.litres or visit.load.kg):
        return inside
    litres, kg = inside.get(visit.load.stream, (0, 0))
    return inside | {visit.load.stream: (litres + visit.load.litres, kg + visit.load.kg)}


def fits(compartments: Sequence[Compartment], inside: Mapping[str, Amount]) -> bool:
    """Whether loads fit a body: each stream in one compartment that may carry it.

    Compartments that name the very same streams count as one. One that names none holds any stream, but only one.
    """
    named: dict[frozenset[str], Counter[str]] = {}
    open_ones = [(one.litres, one.kg) for one in compartments if not one.streams]
    for one in compartments:
        if one.streams:
            named.setdefault(frozenset(one.streams), Counter()).update(litres=one.litres, kg=one.kg)
    room = {streams: (held["litres"], held["kg"]) for streams, held in named.items()}
    return _placed(list(inside.items()), room, open_ones)


def _placed(left: list[tuple[str, Amount]], room: Mapping[frozenset[str], Amount], open_ones: list[Amount]) -> bool:
    """Try every compartment for the first stream, then the rest."""
    if not left:
        return True
    (stream, (litres, kg)), rest = left[0], left[1:]
    for streams, (most_litres, most_kg) in room.items():
        less = (most_litres - litres, most_kg - kg)
        if stream in streams and min(less) >= 0 and _placed(rest, {**room, streams: less}, open_ones):
            return True
    for n, (most_litres, most_kg) in enumerate(open_ones):
        others = open_ones[:n] + open_ones[n + 1 :]
        if litres <= most_litres and kg <= most_kg and _placed(rest, room, others):
            return True
    return False
