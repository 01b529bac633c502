"""Buttons of planning again: publish or discard a draft, a vehicle out of service or back, a crew takes a change."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.case_form_body import Answers, answers
from hereabouts_api.pages.rounds import rounds_html
from hereabouts_api.pages.rounds_day import Asked
from hereabouts_api.parameters import utc_now
from hereabouts_api.plan_changes import plan_row
from hereabouts_api.routes.fleet import PlanId
from hereabouts_api.routes.replans import VehicleId
from hereabouts_api.routes.rounds import RoundId
from hereabouts_platform.rounds.publishing import publish_draft
from hereabouts_platform.store.outages import bring_back, take_out
from hereabouts_platform.store.replans import accept, discard
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotNow

router = APIRouter(include_in_schema=False)

Sends = Annotated[Caller, needs(Action.ADMINISTER, Resource.ROUNDS)]
Works = Annotated[Caller, needs(Action.WRITE, Resource.ROUNDS)]
Given = Annotated[Answers, answers()]


@router.post("/rounds/versions/{plan}/publish")
def publish_page(caller: Sends, plan: PlanId, _: Given) -> Response:
    """Publish a draft, or say why not any more."""
    row = plan_row(caller, plan)
    here, now = Asked(day=row["day"], depot=row["depot"]), utc_now()
    try:
        publish_draft(caller.connection, caller.principal, plan, now)
    except NotNow as error:
        return HTMLResponse(rounds_html(caller, here, now, None, refused=str(error)), 409)
    return RedirectResponse(f"/rounds?{here.query(told='published')}", 303)


@router.post("/rounds/versions/{plan}/discard")
def discard_page(caller: Sends, plan: PlanId, _: Given) -> Response:
    """Discard a draft."""
    row = plan_row(caller, plan)
    here = Asked(day=row["day"], depot=row["depot"])
    try:
        discard(caller.connection, caller.principal, plan)
    except NotNow as error:
        return HTMLResponse(rounds_html(caller, here, utc_now(), None, refused=str(error)), 409)
    return RedirectResponse(f"/rounds?{here.query(told='discarded')}", 303)


@router.post("/rounds/vehicles/{vehicle}/out")
def out_page(caller: Sends, vehicle: VehicleId, given: Given, asked: Annotated[Asked, Query()]) -> Response:
    """A vehicle does nothing more."""
    now = utc_now()
    try:
        take_out(caller.connection, caller.principal, vehicle, given.fields.get("says", "").strip(), now)
    except InputError as error:
        return HTMLResponse(rounds_html(caller, asked, now, None, refused=f"{error.cure}"), 400)
    return RedirectResponse(f"/rounds?{asked.query(told='out')}", 303)


@router.post("/rounds/vehicles/{vehicle}/back")
def back_page(caller: Sends, vehicle: VehicleId, _: Given, asked: Annotated[Asked, Query()]) -> Response:
    """A vehicle is in service again."""
    bring_back(caller.connection, caller.principal, vehicle, utc_now())
    return RedirectResponse(f"/rounds?{asked.query(told='back')}", 303)


@router.post("/rounds/{id}/acceptance")
def accept_page(caller: Works, id: RoundId, _: Given) -> Response:  # noqa: A002
    """The crew has seen what changed, and takes it."""
    accept(caller.connection, caller.principal, id)
    return RedirectResponse(f"/rounds/{id}", 303)
