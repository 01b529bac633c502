"""Places and the unified view of one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.area_models import PlaceFeatures
from hereabouts_api.asked_area import asked_area
from hereabouts_api.cursors import Cursor, Name
from hereabouts_api.formats import ListFormat
from hereabouts_api.geo import (
    AS_GEOJSON,
    crs_member,
    features_of,
    geojson_answer,
    place_asked_box,
    with_metres,
)
from hereabouts_api.models import PlaceItem, PlaceListing, PlaceView
from hereabouts_api.parameters import ListParameters, NoParameters, PlaceId, Text, utc_now
from hereabouts_api.views import view_place
from hereabouts_platform.geography.grid import Crs
from hereabouts_platform.store.places import PlaceFilter, list_places
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.place import PlaceKind

router = APIRouter(prefix="/v1/places", tags=["places"])

CURSOR = Cursor("places", tuple[Name])


CRS = Field(
    Crs.WGS84, description="`EPSG:27700` adds easting and northing, and gives outlines and GeoJSON in these metres."
)


class PlaceParameters(ListParameters):
    """Which places."""

    kind: PlaceKind | None = Field(None, description="Places of this kind.")
    parent: Text | None = Field(None, description="Parts of this place.")
    area: Text | None = Field(
        None,
        description="Places in this area: `CODE` for its newest vintage, `CODE@vintage` for another.",
        examples=["E05001234@2024"],
    )
    bbox: str | None = Field(
        None,
        max_length=200,
        description="west,south,east,north in the coordinates of `bbox-crs`: places whose own position lies there.",
        examples=["-1.80,53.70,-1.40,53.95"],
    )
    bbox_crs: Crs = Field(Crs.WGS84, alias="bbox-crs", description="What `bbox` is given in: degrees or metres.")
    crs: Crs = CRS
    f: ListFormat = Field(ListFormat.JSON, description="`geojson` gives features with their outlines or points.")
    q: Text | None = Field(
        None, description="Words of the name or id, or a whole UPRN or USRN. A bin is found by its site's name too."
    )


class PlaceViewParameters(NoParameters):
    """How one place is written."""

    crs: Crs = CRS


@router.get("", operation_id="listPlaces", summary="Places", response_model=PlaceListing | PlaceFeatures,
            responses=AS_GEOJSON)  # fmt: skip
def read_places(
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)], asked: Annotated[PlaceParameters, Query()]
) -> PlaceListing | Response:
    """Places in order of id, narrowed by kind, parent, area, position or name."""
    box, ring = place_asked_box(asked.bbox, asked.bbox_crs) if asked.bbox is not None else (None, None)
    area = asked_area(caller, asked.area)
    wanted = PlaceFilter(kind=asked.kind, parent=asked.parent, q=asked.q, box=box, ring=ring, area=area)
    (after,) = CURSOR.read(asked.cursor) or (None,)
    rows = list_places(caller.connection, wanted, after=after, most=asked.limit + 1)
    located = [with_metres(row, asked.crs) for row in rows]
    rows = [{name: value for name, value in row.items() if name != "polygon"} for row in located]
    listing = PlaceListing.of(rows, asked.limit, lambda row: CURSOR.write((row["id"],)))
    caller.saw(Resource.PLACES, "list", (item.home for item in listing.items))
    if asked.f is ListFormat.JSON:
        return listing
    features = features_of(located[: len(listing.items)], asked.crs, set(PlaceItem.model_fields))
    found = {"type": "FeatureCollection", "features": features, "next": listing.next, "crs": crs_member(asked.crs)}
    return geojson_answer(PlaceFeatures.model_validate(found), asked.crs)


@router.get("/{id:path}", operation_id="getPlace", summary="One place", response_model=PlaceView)
def read_place(
    id: PlaceId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)],
    asked: Annotated[PlaceViewParameters, Query()],
) -> PlaceView:
    """The unified view: identifiers, areas, devices and how they are, the latest of every quantity, open alerts.

    A home's view holds its rooms'; a bin site's its slots'.
    """
    return view_place(caller, id, utc_now(), asked.crs)
