"""Requests for visits: asking for one, those that are open, and withdrawing one."""

import datetime as dt
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Number
from hereabouts_api.parameters import ListParameters, NoParameters, PlaceId, Text, utc_now
from hereabouts_api.request_models import NewRequest, RequestListing, RequestState, Withdrawal
from hereabouts_api.round_models import Reported
from hereabouts_platform.store.visit_requests import Request, RequestFilter, RequestKind, ask, list_requests, withdraw
from hereabouts_schemas.access import Action, Resource

router = APIRouter(prefix="/v1/bins", tags=["rounds"])

CURSOR = Cursor("requests", tuple[AwareDatetime, Number])


class RequestParameters(ListParameters):
    """Which requests."""

    state: RequestState = Field("open", description="Nobody has been there; answered: a crew has; or withdrawn.")
    place: Text | None = Field(None, description="Of this bin, or of the bins of this site.")
    kind: RequestKind | None = Field(None, description="report: somebody told us; manual: a dispatcher says so.")
    day: dt.date | None = Field(None, description="Wanted on this day.", examples=["2026-03-03"])


@router.get("/requests", operation_id="listRequests", summary="Requests for visits", response_model=RequestListing)
def read_requests(
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)], asked: Annotated[RequestParameters, Query()]
) -> RequestListing:
    """What is asked for and since when, the oldest first; a crew sees what is asked for on its rounds, and its own."""
    wanted = RequestFilter(place=asked.place, kind=asked.kind, day=asked.day, state=asked.state)
    rows = list_requests(caller.connection, wanted, after=CURSOR.read(asked.cursor), most=asked.limit + 1)
    return RequestListing.of(rows, asked.limit, lambda row: CURSOR.write((row["at"], row["id"])))


@router.post(
    "/requests/{id}/withdrawal", operation_id="withdrawRequest", summary="Withdraw a request", status_code=201,
    response_model=Reported,
)  # fmt: skip
def withdraw_request(
    id: Annotated[int, Path(ge=1, lt=2**63, description="A request's number.", examples=[12])],  # noqa: A002
    response: Response,
    caller: Annotated[Caller, needs(Action.ADMINISTER, Resource.ROUNDS)],
    body: Withdrawal,
    _: Annotated[NoParameters, Query()],
) -> Reported:
    """Close a request for which nobody has to go any more, with the words that say why; 409 once a crew was there."""
    told = withdraw(caller.connection, caller.principal, id, body.says, utc_now())
    if told.again:
        response.status_code = 200
    return Reported(id=told.id, again=told.again)


@router.post(
    "/{place:path}/requests", operation_id="requestVisit", summary="Ask for a visit", status_code=201,
    response_model=Reported,
)  # fmt: skip
def add_request(
    place: PlaceId,
    response: Response,
    caller: Annotated[Caller, needs(Action.WRITE, Resource.ROUNDS)],
    body: NewRequest,
    _: Annotated[NoParameters, Query()],
) -> Reported:
    """Ask that a bin or a bin site be visited: a person told us, or (dispatchers only) because you say so.

    A dispatcher may fix for a day which vehicle goes there, and right after which bin.
    """
    asked = Request(
        place=place, client_id=body.client_id or str(uuid4()), kind=body.kind, says=body.says, day=body.day,
        at=utc_now(), vehicle=body.vehicle, after=body.after,
    )  # fmt: skip
    told = ask(caller.connection, caller.principal, asked)
    if told.again:
        response.status_code = 200
    return Reported(id=told.id, again=told.again)
