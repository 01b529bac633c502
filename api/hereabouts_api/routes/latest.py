"""The newest value of everything, for a map."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, SmallNumber
from hereabouts_api.formats import BoxParameter, ListFormat, features_of
from hereabouts_api.geo import AS_GEOJSON, geojson_answer
from hereabouts_api.map_models import LatestListing
from hereabouts_api.parameters import ListParameters, box_of, quantities_of, utc_now
from hereabouts_platform.store.latest import list_latest
from hereabouts_schemas.access import Action, Resource

router = APIRouter(tags=["readings"])

CURSOR = Cursor("latest", tuple[SmallNumber])


class LatestParameters(ListParameters):
    """Which datastreams, in which form."""

    limit: int = Field(1000, ge=1, le=10_000, description="At most so many items.")
    bbox: BoxParameter = None
    quantity: str | None = Field(
        None, max_length=1000, description="One or more quantities, separated by commas.", examples=["fill_level"]
    )
    f: ListFormat = Field(ListFormat.JSON, description="`json`, or `geojson` for a map.")


@router.get(
    "/v1/latest",
    operation_id="listLatest",
    summary="The newest of everything",
    response_model=LatestListing,
    responses=AS_GEOJSON,
)
def read_latest(
    caller: Annotated[Caller, needs(Action.READ, Resource.READINGS)], asked: Annotated[LatestParameters, Query()]
) -> LatestListing | Response:
    """Every datastream of a device that is somewhere now: its newest value, where, and how the device is heard.

    In order of datastream. What was never heard is there without a value.
    """
    (after,) = CURSOR.read(asked.cursor) or (0,)
    rows = list_latest(
        caller.connection,
        now=utc_now(),
        box=box_of(asked.bbox) if asked.bbox is not None else None,
        quantities=quantities_of(asked.quantity) if asked.quantity is not None else None,
        after=after,
        most=asked.limit + 1,
    )
    listing = LatestListing.of(rows, asked.limit, lambda row: CURSOR.write((row["datastream"],)))
    caller.saw(Resource.READINGS, "latest", (item.home for item in listing.items))
    return geojson_answer(features_of(listing, "datastream")) if asked.f is ListFormat.GEOJSON else listing
