"""What a version of a day's plan changes of the one that stood before it, for the API and for the pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hereabouts_api.access import Caller
from hereabouts_api.plan_models import PlanItem
from hereabouts_platform.planning.difference import Difference, difference
from hereabouts_platform.store.plans import read_plan
from hereabouts_platform.store.round_pages import day_of_plan
from hereabouts_platform.store.rounds import Row, list_plans, published_json, reported_on
from hereabouts_schemas.access import Resource
from hereabouts_schemas.errors import NotFound
from hereabouts_schemas.work import RoundPlan

MOST_VERSIONS = 500  # of a day


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """A version and what it changes.

    Attributes:
        this, old: rows of the list of plans; `old` stood before, None: it is the first of its day.
        plans: both plans; None where there is no `old`, or one of the two leads to homes that the caller may not see.
    """

    this: Row
    old: Row | None
    plans: tuple[RoundPlan, RoundPlan] | None
    difference: Difference | None


def plan_row(caller: Caller, plan_id: int) -> Row:
    """A version as lists have it.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    return next(one for one in _versions(caller, plan_id) if one["id"] == plan_id)


def plan_item(caller: Caller, plan_id: int) -> PlanItem:
    """A version as the API tells it.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    row = plan_row(caller, plan_id)
    saw_troubles(caller, [row])
    return PlanItem.model_validate(row)


def saw_troubles(caller: Caller, rows: Iterable[Row]) -> None:
    """Whose homes are among what a person has to look at goes to the audit."""
    caller.saw(Resource.ROUNDS, "to be looked at", (one["home"] for row in rows for one in row["troubles"] or ()))


def _versions(caller: Caller, plan_id: int) -> Sequence[Row]:
    found = day_of_plan(caller.connection, plan_id)
    if found is None:
        raise NotFound(f"There is no plan {plan_id}.")
    day, depot = found
    return list_plans(caller.connection, day, depot, behind=None, most=MOST_VERSIONS)


def changes_of(caller: Caller, plan_id: int) -> Changes:
    """What a version changes of the one that stood before it; whose homes are in that goes to the audit.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    versions = _versions(caller, plan_id)
    this = next(one for one in versions if one["id"] == plan_id)
    old = _before(this, versions)
    texts = [None if one is None else published_json(caller.connection, one["id"]) for one in (old, this)]
    if texts[0] is None or texts[1] is None:
        return Changes(this=this, old=old, plans=None, difference=None)
    plans = read_plan(texts[0]), read_plan(texts[1])
    changed = difference(*plans)
    _saw(caller, this, changed)
    return Changes(this=this, old=old, plans=plans, difference=changed)


def _before(this: Row, versions: Sequence[Row]) -> Row | None:
    """The version that stood before: of a draft, the one that stands now."""
    stood = [one for one in versions if one["version"] < this["version"] and one["published_at"] is not None]
    return max(stood, key=lambda one: int(one["version"]), default=None)


def _saw(caller: Caller, this: Row, changed: Difference) -> None:
    keys = [*(one.visit for one in changed.moved), *(visit for visit, _ in (*changed.added, *changed.dropped))]
    homes = (row["home"] for row in reported_on(caller.connection, this["day"], keys).values())
    caller.saw(Resource.ROUNDS, "version", homes)
