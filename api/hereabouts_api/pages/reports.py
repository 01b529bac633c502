"""What people tell of a home, written down on its page: it opens a case, or goes into the open one."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.case_form_body import Answers, answers
from hereabouts_api.pages.case_offer import WHOLE, answered, not_recorded, refused
from hereabouts_api.pages.home_view import REPORT
from hereabouts_api.pages.place import draw_place
from hereabouts_api.parameters import Text, utc_now
from hereabouts_platform.store.case_events import Clerk, Happened, RequestKey
from hereabouts_platform.store.cases import open_report
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotNow

router = APIRouter(include_in_schema=False)


@router.post("/homes/report")
def report(
    caller: Annotated[Caller, needs(Action.WRITE, Resource.CASES)],
    given: Annotated[Answers, answers()],
    place: Annotated[Text, Query()],
) -> Response:
    """Write a report down, or show the home's page again with what is wrong beside each field."""
    now = utc_now()
    read = answered(REPORT, {}, given.fields, now)
    errors, status = read.errors, 400
    if read.happened is not None:
        detail = {name: value for name, value in read.happened.detail.items() if name != "hazard"}
        told = Happened(kind=read.happened.kind, at=read.happened.at, detail=detail)
        key = RequestKey(key=given.key, asked={"report": place, "fields": dict(given.fields)})
        try:
            clerk = Clerk.at(caller.connection, caller.principal, now)
            done = open_report(clerk, place, str(read.happened.detail["hazard"]), told, key)
            return RedirectResponse(f"/cases/{done.case}?done={done.event}", 303)
        except InputError as error:
            errors = refused(REPORT, error)
        except NotNow as error:
            errors, status = {WHOLE: str(error)}, 409
    failed = not_recorded(REPORT, given.fields, errors)
    return HTMLResponse(draw_place(caller, place, failed=failed), status)
