"""The sheet of a crew: the next stop first, buttons for what came of it, then the rest of the round."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.case_form_body import Answers
from hereabouts_api.pages.round_words import OVERFLOWING_EMPTIED
from hereabouts_api.pages.sheet_body import SheetAnswers, sheet_answers
from hereabouts_api.pages.sheet_view import PhotoTold, Told, sheet_view
from hereabouts_api.pages.templates import render
from hereabouts_api.parameters import utc_now
from hereabouts_api.round_models import StopItem
from hereabouts_api.routes.rounds import RoundId, view_round
from hereabouts_platform.store.outcomes import Outcome, OutcomeKind, happened_at, report
from hereabouts_platform.store.visit_photos import Photo, keep_photo
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotNow

router = APIRouter(include_in_schema=False)

Reads = Annotated[Caller, needs(Action.READ, Resource.ROUNDS)]
Works = Annotated[Caller, needs(Action.WRITE, Resource.ROUNDS)]
StopNumber = Annotated[int | None, Query(ge=0, lt=2**31)]
MOST_LETTERS = 2000
FOUND_BEFORE = timedelta(seconds=1)
"""How long before its emptying a bin was found overflowing: the forecast reads reports in whole seconds."""


@router.get("/rounds/{id}", response_class=HTMLResponse)
def sheet_page(caller: Reads, id: RoundId, stop: StopNumber = None, done: StopNumber = None) -> str:  # noqa: A002
    """A round as its crew needs it; `stop` puts another stop first, `done` is the one reported a moment ago."""
    return _page(caller, id, Told(stop=stop, done=done))


@router.post("/rounds/{id}/outcomes")
def tell(caller: Works, id: RoundId, given: Annotated[SheetAnswers, sheet_answers()]) -> Response:  # noqa: A002
    """Write down what came of a stop, and keep its photo; the same form again is the same report.

    Each of the two is kept where it can be, whatever becomes of the other.
    """
    form, now = given.answers, utc_now()
    stop = _stop(caller, id, form.fields.get("stop", ""))
    photo = _keep_photo(caller, stop.visit or 0, given, now)
    try:
        told = _outcome(form, stop.visit or 0, now)
        if form.fields.get("kind") == OVERFLOWING_EMPTIED:
            _report_found_overflowing(caller, told)
        else:
            _report(caller, told)
    except InputError as error:
        said = _ALREADY if error.field == "client_id" else error.cure
        answer = Told(stop=stop.number, done=None, said=said, note=form.fields.get("note", ""), photo=photo)
        return HTMLResponse(_page(caller, id, answer), 409 if error.field == "client_id" else 400)
    if photo is not None and not photo.is_kept:
        return HTMLResponse(_page(caller, id, Told(stop=None, done=stop.number, photo=photo)), 400)
    return RedirectResponse(f"/rounds/{id}?done={stop.number}", 303)


def _keep_photo(caller: Caller, visit: int, given: SheetAnswers, now: datetime) -> PhotoTold | None:
    """What became of the photo, before anything is said of the report; None without one."""
    if given.photo is None:
        return None
    photo = Photo(
        visit=visit, client_id=f"page/{given.answers.key}", media_type=given.photo.media_type,
        content=given.photo.content, at=now,
    )  # fmt: skip
    try:
        keep_photo(caller.connection, caller.principal, photo, now)
    except InputError as error:
        return PhotoTold(said=error.cure, is_kept=False)
    except NotNow as error:
        return PhotoTold(said=str(error), is_kept=False)
    return PhotoTold(said="", is_kept=True)


_ALREADY = (
    "Your first answer for this stop was kept already. To change it, choose the stop in the list and report again."
)


def _stop(caller: Caller, round_id: int, number: str) -> StopItem:
    """The stop that a form is about.

    Raises:
        InputError: it is no visit of this round.
    """
    stops = {str(stop.number): stop for stop in view_round(caller, round_id).stops if stop.visit is not None}
    if number not in stops:
        raise InputError("stop", number, "It is no visit of this round. Load the page again.")
    return stops[number]


def _outcome(given: Answers, visit: int, now: datetime) -> Outcome:
    kind, note = given.fields.get("kind", ""), given.fields.get("note", "").strip()
    if kind == OVERFLOWING_EMPTIED:
        kind = OutcomeKind.EMPTIED
    if kind not in list(OutcomeKind):
        raise InputError("kind", kind, "Press one of the buttons.")
    if len(note) > MOST_LETTERS:
        raise InputError("note", note, f"Write at most {MOST_LETTERS:,} letters.")
    return Outcome(visit=visit, client_id=f"page/{given.key}", kind=OutcomeKind(kind), at=now, note=note or None)


def _report_found_overflowing(caller: Caller, emptied: Outcome) -> None:
    """Two reports of one press, both or neither; `emptied` counts, as it came later.

    It has the name that any other answer of this page would have, so that a page answers once.
    """
    at = happened_at(caller.connection, emptied.client_id) or emptied.at
    name = f"{emptied.client_id}/overflowing"
    found = replace(emptied, client_id=name, kind=OutcomeKind.OVERFLOWING, at=at - FOUND_BEFORE, note=None)
    with caller.connection.transaction():
        _report(caller, found)
        _report(caller, emptied)


def _report(caller: Caller, told: Outcome) -> None:
    """A form knows no time but that of its coming: sent again, it happened when it came first."""
    before = happened_at(caller.connection, told.client_id)
    try:
        report(caller.connection, caller.principal, _at(told, before), told.at)
    except InputError as error:
        first = happened_at(caller.connection, told.client_id)
        if error.field != "client_id" or first == before:
            raise
        report(caller.connection, caller.principal, _at(told, first), told.at)  # both came at the same moment


def _at(told: Outcome, at: datetime | None) -> Outcome:
    return told if at is None else replace(told, at=at)


def _page(caller: Caller, round_id: int, told: Told) -> str:
    view = view_round(caller, round_id)
    return render("round.html", signed_in=caller.principal, **sheet_view(caller, view, told))
