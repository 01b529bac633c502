"""Bins and what their forecasts say."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.asked_area import asked_area
from hereabouts_api.bin_models import BinItem, BinListing
from hereabouts_api.cursors import Cursor, Name
from hereabouts_api.parameters import ListParameters, NoParameters, PlaceId, Text, box_of, utc_now
from hereabouts_platform.store.bins import BinFilter, find_bin, list_bins
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1/bins", tags=["rounds"])

CURSOR = Cursor("bins", tuple[Name])


class BinParameters(ListParameters):
    """Which bins."""

    site: Text | None = Field(None, description="At this site.", examples=["market"])
    depot: Text | None = Field(None, description="Whose next round is from this depot.", examples=["depot-1"])
    area: Text | None = Field(
        None,
        description="In this area, by itself or its site: `CODE` for its newest vintage, `CODE@vintage` for another.",
        examples=["E05001234@2024"],
    )
    bbox: str | None = Field(
        None,
        max_length=200,
        description="west,south,east,north in WGS 84 degrees: bins that lie there, by their own position or their "
        "site's.",
        examples=["-1.80,53.70,-1.40,53.95"],
    )


@router.get("", operation_id="listBins", summary="Bins and their forecasts", response_model=BinListing)
def read_bins(
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)], asked: Annotated[BinParameters, Query()]
) -> BinListing:
    """Bins in order of id: how full each is, when it will be, how likely it overflows, and what to look at.

    A crew sees the bins of its visits, of a week back and tomorrow.
    """
    box = box_of(asked.bbox) if asked.bbox is not None else None
    area = asked_area(caller, asked.area)
    wanted = BinFilter(site=asked.site, depot=asked.depot, area=area, box=box)
    (after,) = CURSOR.read(asked.cursor) or (None,)
    rows, now = list_bins(caller.connection, wanted, after=after, most=asked.limit + 1), utc_now()
    items = [BinItem.of(row, now) for row in rows]
    listing = BinListing.of(items, asked.limit, lambda item: CURSOR.write((item.place,)))
    caller.saw(Resource.ROUNDS, "bins", (item.home for item in listing.items))
    return listing


@router.get("/{place:path}", operation_id="getBin", summary="One bin and its forecast", response_model=BinItem)
def read_bin(
    place: PlaceId,
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)],
    _: Annotated[NoParameters, Query()],
) -> BinItem:
    """One bin as lists have it."""
    row = find_bin(caller.connection, place)
    if row is None:
        raise NotFound(f"There is no bin {place[:200]!r}.")
    caller.saw(Resource.ROUNDS, "bin", [row["home"]])
    return BinItem.of(row, utc_now())
