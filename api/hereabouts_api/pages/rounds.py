"""The page of a day's rounds: how far each crew is, what is left, and asking for a bin to be visited."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.case_form_body import Answers, answers
from hereabouts_api.pages.rounds_day import Asked, Wrong, day_view
from hereabouts_api.pages.templates import render
from hereabouts_api.parameters import utc_now
from hereabouts_platform.store.visit_requests import Request, RequestKind, ask, withdraw
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotFound, NotNow

router = APIRouter(include_in_schema=False)

Reads = Annotated[Caller, needs(Action.READ, Resource.ROUNDS)]
Works = Annotated[Caller, needs(Action.WRITE, Resource.ROUNDS)]
Sends = Annotated[Caller, needs(Action.ADMINISTER, Resource.ROUNDS)]
MOST_LETTERS = 2000


@router.get("/rounds", response_class=HTMLResponse)
def rounds_page(caller: Reads, asked: Annotated[Asked, Query()]) -> str:
    """Rounds of a day and a depot, with what is left."""
    return rounds_html(caller, asked, utc_now(), None)


@router.post("/rounds/requests")
def ask_for_visit(caller: Works, given: Annotated[Answers, answers()], asked: Annotated[Asked, Query()]) -> Response:
    """Ask that a bin be visited; what is wrong stands beside its field."""
    now = utc_now()
    try:
        ask(caller.connection, caller.principal, _request(given, now))
    except (InputError, NotFound) as error:
        field, said = (error.field, error.cure) if isinstance(error, InputError) else ("place", str(error))
        wrong = Wrong(field=field, said=said, given=given.fields)
        return HTMLResponse(rounds_html(caller, asked, now, wrong), 400 if isinstance(error, InputError) else 404)
    query = asked.query()
    return RedirectResponse(f"/rounds?{query}{'&' if query else ''}asked=yes", 303)


@router.post("/rounds/requests/{id}/withdrawal")
def withdraw_request(
    caller: Sends,
    id: Annotated[int, Path(ge=1, lt=2**63)],  # noqa: A002
    given: Annotated[Answers, answers()],
    asked: Annotated[Asked, Query()],
) -> Response:
    """Close a request for which nobody has to go any more, with the words that say why."""
    now = utc_now()
    fields = {name: value.strip() for name, value in given.fields.items()}
    try:
        withdraw(caller.connection, caller.principal, id, _filled(fields, "says", "Say in a sentence why."), now)
    except (InputError, NotNow) as error:
        said, status = (error.cure, 400) if isinstance(error, InputError) else (str(error), 409)
        wrong = Wrong(field=f"withdraw-{id}", said=said, given={})
        return HTMLResponse(rounds_html(caller, asked, now, wrong), status)
    query = asked.query()
    return RedirectResponse(f"/rounds?{query}{'&' if query else ''}withdrawn=yes", 303)


def _request(given: Answers, now: datetime) -> Request:
    fields = {name: value.strip() for name, value in given.fields.items()}
    return Request(
        place=_filled(fields, "place", "Which bin? Give its id."),
        client_id=f"page/{given.key}",
        kind=_kind(fields.get("kind", RequestKind.REPORT)),
        says=_filled(fields, "says", "Say in a sentence what is wanted."),
        day=_day(fields.get("day", "")),
        at=now,
        vehicle=fields.get("vehicle") or None,
        after=fields.get("after") or None,
    )


def _filled(fields: Mapping[str, str], name: str, cure: str) -> str:
    text = fields.get(name, "")
    if not 0 < len(text) <= MOST_LETTERS:
        raise InputError(name, text, f"Write at most {MOST_LETTERS:,} letters." if text else cure)
    return text


def _kind(text: str) -> RequestKind:
    if text not in list(RequestKind):
        raise InputError("kind", text, "Choose one of the answers.")
    return RequestKind(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError("day", text, "Give a day like 2026-12-03, or leave it empty.") from None


def rounds_html(caller: Caller, asked: Asked, now: datetime, wrong: Wrong | None, *, refused: str = "") -> str:
    """The page; `refused`: why something that was asked for was not done."""
    found = day_view(caller, asked, now, wrong, refused=refused)
    return render("rounds.html", signed_in=caller.principal, **found)
