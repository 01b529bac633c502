"""Rounds: the list, one with its stops in several forms, and how it went."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Number
from hereabouts_api.geo import GEOJSON
from hereabouts_api.parameters import ListParameters, NoParameters, Text
from hereabouts_api.round_forms import GPX, csv_round, csv_rounds, geojson_rounds, gpx_round
from hereabouts_api.round_models import ActualStop, PlanState, RoundActual, RoundListing, RoundView, StopItem
from hereabouts_platform.store.outcomes import OutcomeKind
from hereabouts_platform.store.rounds import RoundFilter, Row, find_round, list_rounds, stops_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound
from hereabouts_schemas.work import StopKind

router = APIRouter(prefix="/v1/rounds", tags=["rounds"])

RoundId = Annotated[int, Path(ge=1, lt=2**63, description="A round's number.", examples=[31])]
CURSOR = Cursor("rounds", tuple[dt.date, Number])
_FORMS: dict[int | str, dict[str, Any]] = {200: {"content": {GEOJSON: {}, "text/csv": {}}}}
_ONE_FORMS: dict[int | str, dict[str, Any]] = {200: {"content": {GEOJSON: {}, "text/csv": {}, GPX: {}}}}


class RoundsFormat(StrEnum):
    """How rounds are written."""

    JSON = "json"
    GEOJSON = "geojson"
    CSV = "csv"


class RoundFormat(StrEnum):
    """How one round is written."""

    JSON = "json"
    GEOJSON = "geojson"
    CSV = "csv"
    GPX = "gpx"


class RoundParameters(ListParameters):
    """Which rounds."""

    day: dt.date | None = Field(None, description="Of this day of Europe/London.", examples=["2026-03-03"])
    depot: Text | None = Field(None, description="Of this depot.", examples=["depot-1"])
    vehicle: Text | None = Field(None, description="Of this vehicle.")
    crew: Text | None = Field(None, description="Of this crew.")
    state: PlanState = Field("published", description="Of plans that stand, of drafts, or of those superseded since.")
    f: RoundsFormat = Field(RoundsFormat.JSON, description="`geojson` gives all stops and ways, `csv` a line a round.")


class RoundForm(NoParameters):
    """How one round is written."""

    f: RoundFormat = Field(RoundFormat.JSON, description="`gpx` for a satnav, `geojson` for a map, `csv` for a sheet.")


@router.get("", operation_id="listRounds", summary="Rounds", response_model=RoundListing, responses=_FORMS)
def read_rounds(
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)], asked: Annotated[RoundParameters, Query()]
) -> RoundListing | Response:
    """Rounds, the latest day first; a crew sees its own, of a week back and tomorrow."""
    wanted = RoundFilter(day=asked.day, depot=asked.depot, vehicle=asked.vehicle, crew=asked.crew, state=asked.state)
    rows = list_rounds(caller.connection, wanted, behind=CURSOR.read(asked.cursor), most=asked.limit + 1)
    listing = RoundListing.of(rows, asked.limit, lambda row: CURSOR.write((row["day"], row["id"])))
    if asked.f is RoundsFormat.CSV:
        return csv_rounds(listing.items)
    if asked.f is RoundsFormat.GEOJSON:
        return geojson_rounds([whole_round(caller, row, "list") for row in rows[: asked.limit]], listing.next)
    return listing


@router.get("/{id}", operation_id="getRound", summary="One round", response_model=RoundView, responses=_ONE_FORMS)
def read_round(
    id: RoundId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)],
    asked: Annotated[RoundForm, Query()],
) -> RoundView | Response:
    """A round: its stops in order with times, reasons and what was reported, and its way where the roads gave one."""
    view = view_round(caller, id)
    match asked.f:
        case RoundFormat.CSV:
            return csv_round(view)
        case RoundFormat.GEOJSON:
            return geojson_rounds([view])
        case RoundFormat.GPX:
            return gpx_round(view)
        case RoundFormat.JSON:
            return view


def view_round(caller: Caller, round_id: int) -> RoundView:
    """A round with its stops, for the API and for its page.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    row = find_round(caller.connection, round_id)
    if row is None:
        raise NotFound(f"There is no round {round_id}.")
    return whole_round(caller, row, "view")


def whole_round(caller: Caller, row: Row, what: str) -> RoundView:
    """A round of a list with its stops; whose homes are on it goes to the audit, as `what`."""
    stops, geometry = stops_of(caller.connection, row)
    caller.saw(Resource.ROUNDS, what, (stop["home"] for stop in stops))
    shown = [{name: value for name, value in stop.items() if name in StopItem.model_fields} for stop in stops]
    return RoundView.model_validate({**row, "stops": shown, "geometry": geometry})


@router.get("/{id}/actual", operation_id="getRoundActual", summary="How a round went", response_model=RoundActual)
def read_actual(
    id: RoundId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)],
    _: Annotated[NoParameters, Query()],
) -> RoundActual:
    """The plan against what crews reported: what was done when, in which order, and what was not."""
    return actual_of(view_round(caller, id))


def actual_of(view: RoundView) -> RoundActual:
    """The difference between a round's plan and its reports."""
    planned = [stop for stop in view.stops if stop.kind is StopKind.VISIT]
    went = sorted((stop.outcome.at, stop.number) for stop in planned if stop.outcome is not None)
    order = {number: place for place, (_, number) in enumerate(went, start=1)}
    stops = [
        ActualStop(
            visit=stop.visit or 0,
            key=stop.key or "",
            name=stop.name or stop.place,
            planned_number=place,
            planned_at=stop.begins_at,
            actual_number=order.get(stop.number),
            actual_at=None if stop.outcome is None else stop.outcome.at,
            late_s=None if stop.outcome is None else round((stop.outcome.at - stop.begins_at).total_seconds()),
            outcome=None if stop.outcome is None else stop.outcome.kind,
        )
        for place, stop in enumerate(planned, start=1)
    ]
    emptied = sum(one.outcome is OutcomeKind.EMPTIED for one in stops)
    return RoundActual(
        round=view.id,
        attribution=view.attribution,
        planned=len(stops),
        reported=len(went),
        emptied=emptied,
        not_emptied=len(went) - emptied,
        out_of_order=_out_of_order([one.actual_number for one in stops if one.actual_number is not None]),
        most_late_s=max((one.late_s for one in stops if one.late_s is not None), default=None),
        stops=stops,
    )


def _out_of_order(numbers: list[int]) -> int:
    """How many of those reported came at another turn than they would have in the planned order."""
    return sum(number != place for place, number in enumerate(numbers, start=1))
