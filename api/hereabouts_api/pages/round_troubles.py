"""What a person has to look at of a plan, kind by kind, for the dispatcher's pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from hereabouts_api.access import Caller
from hereabouts_api.plan_changes import saw_troubles
from hereabouts_platform.access.policy import may
from hereabouts_platform.store.rounds import Row
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.trouble import WHAT_TO_DO, TroubleKind

TITLES = {
    TroubleKind.STILL_ASKED: "Asked for again",
    TroubleKind.NOT_AS_FIXED: "Not as it was fixed",
    TroubleKind.SHIFT: "Shifts that depots cut",
    TroubleKind.NO_MAP: "No map of roads",
    TroubleKind.UNREACHABLE: "Out of reach",
    TroubleKind.WRONG_SIDE: "Not on the near side",
    TroubleKind.FAR: "Far from any street",
    TroubleKind.UNUSABLE: "Cannot be used",
    TroubleKind.NO_CAPACITY: "Litres not known",
    TroubleKind.CALENDAR: "The calendar names what is not there",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TroubleGroup:
    """What there is of a kind; `cure`: what can be done."""

    title: str
    cure: str
    count: int
    says: Sequence[str]


def say_troubles(caller: Caller, plan: Row | None) -> list[TroubleGroup]:
    """For whoever sends crews; whose homes are in it goes to the audit."""
    if plan is None or not plan["troubles"] or not may(caller.principal, Action.ADMINISTER, Resource.ROUNDS):
        return []
    saw_troubles(caller, [plan])
    return [_group(TroubleKind(kind), list(each)) for kind, each in groupby(plan["troubles"], lambda one: one["kind"])]


def _group(kind: TroubleKind, each: Sequence[Row]) -> TroubleGroup:
    return TroubleGroup(
        title=TITLES[kind],
        cure=WHAT_TO_DO[kind],
        count=sum(one["count"] for one in each),
        says=[one["says"] for one in each],
    )
