"""What the API answers with about areas, and features of GeoJSON."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hereabouts_api.models import AT, AreaItem, Item, Listing, PlaceItem

BOX = Field(description="West, south, east, north of its boundary in WGS 84 degrees; null where it has none.")
GEOMETRY = Field(description="A GeoJSON geometry; null where there is none.")


class AreaListItem(AreaItem):
    """One edition of an area."""

    bbox: list[float] | None = BOX


class AreaListing(Listing[AreaListItem]):
    """Areas in order of code and vintage."""


class AreaEdition(AreaListItem):
    """One edition of an area, and what lies in it."""

    updated_at: AwareDatetime = Field(description="When it was imported or last changed.", examples=[AT])
    places: dict[str, int] = Field(description="How many places of each kind lie in it.", examples=[{"home": 1200}])


class AreaView(Item):
    """An area in all its editions."""

    code: str = Field(examples=["E05001234"])
    vintages: list[AreaEdition] = Field(description="The newest first.")


class AreaFeature(Item):
    """One edition of an area with its boundary."""

    type: Literal["Feature"]
    id: str = Field(description="Code, an at sign, vintage.", examples=["E05001234@2024"])
    geometry: dict[str, Any] | None = GEOMETRY
    properties: AreaListItem


class AreaFeatures(Item):
    """Areas as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[AreaFeature]
    next: str | None = Field(description="Cursor of the page after this one; null at the end.")


class PlaceFeature(Item):
    """A place with its outline or its point."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None = GEOMETRY
    properties: PlaceItem


class PlaceFeatures(Item):
    """Places as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[PlaceFeature]
    next: str | None = Field(description="Cursor of the page after this one; null at the end.")
    crs: dict[str, Any] | None = Field(None, description="Stands there only where coordinates are not in WGS 84.")
