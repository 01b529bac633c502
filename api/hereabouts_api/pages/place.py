"""The page of one place: what is open, the last fortnight, what stands there and how it is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.models import DeploymentItem, PlaceView
from hereabouts_api.pages.case_offer import Offered
from hereabouts_api.pages.history import histories
from hereabouts_api.pages.home_view import home_view
from hereabouts_api.pages.place_bins import bins_here
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import (
    AREA_KINDS,
    HEALTH,
    KINDS,
    LEVELS,
    NAMED_BY,
    counted,
    dataset_value,
    evidence_of,
    hazard_of,
    quantity_of,
)
from hereabouts_api.parameters import PlaceId, utc_now
from hereabouts_api.views import view_place
from hereabouts_platform.access.policy import may
from hereabouts_platform.rules.health import Health
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.place import PlaceKind

router = APIRouter(include_in_schema=False)


@router.get("/places/{id:path}", response_class=HTMLResponse)
def place_page(
    id: PlaceId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)],
) -> str:
    """Everything about one place, in ten queries; a bin's forecast in one more, a home's levels and cases in a few."""
    return draw_place(caller, id, failed=None)


def draw_place(caller: Caller, place_id: str, *, failed: Offered | None) -> str:
    """The page of a place; `failed` is a report that could not be recorded."""
    now = utc_now()
    view = view_place(caller, place_id, now)
    names = {view.id: view.name, **{child.id: child.name for child in view.children}}
    return render(
        "place.html",
        signed_in=caller.principal,
        view=view,
        heading=f"{view.name}, {view.parent.name}" if view.kind == "room" and view.parent else view.name,
        names=names,
        standing=_standing(view, now),
        now=now,
        is_present=is_present,
        of_home=home_view(caller, view.id, now, failed=failed) if _is_home(caller, view) else None,
        bins=bins_here(caller, view, now),
        histories=histories(caller.connection, place_id, now),
        kinds=KINDS,
        area_kinds=AREA_KINDS,
        licences=list(dict.fromkeys(area.licence for area in view.areas if area.licence)),
        levels=LEVELS,
        health_words=HEALTH,
        hazard_of=hazard_of,
        evidence_of=evidence_of,
        quantity_of=quantity_of,
        dataset_value=dataset_value,
        named_by=NAMED_BY,
    )


def _is_home(caller: Caller, view: PlaceView) -> bool:
    return view.kind == PlaceKind.HOME and may(caller.principal, Action.READ, Resource.CASES)


def is_present(deployment: DeploymentItem, now: datetime) -> bool:
    """Whether the device is there at `now`: one with a planned end still is, one that starts later is not yet."""
    return deployment.from_ <= now and (deployment.to is None or now < deployment.to)


def _standing(view: PlaceView, now: datetime) -> str:
    """How far the page can be trusted: silence is never green."""
    present = [one.health for one in view.deployments if is_present(one, now)]
    waiting = present.count(Health.WAITING)
    silent = present.count(Health.SILENT) + waiting
    nothing_open = "" if view.alerts else "No alert is open here. "
    if not present:
        return f"{nothing_open}No device is here now, so nothing new can be said."
    if waiting == len(present):
        return f"{nothing_open}No device here has been heard yet, so nothing can be said."
    if silent == len(present):
        return f"{nothing_open}Every device here is silent, so nothing new can be said until one is heard again."
    if silent:
        return f"{nothing_open}{counted(silent, 'device', 'devices')} of {len(present)} here cannot be heard."
    return f"{nothing_open}Every device here is being heard."
