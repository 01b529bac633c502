"""What people ask of a day that went past it: no draft in mid-shift can give it, so it is told."""

from collections.abc import Iterator, Sequence, Set

from hereabouts_platform.planning.tasks import turns_of
from hereabouts_schemas.trouble import Trouble, TroubleKind
from hereabouts_schemas.work import ReasonKind, RoundPlan, Visit


def asked_too_late(wanted: Sequence[Visit], reported: Set[str], plan: RoundPlan) -> Iterator[Trouble]:
    """What a plan made in mid-shift cannot give.

    Args:
        wanted: what is to be done today as things stand now, with what dispatchers fixed of it.
        reported: visits that crews have reported on.
    """
    yield from _still_asked(wanted, reported)
    yield from _not_as_fixed(wanted, reported, plan)


def _still_asked(wanted: Sequence[Visit], reported: Set[str]) -> Iterator[Trouble]:
    """Bins of which somebody asks again: a visit is one a day, so they wait for their next turn."""
    for one in wanted:
        if one.id in reported and one.must and one.reason.kind in (ReasonKind.REPORT, ReasonKind.MANUAL):
            says = f"{one.name} was reported on today and is still asked for: {one.reason.says}"
            yield Trouble(kind=TroubleKind.STILL_ASKED, about=one.place, says=says)


def _not_as_fixed(wanted: Sequence[Visit], reported: Set[str], plan: RoundPlan) -> Iterator[Trouble]:
    """Bins that the plan does not do as a dispatcher fixed it: crews are past that, or on their way."""
    names = {one.id: one.name for one in plan.work.vehicles} | {one.id: one.name for one in plan.work.visits}
    turns = turns_of(plan.rounds)
    for one in wanted:
        if one.id in reported or one.id not in turns:
            continue
        vehicle, was = turns[one.id]
        if one.locked_to not in (None, vehicle):
            says = f"{one.name} is kept for {names.get(one.locked_to, one.locked_to)}, and {names[vehicle]} goes there."
            yield Trouble(kind=TroubleKind.NOT_AS_FIXED, about=one.place, says=says)
        if one.after not in (None, was):
            says = f"{one.name} is to come right after {names.get(one.after, one.after)}, and does not."
            yield Trouble(kind=TroubleKind.NOT_AS_FIXED, about=one.place, says=says)
