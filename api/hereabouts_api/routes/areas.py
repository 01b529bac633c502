"""Areas: boundaries that places fall in, in every edition, with whose they are and what has to be said of that."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.area_models import AreaFeatures, AreaListing, AreaView
from hereabouts_api.cursors import Cursor, Name
from hereabouts_api.formats import ListFormat
from hereabouts_api.geo import AS_GEOJSON, geojson_answer
from hereabouts_api.parameters import ListParameters, NoParameters, Text, box_of
from hereabouts_platform.store.areas import AreaFilter, Row, list_areas, vintages_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.area import AreaKind
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1/areas", tags=["areas"])

CURSOR = Cursor("areas", tuple[Name, Name])
FORMAT = Field(ListFormat.JSON, description="`geojson` gives features with their boundaries, in WGS 84.")
AreaCode = Annotated[Text, Path(description="An area's code.", examples=["E05001234"])]


class AreaParameters(ListParameters):
    """Which areas."""

    kind: AreaKind | None = Field(None, description="Areas of this kind.")
    vintage: Text | None = Field(None, description="Areas of this vintage; of all of them unless it is given.")
    q: Text | None = Field(None, description="A part of the name or code.")
    bbox: str | None = Field(
        None,
        max_length=200,
        description="west,south,east,north in WGS 84 degrees: areas whose own box touches it.",
        examples=["-1.80,53.70,-1.40,53.95"],
    )
    f: ListFormat = FORMAT


class AreaFormat(NoParameters):
    """How one area is written."""

    f: ListFormat = FORMAT


@router.get("", operation_id="listAreas", summary="Areas", response_model=AreaListing | AreaFeatures,
            responses=AS_GEOJSON)  # fmt: skip
def read_areas(
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)], asked: Annotated[AreaParameters, Query()]
) -> AreaListing | Response:
    """Areas in order of code and vintage, narrowed by kind, vintage, position or name."""
    box = box_of(asked.bbox) if asked.bbox is not None else None
    wanted = AreaFilter(kind=asked.kind, vintage=asked.vintage, q=asked.q, box=box)
    is_geojson = asked.f is ListFormat.GEOJSON
    after = CURSOR.read(asked.cursor)
    rows = list_areas(caller.connection, wanted, after=after, most=asked.limit + 1, boundaries=is_geojson)
    shapes = [row.pop("boundary") for row in rows]
    listing = AreaListing.of(rows, asked.limit, lambda row: CURSOR.write((row["code"], row["vintage"])))
    if not is_geojson:
        return listing
    return geojson_answer(_features([item.model_dump() for item in listing.items], shapes, listing.next))


@router.get("/{code}", operation_id="getArea", summary="One area", response_model=AreaView | AreaFeatures,
            responses=AS_GEOJSON)  # fmt: skip
def read_area(
    code: AreaCode,
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)],
    asked: Annotated[AreaFormat, Query()],
) -> AreaView | Response:
    """An area in all its editions, the newest first, with how many places of each kind lie in each."""
    is_geojson = asked.f is ListFormat.GEOJSON
    rows = vintages_of(caller.connection, code, boundaries=is_geojson)
    if not rows:
        raise NotFound(f"There is no area {code[:200]!r}.")
    shapes = [row.pop("boundary") for row in rows]
    if not is_geojson:
        return AreaView.model_validate({"code": code, "vintages": rows})
    plain = [{name: value for name, value in row.items() if name not in ("updated_at", "places")} for row in rows]
    return geojson_answer(_features(plain, shapes, None))


def _features(rows: list[Row], shapes: list[dict[str, object] | None], cursor: str | None) -> AreaFeatures:
    features = [
        {"type": "Feature", "id": f"{row['code']}@{row['vintage']}", "geometry": shape, "properties": row}
        for row, shape in zip(rows, shapes, strict=False)  # one more was asked for than is shown
    ]
    return AreaFeatures.model_validate({"type": "FeatureCollection", "features": features, "next": cursor})
