"""Bodies of vehicles: which stream of waste goes into which part, and how much of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hereabouts_schemas.work import Compartment, DayWork, Load, Vehicle


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a body as it is used on this day: for these streams, so much of them together."""

    streams: frozenset[str]
    litres: int
    kg: int


Body = tuple[Part, ...]


def bodies(work: DayWork, carries: Mapping[str, Sequence[Load]]) -> dict[str, Body]:
    """How each vehicle's body is used, by vehicle.

    A stream goes into the first compartment that names it; compartments that name the same streams count as one. A
    compartment for any stream, but one at a time, keeps to one stream all day: the one that is in it, else the stream
    of which the day has most that no body takes yet.

    Args:
        work: the day's.
        carries: what is in each vehicle when its plan begins, by vehicle.
    """
    wanted = Counter(dict.fromkeys(_streams(work), 0))
    for visit in work.visits:
        if visit.load:
            wanted[visit.load.stream] += max(visit.load.litres, 1)
    named = {one.id: _named(one) for one in work.vehicles}
    for parts in named.values():
        _take(wanted, parts)
    return {one.id: _whole(one, named[one.id], carries.get(one.id, ()), wanted) for one in work.vehicles}


def part_of(body: Body, stream: str) -> Part | None:
    """The part that takes a stream."""
    return next((part for part in body if stream in part.streams), None)


def _streams(work: DayWork) -> set[str]:
    return {visit.load.stream for visit in work.visits if visit.load}


def _named(vehicle: Vehicle) -> list[Part]:
    parts: dict[frozenset[str], Part] = {}
    for one in vehicle.compartments:
        streams = frozenset(one.streams)
        if streams and streams in parts:
            part = parts[streams]
            parts[streams] = Part(streams, part.litres + one.litres, part.kg + one.kg)
        elif streams:
            taken = frozenset().union(*parts)
            if streams - taken:
                parts[streams] = Part(streams, one.litres, one.kg)
    return _disjoint(list(parts.values()))


def _disjoint(parts: list[Part]) -> list[Part]:
    """Each stream in the first part that names it."""
    found: list[Part] = []
    for part in parts:
        free = part.streams.difference(*(one.streams for one in found)) if found else part.streams
        found.append(Part(free, part.litres, part.kg))
    return found


def _whole(vehicle: Vehicle, parts: list[Part], carries: Sequence[Load], wanted: Counter[str]) -> Body:
    """The named parts, and each open compartment with the stream chosen for it."""
    body = list(parts)
    for one in vehicle.compartments:
        if one.streams:
            continue
        stream = _choice(body, carries, wanted)
        if stream is not None:
            body.append(_open(one, stream))
            _take(wanted, body[-1:])
    return tuple(body)


def _open(compartment: Compartment, stream: str) -> Part:
    return Part(frozenset({stream}), compartment.litres, compartment.kg)


def _choice(body: list[Part], carries: Sequence[Load], wanted: Counter[str]) -> str | None:
    inside = [one.stream for one in carries if (one.litres or one.kg) and part_of(tuple(body), one.stream) is None]
    if inside:
        return inside[0]
    free = [stream for stream in sorted(wanted) if part_of(tuple(body), stream) is None]
    return max(free, key=lambda stream: wanted[stream], default=None)


def _take(wanted: Counter[str], parts: Sequence[Part]) -> None:
    """What is wanted less what these parts hold twice, as a body is filled about twice a day."""
    for part in parts:
        for stream in part.streams & set(wanted):
            wanted[stream] -= 2 * part.litres // len(part.streams)
