"""The forms an answer may have: `f=json` unless another is asked for."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hereabouts_api.map_models import FeatureCollection
from hereabouts_api.models import ItemType, Listing

BoxParameter = Annotated[
    str | None,
    Field(
        max_length=200,
        description="west,south,east,north in WGS 84 degrees: what lies there.",
        examples=["-1.80,53.70,-1.40,53.95"],
    ),
]


class SeriesFormat(StrEnum):
    """Series as pages of JSON, or whole as a file."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"


class ListFormat(StrEnum):
    """A list as JSON, or as GeoJSON where its items have positions."""

    JSON = "json"
    GEOJSON = "geojson"


def features_of(listing: Listing[ItemType], key: str) -> FeatureCollection:
    """A page of items with `lon` and `lat` as GeoJSON; `key` names the field that is the feature's id."""
    features = []
    for item in listing.items:
        properties = item.model_dump(mode="json")
        lon, lat = properties.pop("lon"), properties.pop("lat")
        features.append(
            {
                "type": "Feature",
                "id": properties[key],
                "geometry": None if lon is None else {"type": "Point", "coordinates": [lon, lat]},
                "properties": properties,
            }
        )
    return FeatureCollection.model_validate({"type": "FeatureCollection", "features": features, "next": listing.next})
