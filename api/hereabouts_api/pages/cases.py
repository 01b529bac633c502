"""The page of a case, what is recorded in it by forms, and files attached to it."""

from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.case_form_body import Answers, answers
from hereabouts_api.pages.case_offer import NotRecorded, Offered, answered, carry_out, form_named
from hereabouts_api.pages.case_view import case_view, lists_of
from hereabouts_api.pages.templates import render
from hereabouts_api.parameters import utc_now
from hereabouts_api.routes.cases import CaseId, case_of
from hereabouts_api.sent_file import media_type_of
from hereabouts_platform.files.kinds import ALL_KINDS, MOST_BYTES, TOO_LARGE
from hereabouts_platform.store.case_events import Clerk, Happened, Recorded, RequestKey
from hereabouts_platform.store.case_files import Attachment, attach
from hereabouts_platform.store.case_list import Row, timeline_of
from hereabouts_platform.store.cases import record_event
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotNow

router = APIRouter(include_in_schema=False)

Reads = Annotated[Caller, needs(Action.READ, Resource.CASES)]
Works = Annotated[Caller, needs(Action.WRITE, Resource.CASES)]


@router.get("/cases/{id}", response_class=HTMLResponse)
def case_page(caller: Reads, id: CaseId, done: Annotated[int | None, Query(ge=1, lt=2**63)] = None) -> str:  # noqa: A002
    """Everything about one case, and what can be done in it now."""
    return _page(caller, case_of(caller, id, "page", utc_now()), failed=None, done=done)


@router.post("/cases/{id}/events")
def record(caller: Works, id: CaseId, given: Annotated[Answers, answers()]) -> Response:  # noqa: A002
    """Record what a form says, or show it again with what is wrong beside each field."""
    now = utc_now()
    case = case_of(caller, id, "page", now)
    form = form_named(given.form)
    lists = lists_of(caller, case, timeline_of(caller.connection, id))
    key = RequestKey(key=given.key, asked={"case": id, "form": form.name, "fields": dict(given.fields)})

    def tell(happened: Happened) -> Recorded:
        return record_event(Clerk.at(caller.connection, caller.principal, now), id, happened, key)

    done = carry_out(form, answered(form, lists, given.fields, now), given.fields, tell)
    if isinstance(done, NotRecorded):
        page = _page(caller, case_of(caller, id, "page", now), failed=done.shown, done=None)
        return HTMLResponse(page, done.status)
    return RedirectResponse(f"/cases/{id}?done={done.event}", 303)


@router.post("/cases/{id}/files")
def attach_file(caller: Works, id: CaseId, file: Annotated[UploadFile, File()]) -> Response:  # noqa: A002
    """Attach a file to a case; the same file again is the one that is there."""
    now = utc_now()
    given = Attachment(name=file.filename or "", media_type=media_type_of(file), content=file.file.read())
    try:
        done = attach(Clerk.at(caller.connection, caller.principal, now), id, given)
    except (InputError, NotNow) as error:
        said = error.cure if isinstance(error, InputError) else str(error)
        page = _page(caller, case_of(caller, id, "page", now), failed=None, done=None, file_error=said)
        return HTMLResponse(page, 413 if said == TOO_LARGE else 400)
    return RedirectResponse(f"/cases/{id}?done={done.event}", 303)


def _page(caller: Caller, case: Row, *, failed: Offered | None, done: int | None, file_error: str = "") -> str:
    view = case_view(caller, case, utc_now(), failed=failed, done=done)
    return render(
        "case.html",
        signed_in=caller.principal,
        file_error=file_error,
        most_mb=MOST_BYTES // 2**20,
        kinds=ALL_KINDS,
        **view,
    )
