"""Plans with their versions, vehicles and crews."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Name, Number
from hereabouts_api.parameters import ListParameters, NoParameters, Text
from hereabouts_api.plan_changes import saw_troubles
from hereabouts_api.plan_models import CrewListing, PlanListing, VehicleListing
from hereabouts_platform.store.fleet import CrewShift, Days, crews, vehicles
from hereabouts_platform.store.outages import outages
from hereabouts_platform.store.rounds import homes_of_plan, list_plans, published_json
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(tags=["rounds"])

PlanId = Annotated[int, Path(ge=1, lt=2**63, description="A plan's number.", examples=[12])]
PLANS = Cursor("plans", tuple[dt.date, Number])
VEHICLES = Cursor("vehicles", tuple[Name])
CREWS = Cursor("crews", tuple[Name, Name])


class PlanParameters(ListParameters):
    """Which plans."""

    day: dt.date | None = Field(None, description="Of this day of Europe/London.", examples=["2026-03-03"])
    depot: Text | None = Field(None, description="Of this depot.")


@router.get("/v1/plans", operation_id="listPlans", summary="Plans", response_model=PlanListing)
def read_plans(
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)], asked: Annotated[PlanParameters, Query()]
) -> PlanListing:
    """Plans with all their versions, the latest day first."""
    rows = list_plans(caller.connection, asked.day, asked.depot, behind=PLANS.read(asked.cursor), most=asked.limit + 1)
    saw_troubles(caller, rows[: asked.limit])
    return PlanListing.of(rows, asked.limit, lambda row: PLANS.write((row["day"], row["id"])))


@router.get(
    "/v1/plans/{id}", operation_id="getPlan", summary="One plan",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}}, response_class=Response,
)  # fmt: skip
def read_plan(
    id: PlanId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)],
    _: Annotated[NoParameters, Query()],
) -> Response:
    """A plan's JSON, byte for byte as it was checked: the work, the rounds, what is left, what has to be looked at.

    For who sees every round.
    """
    found = published_json(caller.connection, id)
    if found is None:
        raise NotFound(f"There is no plan {id}, or not for you.")
    caller.saw(Resource.ROUNDS, "plan", homes_of_plan(caller.connection, id))
    return Response(found, media_type="application/json")


@router.get("/v1/vehicles", operation_id="listVehicles", summary="Vehicles", response_model=VehicleListing)
def read_vehicles(
    caller: Annotated[Caller, needs(Action.READ, Resource.FLEET)], asked: Annotated[ListParameters, Query()]
) -> VehicleListing:
    """Vehicles in order of id, with what they carry and cost."""
    (after,) = VEHICLES.read(asked.cursor) or ("",)
    found = sorted(vehicles(caller.connection).items())
    out = outages(caller.connection)
    rows = [
        {**asdict(one), "outage": asdict(out[number]) if number in out else None}
        for number, one in found
        if number > after
    ]
    return VehicleListing.of(rows, asked.limit, lambda row: VEHICLES.write((row["id"],)))


@router.get("/v1/crews", operation_id="listCrews", summary="Crews", response_model=CrewListing)
def read_crews(
    caller: Annotated[Caller, needs(Action.READ, Resource.FLEET)], asked: Annotated[ListParameters, Query()]
) -> CrewListing:
    """Which crew is on which vehicle when, in order of crew."""
    after = CREWS.read(asked.cursor) or ("", "")
    found = sorted(crews(caller.connection), key=_key)
    rows = [_shown(one) for one in found if _key(one) > after]
    return CrewListing.of(rows, asked.limit, lambda row: CREWS.write(_key_of(row)))


def _shown(shift: CrewShift) -> dict[str, Any]:
    days = {"weekdays": shift.days.weekdays, "date": shift.days.on}
    return {name: value for name, value in asdict(shift).items() if name != "days"} | days


def _key(shift: CrewShift) -> tuple[str, str]:
    return shift.id, shift.days.key


def _key_of(row: dict[str, Any]) -> tuple[str, str]:
    return row["id"], Days(weekdays=row["weekdays"], on=row["date"]).key
