"""What people tell of a home, written down on its page: it opens a case, or goes into the open one."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.case_form_body import Answers, answers
from hereabouts_api.pages.case_offer import NotRecorded, answered, carry_out
from hereabouts_api.pages.home_view import REPORT
from hereabouts_api.pages.place import draw_place
from hereabouts_api.parameters import Text, utc_now
from hereabouts_platform.store.case_events import Clerk, Happened, Recorded, RequestKey
from hereabouts_platform.store.cases import open_report
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)


@router.post("/homes/report")
def report(
    caller: Annotated[Caller, needs(Action.WRITE, Resource.CASES)],
    given: Annotated[Answers, answers()],
    place: Annotated[Text, Query()],
) -> Response:
    """Write a report down, or show the home's page again with what is wrong beside each field."""
    now = utc_now()
    key = RequestKey(key=given.key, asked={"report": place, "fields": dict(given.fields)})

    def tell(happened: Happened) -> Recorded:
        detail = {name: value for name, value in happened.detail.items() if name != "hazard"}
        told = Happened(kind=happened.kind, at=happened.at, detail=detail)
        clerk = Clerk.at(caller.connection, caller.principal, now)
        return open_report(clerk, place, str(happened.detail["hazard"]), told, key)

    done = carry_out(REPORT, answered(REPORT, {}, given.fields, now), given.fields, tell)
    if isinstance(done, NotRecorded):
        return HTMLResponse(draw_place(caller, place, failed=done.shown), done.status)
    return RedirectResponse(f"/cases/{done.case}?done={done.event}", 303)
