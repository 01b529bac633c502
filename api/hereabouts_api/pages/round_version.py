"""The page of a version of a day's plan: what it changes of the one before, as a dispatcher wants to see it."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.round_changes import decides, say_changes
from hereabouts_api.pages.round_troubles import say_troubles
from hereabouts_api.pages.round_words import say_roads
from hereabouts_api.pages.rounds_day import Asked
from hereabouts_api.pages.templates import render
from hereabouts_api.plan_changes import changes_of
from hereabouts_api.routes.fleet import PlanId
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)


@router.get("/rounds/versions/{plan}", response_class=HTMLResponse)
def version_page(caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)], plan: PlanId) -> str:
    """A version, and what moved from whom to whom against the one that stood before it.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    found = changes_of(caller, plan)
    this = found.this
    return render(
        "round_version.html",
        signed_in=caller.principal,
        plan=this,
        before=found.old,
        roads=say_roads(this["roads"]),
        troubles=say_troubles(caller, this),
        back=Asked(day=this["day"], depot=this["depot"]).query(),
        decides=decides(caller, this),
        key=uuid4().hex,
        changes=say_changes(found),
    )
