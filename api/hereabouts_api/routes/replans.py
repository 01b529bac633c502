"""Planning again in mid-shift: drafts published or discarded, vehicles out of service, crews that take a change."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Name
from hereabouts_api.parameters import NoParameters, utc_now
from hereabouts_api.plan_changes import changes_of, plan_item
from hereabouts_api.plan_models import Done, MovedItem, NewOutage, OutageView, PlanChanges, PlanItem
from hereabouts_api.routes.fleet import PlanId
from hereabouts_api.routes.rounds import RoundId
from hereabouts_platform.rounds.publishing import publish_draft
from hereabouts_platform.store.outages import bring_back, outages, take_out
from hereabouts_platform.store.replans import accept, discard
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(tags=["rounds"])

Sends = Annotated[Caller, needs(Action.ADMINISTER, Resource.ROUNDS)]
Nothing = Annotated[NoParameters, Query()]
VehicleId = Annotated[Name, Path(min_length=1, max_length=200, description="A vehicle.", examples=["rcv1"])]


@router.get("/v1/plans/{id}/changes", operation_id="getPlanChanges", summary="What a plan changes",
            response_model=PlanChanges)  # fmt: skip
def read_changes(
    id: PlanId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)],
    _: Nothing,
) -> PlanChanges:
    """What a version changes of the one that stood before it: who does what now, metres and minutes."""
    found = changes_of(caller, id)
    if found.old is not None and found.difference is None:
        raise NotFound(f"There is no plan {id}, or not for you.")
    if found.difference is None:
        return PlanChanges(plan=id, of=None, visits=[], metres=0, minutes=0)
    moved = [MovedItem(visit=one.visit, was=one.was, now=one.now) for one in found.difference.moved]
    added = [MovedItem(visit=visit, was=None, now=now) for visit, now in found.difference.added]
    dropped = [MovedItem(visit=visit, was=was, now=None) for visit, was in found.difference.dropped]
    return PlanChanges(
        plan=id, of=None if found.old is None else found.old["id"], visits=[*moved, *added, *dropped],
        metres=found.difference.metres, minutes=found.difference.minutes,
    )  # fmt: skip


@router.post("/v1/plans/{id}/publish", operation_id="publishPlan", summary="Publish a draft", response_model=PlanItem)
def publish_plan(
    id: PlanId,  # noqa: A002 - the word of the API
    caller: Sends,
    _: Nothing,
) -> PlanItem:
    """Make a draft the plan of its day. 409 where what happened since stands against it, with why."""
    publish_draft(caller.connection, caller.principal, id, utc_now())
    return plan_item(caller, id)


@router.post("/v1/plans/{id}/discard", operation_id="discardPlan", summary="Discard a draft", response_model=PlanItem)
def discard_plan(
    id: PlanId,  # noqa: A002 - the word of the API
    caller: Sends,
    _: Nothing,
) -> PlanItem:
    """Put a draft away: none is made again for the same reasons."""
    discard(caller.connection, caller.principal, id)
    return plan_item(caller, id)


@router.post(
    "/v1/rounds/{id}/acceptance", operation_id="acceptRound", summary="Take a change of a round", status_code=201,
    response_model=Done,
)  # fmt: skip
def accept_round(
    id: RoundId,  # noqa: A002 - the word of the API
    response: Response,
    caller: Annotated[Caller, needs(Action.WRITE, Resource.ROUNDS)],
    _: Nothing,
) -> Done:
    """Say that the crew has seen that its round changed, and takes it. Said again, it is answered with 200."""
    first = accept(caller.connection, caller.principal, id)
    response.status_code = 201 if first else 200
    return Done(again=not first)


@router.post("/v1/vehicles/{vehicle}/outage", operation_id="takeVehicleOut", summary="A vehicle is out of service",
             status_code=201, response_model=OutageView)  # fmt: skip
def add_outage(vehicle: VehicleId, response: Response, caller: Sends, body: NewOutage, _: Nothing) -> OutageView:
    """Say that a vehicle does nothing more. One that is out already stays so as it was said, with 200."""
    first = take_out(caller.connection, caller.principal, vehicle, body.says.strip(), body.from_at or utc_now())
    response.status_code = 201 if first else 200
    return OutageView.model_validate(asdict(outages(caller.connection)[vehicle]))


@router.delete("/v1/vehicles/{vehicle}/outage", operation_id="bringVehicleBack", summary="A vehicle is back",
               response_model=Done)  # fmt: skip
def end_outage(vehicle: VehicleId, caller: Sends, _: Nothing) -> Done:
    """Say that a vehicle is in service again."""
    return Done(again=not bring_back(caller.connection, caller.principal, vehicle, utc_now()))
