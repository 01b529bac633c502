"""Deployments: which device stood where, from when to when."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, SmallNumber
from hereabouts_api.models import DeploymentListing
from hereabouts_api.parameters import ListParameters, Text, interval_of
from hereabouts_platform.store.deployments import DeploymentFilter, list_deployments
from hereabouts_platform.store.readings import Interval
from hereabouts_schemas.access import Action, Resource

router = APIRouter(prefix="/v1/deployments", tags=["devices"])

CURSOR = Cursor("deployments", tuple[SmallNumber])


class DeploymentParameters(ListParameters):
    """Which deployments."""

    device: Text | None = Field(None, description="Those of this device.")
    place: Text | None = Field(None, description="Those at this place and its rooms or slots.")
    datetime: str | None = Field(
        None,
        max_length=200,
        description="`a/b`: those that stood at some time from `a` up to but not including `b`, RFC 3339 with a zone; "
        "`..` is an open end.",
        examples=["2026-03-01T00:00:00Z/2026-03-08T00:00:00Z"],
    )


@router.get("", operation_id="listDeployments", summary="Deployments", response_model=DeploymentListing)
def read_deployments(
    caller: Annotated[Caller, needs(Action.READ, Resource.DEVICES)], asked: Annotated[DeploymentParameters, Query()]
) -> DeploymentListing:
    """Where devices are and were, in order of number. Moving a device ends one and starts another."""
    interval = interval_of(asked.datetime) if asked.datetime is not None else Interval()
    wanted = DeploymentFilter(device=asked.device, place=asked.place, interval=interval)
    (after,) = CURSOR.read(asked.cursor) or (None,)
    rows = list_deployments(caller.connection, wanted, after=after, most=asked.limit + 1)
    listing = DeploymentListing.of(rows, asked.limit, lambda row: CURSOR.write((row["id"],)))
    caller.saw(Resource.DEVICES, "deployments", (item.home for item in listing.items))
    return listing
