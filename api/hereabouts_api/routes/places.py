"""Places and the unified view of one."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Name
from hereabouts_api.formats import BoxParameter, ListFormat, features_of
from hereabouts_api.map_models import FeatureCollection
from hereabouts_api.models import PlaceListing, PlaceView
from hereabouts_api.parameters import ListParameters, NoParameters, PlaceId, Text, box_of, utc_now
from hereabouts_api.views import view_place
from hereabouts_platform.store.places import PlaceFilter, list_places
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.place import PlaceKind

router = APIRouter(prefix="/v1/places", tags=["places"])

CURSOR = Cursor("places", tuple[Name])


class PlaceParameters(ListParameters):
    """Which places."""

    kind: PlaceKind | None = Field(None, description="Places of this kind.")
    parent: Text | None = Field(None, description="Parts of this place.")
    bbox: BoxParameter = None
    q: Text | None = Field(None, description="A part of the name or id, or a whole UPRN or USRN.")
    f: ListFormat = Field(ListFormat.JSON, description="`json`, or `geojson` for a map.")


@router.get("", operation_id="listPlaces", summary="Places", response_model=PlaceListing | FeatureCollection)
def read_places(
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)], asked: Annotated[PlaceParameters, Query()]
) -> PlaceListing | FeatureCollection:
    """Places in order of id, narrowed by kind, parent, position or name."""
    wanted = PlaceFilter(
        kind=asked.kind, parent=asked.parent, q=asked.q, box=box_of(asked.bbox) if asked.bbox is not None else None
    )
    (after,) = CURSOR.read(asked.cursor) or (None,)
    rows = list_places(caller.connection, wanted, after=after, most=asked.limit + 1)
    listing = PlaceListing.of(rows, asked.limit, lambda row: CURSOR.write((row["id"],)))
    caller.saw(Resource.PLACES, "list", (item.home for item in listing.items))
    return features_of(listing, "id") if asked.f is ListFormat.GEOJSON else listing


@router.get("/{id:path}", operation_id="getPlace", summary="One place", response_model=PlaceView)
def read_place(
    id: PlaceId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)],
    _: Annotated[NoParameters, Query()],
) -> PlaceView:
    """The unified view: identifiers, areas, devices and how they are, the latest of every quantity, open alerts.

    A home's view holds its rooms'; a bin site's its slots'.
    """
    return view_place(caller, id, utc_now())
