"""The page of a version of a day's plan: what it changes of the one before, as a dispatcher wants to see it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.round_words import ROADS, say_km
from hereabouts_api.pages.rounds_day import Asked
from hereabouts_api.pages.templates import render
from hereabouts_platform.planning.difference import Difference, difference
from hereabouts_platform.store.plans import read_plan
from hereabouts_platform.store.round_pages import Row, day_of_plan
from hereabouts_platform.store.rounds import list_plans, published_json, reported_on
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound
from hereabouts_schemas.work import RoundPlan

router = APIRouter(include_in_schema=False)

MOST_VERSIONS = 500  # of a day
LINES_SHOWN = 200  # of each kind of change


@router.get("/rounds/versions/{plan}", response_class=HTMLResponse)
def version_page(
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)], plan: Annotated[int, Path(ge=1, lt=2**63)]
) -> str:
    """A version, and what moved from whom to whom against the one that stood before it.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    found = day_of_plan(caller.connection, plan)
    if found is None:
        raise NotFound(f"There is no plan {plan}.")
    day, depot = found
    versions = list_plans(caller.connection, day, depot, behind=None, most=MOST_VERSIONS)
    this = next(one for one in versions if one["id"] == plan)
    before = _before(this, versions)
    return render(
        "round_version.html",
        signed_in=caller.principal,
        plan=this,
        before=before,
        roads=ROADS.get(this["roads"], this["roads"]),
        back=Asked(day=day, depot=depot).query(),
        **_changes(caller, this, before),
    )


def _before(this: Row, versions: Sequence[Row]) -> Row | None:
    """The version that stood before: of a draft, the one that stands now."""
    stood = [one for one in versions if one["version"] < this["version"] and one["published_at"] is not None]
    return max(stood, key=lambda one: int(one["version"]), default=None)


def _changes(caller: Caller, this: Row, before: Row | None) -> dict[str, Any]:
    nothing: dict[str, Any] = {"shown": False, "moved": [], "added": [], "dropped": [], "more": 0, "sums": []}
    plans = [_whole(caller, one) for one in (before, this) if one is not None]
    old, new = plans if len(plans) == 2 else (None, None)
    if old is None or new is None:
        return nothing
    changed = difference(old, new)
    names = {visit.id: visit.name for one in (old, new) for visit in one.work.visits}
    vehicles = {vehicle.id: vehicle.name for one in (old, new) for vehicle in one.work.vehicles}
    why = {left.visit: left.says for left in new.left}
    _saw(caller, this, changed)
    return {
        "shown": True,
        "moved": [(names[one.visit], vehicles[one.was], vehicles[one.now]) for one in changed.moved[:LINES_SHOWN]],
        "added": [(names[visit], vehicles[by]) for visit, by in changed.added[:LINES_SHOWN]],
        "dropped": [(names[visit], vehicles[by], why.get(visit, "")) for visit, by in changed.dropped[:LINES_SHOWN]],
        "more": sum(max(0, len(one) - LINES_SHOWN) for one in (changed.moved, changed.added, changed.dropped)),
        "sums": _sums(changed),
    }


def _whole(caller: Caller, plan: Row) -> RoundPlan | None:
    published = published_json(caller.connection, plan["id"])
    return None if published is None else read_plan(published)


def _saw(caller: Caller, this: Mapping[str, Any], changed: Difference) -> None:
    keys = [*(one.visit for one in changed.moved), *(visit for visit, _ in (*changed.added, *changed.dropped))]
    homes = (row["home"] for row in reported_on(caller.connection, this["day"], keys).values())
    caller.saw(Resource.ROUNDS, "version", homes)


def _sums(changed: Difference) -> list[str]:
    """How much more or less is driven, and how much longer or shorter crews are out."""
    km, minutes = changed.metres, changed.minutes
    driven = f"{say_km(abs(km))} {'more' if km > 0 else 'less'} driven" if km else "As many kilometres"
    out = (
        f"{abs(minutes)} minutes {'more' if minutes > 0 else 'less'} on the road" if minutes else "as long on the road"
    )
    return [driven, out]
