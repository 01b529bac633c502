"""Tasks: visits that are one piece for the planner, because a person fixed that one follows right after another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

from hereabouts_platform.planning.roads import ANY_TIME, Clock, Roads, Span
from hereabouts_schemas.work import Round, Stop, StopKind, Visit

MOST_WINDOWS = 16  # combinations of windows that are tried for a fixed order


@dataclass(frozen=True, slots=True)
class Begin:
    """When a task may begin, and how long its work takes then, waiting between its visits included."""

    early: int
    late: int
    service_s: int


@dataclass(frozen=True, slots=True)
class Task:
    """Visits done one right after the other by one vehicle.

    Attributes:
        begins: spans in which its first visit may begin; empty where the windows leave none.
    """

    visits: tuple[Visit, ...]
    begins: tuple[Begin, ...]

    @property
    def must(self) -> bool:
        """Whether any of its visits has to be done."""
        return any(one.must for one in self.visits)

    @property
    def prize_p(self) -> int:
        """What leaving it costs."""
        return sum(one.prize_p for one in self.visits)

    @property
    def first(self) -> str:
        """The place where it begins."""
        return self.visits[0].place

    @property
    def last(self) -> str:
        """The place where it ends."""
        return self.visits[-1].place


@dataclass(frozen=True, slots=True)
class Chains:
    """Visits in their fixed orders, and those whose order cannot be had, with the reason."""

    chains: tuple[tuple[Visit, ...], ...]
    refused: Mapping[str, str]


def chains(visits: Sequence[Visit]) -> Chains:
    """Put visits together that have to follow each other.

    Args:
        visits: to be done, each once.
    """
    by_id = {one.id: one for one in visits}
    follower: dict[str, Visit] = {}
    refused: dict[str, str] = {}
    heads: list[Visit] = []
    for one in visits:
        if one.after is None:
            heads.append(one)
        elif one.after not in by_id:
            refused[one.id] = f"It has to come right after {one.after}, which is not part of the day's work."
        elif one.after in follower:
            refused[one.id] = f"It and {follower[one.after].name} both have to come right after the same visit."
        else:
            follower[one.after] = one
    found = [_chain(head, follower) for head in heads]
    reached = {one.id for chain in found for one in chain}
    for one in visits:
        if one.id not in reached:
            refused.setdefault(one.id, "Its fixed order leads to no visit that can come first.")
    return Chains(tuple(found), refused)


def _chain(head: Visit, follower: Mapping[str, Visit]) -> tuple[Visit, ...]:
    chain = [head]
    while chain[-1].id in follower:
        chain.append(follower[chain[-1].id])
    return tuple(chain)


def right_before(stops: Iterable[Stop]) -> dict[str, str | None]:
    """Visit -> the visit that it comes right after on a round, rests aside; None behind the yard or a tip."""
    places = [stop.visit for stop in stops if stop.kind is not StopKind.BREAK]
    return {now: was for was, now in pairwise(places) if now is not None}


def turns_of(rounds: Iterable[Round]) -> dict[str, tuple[str, str | None]]:
    """Visit -> the vehicle that it is on, and the visit that it comes right after."""
    return {now: (one.vehicle, was) for one in rounds for now, was in right_before(one.stops).items()}


def task_of(visits: tuple[Visit, ...], clock: Clock, roads: Iterable[Roads]) -> Task:
    """The task that a chain is, its windows brought back to its first visit's."""
    spans = [clock.spans(one.windows) for one in visits]
    if len(visits) == 1:
        return Task(visits, tuple(Begin(*span, visits[0].service_s) for span in spans[0]))
    drives = [[leg.seconds for road in roads if (leg := road.leg(a.place, b.place))] for a, b in pairwise(visits)]
    if not all(drives):
        return Task(visits, (Begin(*ANY_TIME, sum(one.service_s for one in visits)),))
    services = [one.service_s for one in visits]
    return Task(visits, tuple(begins(services, spans, drives)))


def begins(services: Sequence[int], spans: Sequence[Sequence[Span]], drives: Sequence[Sequence[int]]) -> list[Begin]:
    """When the first of several things done one after the other may begin, so that each begins in a span of its own.

    Args:
        services: how long each takes.
        spans: of each, when it may begin.
        drives: between each and the next, in seconds, by every class that may do it.
    """
    found = (_begin(services, one, drives) for one in islice(product(*spans), MOST_WINDOWS))
    return [one for one in found if one is not None]


def _begin(services: Sequence[int], spans: Sequence[Span], drives: Sequence[Sequence[int]]) -> Begin | None:
    """Of one span each; with waiting in between only where there is no other way."""
    early, late = spans[0]
    soonest = latest = whole = services[0]
    for service, span, drive in zip(services[1:], spans[1:], drives, strict=True):
        soonest, latest = soonest + min(drive), latest + max(drive)
        wait = span[0] - soonest - late
        if wait > 0:
            early, soonest, latest, whole = late, soonest + wait, latest + wait, whole + wait
        early, late = max(early, span[0] - soonest), min(late, span[1] - latest)
        if early > late:
            return None
        soonest, latest, whole = soonest + service, latest + service, whole + service
    return Begin(early, late, whole)
