"""What the map and a place's timeline answer with."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hereabouts_api.models import AT, HEALTH, Item, Listing
from hereabouts_platform.rules.health import Health
from hereabouts_schemas.place import PlaceKind


class LatestValue(Item):
    """The newest value of a datastream, and where it is from."""

    place: str = Field(examples=["home-7/bedroom"])
    kind: PlaceKind
    name: str
    home: str | None = Field(description="The home that place is, or is a room of.")
    lon: float | None = Field(description="Degrees east, WGS 84; of a room its parent's.")
    lat: float | None
    quantity: str = Field(examples=["relative_humidity"])
    channel: str = Field(description="Probe, line or side; empty when single.")
    unit: str = Field(description="UCUM code.", examples=["%"])
    value: float | None = Field(description="null where nothing was heard yet.")
    time: AwareDatetime | None = Field(examples=[AT])
    datastream: int
    device: str
    health: Health = Field(description=HEALTH)


class LatestListing(Listing[LatestValue]):
    """Datastreams of devices where they are now, in order of number."""


class Feature(Item):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    id: str | int
    geometry: dict[str, Any] | None = Field(description="A GeoJSON geometry; null where there is no position.")
    properties: dict[str, Any]


class FeatureCollection(Item):
    """GeoJSON (RFC 7946): positions are WGS 84 degrees, east before north."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    next: str | None = Field(description="Cursor of the page after this one; null at the end.")


class Happening(StrEnum):
    """What an entry of a timeline tells of."""

    DAY = "day"
    ALERT_OPENED = "alert_opened"
    ALERT_CLEARED = "alert_cleared"
    DEPLOYED = "deployed"
    REMOVED = "removed"
    EVENT = "event"


class TimelineItem(Item):
    """Something that happened at the place or a part of it."""

    at: AwareDatetime = Field(description="When; of a day its first instant in Europe/London.", examples=[AT])
    what: Happening
    place: str = Field(examples=["home-7/bedroom"])
    device: str | None
    detail: dict[str, Any] = Field(
        description="Of a day: quantity, channel, unit, datastream, count, mean, min, max, total. Of an alert: its "
        "number, hazard, level, and when opened its reason. Of a deployment: its number and mount. Of an event: code, "
        "detail."
    )


class TimelineListing(Listing[TimelineItem]):
    """What happened, newest first."""
