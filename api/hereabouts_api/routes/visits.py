"""Visits, and what crews report of them."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Number
from hereabouts_api.parameters import ListParameters, NoParameters, Text, utc_now
from hereabouts_api.problems import detail_of, kind_of
from hereabouts_api.round_models import (
    BatchReported,
    BatchResult,
    Fault,
    NewOutcome,
    OutcomeBatch,
    Reported,
    Unreadable,
    VisitListing,
    VisitOutcome,
    VisitView,
)
from hereabouts_platform.store.outcomes import Outcome, report
from hereabouts_platform.store.rounds import VisitFilter, find_visit, list_visits, outcomes_of
from hereabouts_platform.store.visit_photos import photos_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotFound

router = APIRouter(tags=["rounds"])

VisitId = Annotated[int, Path(ge=1, lt=2**63, description="A visit's number.", examples=[4711])]
CURSOR = Cursor("visits", tuple[dt.date, Number])


class VisitParameters(ListParameters):
    """Which visits."""

    day: dt.date | None = Field(None, description="Of this day of Europe/London.", examples=["2026-03-03"])
    depot: Text | None = Field(None, description="In a plan of this depot.")
    round: int | None = Field(None, ge=1, lt=2**63, description="Of this round.")
    place: Text | None = Field(None, description="At this place.")
    left: bool | None = Field(None, description="Whether it is left for another day.")
    reported: bool | None = Field(None, description="Whether a crew has reported on it.")


@router.get("/v1/visits", operation_id="listVisits", summary="Visits", response_model=VisitListing)
def read_visits(
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)], asked: Annotated[VisitParameters, Query()]
) -> VisitListing:
    """Visits, the latest day first, with why somebody goes, or why not and when it would overflow."""
    wanted = VisitFilter(
        day=asked.day, depot=asked.depot, round=asked.round, place=asked.place, left=asked.left, reported=asked.reported
    )
    rows = list_visits(caller.connection, wanted, behind=CURSOR.read(asked.cursor), most=asked.limit + 1)
    listing = VisitListing.of(rows, asked.limit, lambda row: CURSOR.write((row["day"], row["id"])))
    caller.saw(Resource.ROUNDS, "visits", (item.home for item in listing.items))
    return listing


@router.get("/v1/visits/{id}", operation_id="getVisit", summary="One visit", response_model=VisitView)
def read_visit(
    id: VisitId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)],
    _: Annotated[NoParameters, Query()],
) -> VisitView:
    """A visit with all that was reported on it, in the order in which it happened."""
    row = find_visit(caller.connection, id)
    if row is None:
        raise NotFound(f"There is no visit {id}.")
    caller.saw(Resource.ROUNDS, "visit", [row["home"]])
    told = {"outcomes": outcomes_of(caller.connection, id), "photos": photos_of(caller.connection, id)}
    return VisitView.model_validate({**row, **told})


@router.post(
    "/v1/visits/{id}/outcomes", operation_id="reportOutcome", summary="Report on a visit", status_code=201,
    response_model=Reported,
)  # fmt: skip
def add_outcome(
    id: VisitId,  # noqa: A002 - the word of the API
    response: Response,
    caller: Annotated[Caller, needs(Action.WRITE, Resource.ROUNDS)],
    body: NewOutcome,
    _: Annotated[NoParameters, Query()],
) -> Reported:
    """Report what came of a visit. The same `client_id` again is answered with 200 and not written again."""
    told = report(caller.connection, caller.principal, outcome_of(id, body), utc_now())
    if told.again:
        response.status_code = 200
    return Reported(id=told.id, again=told.again)


@router.post("/v1/outcomes", operation_id="reportOutcomes", summary="Report on visits", response_model=BatchReported)
def add_outcomes(
    caller: Annotated[Caller, needs(Action.WRITE, Resource.ROUNDS)],
    body: OutcomeBatch,
    _: Annotated[NoParameters, Query()],
) -> BatchReported:
    """Hand in reports that waited for a signal: late, in any order, or again. Each is kept or refused by itself."""
    now, given = utc_now(), body.each()
    # By name, so that a batch sent twice at the same moment, in another order, waits for itself and does not lock.
    ordered = sorted(range(len(given)), key=lambda number: given[number].client_id or "")
    found = {number: _one(caller, given[number], now) for number in ordered}
    results = [found[number] for number in range(len(given))]
    refused = sum(one.problem is not None for one in results)
    return BatchReported(kept=len(results) - refused, refused=refused, results=results)


def _one(caller: Caller, given: VisitOutcome | Unreadable, now: dt.datetime) -> BatchResult:
    if isinstance(given, Unreadable):
        return _refused(given.client_id, given.visit, given.error)
    try:
        told = report(caller.connection, caller.principal, outcome_of(given.visit, given), now)
    except (NotFound, InputError) as error:
        return _refused(given.client_id, given.visit, error)
    return BatchResult(client_id=given.client_id, visit=given.visit, id=told.id, again=told.again, problem=None)


def _refused(client_id: str | None, visit: int | None, error: Exception) -> BatchResult:
    kind = kind_of(error)
    problem = Fault(type=kind.type, title=kind.title, status=kind.status, detail=detail_of(error, kind))
    return BatchResult(client_id=client_id, visit=visit, id=None, again=False, problem=problem)


def outcome_of(visit: int, given: NewOutcome) -> Outcome:
    """A report as the store takes it."""
    return Outcome(
        visit=visit, client_id=given.client_id, kind=given.kind, at=given.at, lon=given.lon, lat=given.lat,
        note=given.note, photo=given.photo,
    )  # fmt: skip
