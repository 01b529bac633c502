"""Places: somewhere that readings, alerts and work belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PlaceKind(StrEnum):
    """The kinds of place. An import refuses any other."""

    BUILDING = "building"
    HOME = "home"
    ROOM = "room"
    BIN_SITE = "bin_site"
    BIN_SLOT = "bin_slot"
    STREET = "street"
    COUNTING_LINE = "counting_line"
    WEATHER_STATION = "weather_station"
    DEPOT = "depot"
    TIP = "tip"
    OFFICE = "office"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place.

    Attributes:
        id: the council's own id, unique; a room's is `<home>/<room>`.
        lon, lat: WGS 84 degrees, or None where only the parent is located.
        uprn: Unique Property Reference Number, text of up to 12 digits without leading zeros.
        usrn: Unique Street Reference Number, text of up to 8 digits without leading zeros.
        parent: id of the place this one is part of.
        attributes: anything else the council keeps about it, as JSON.
        polygon: its outline as a GeoJSON geometry in WGS 84, where it has one.
    """

    id: str
    kind: PlaceKind
    name: str
    lon: float | None = None
    lat: float | None = None
    uprn: str | None = None
    usrn: str | None = None
    parent: str | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    polygon: Mapping[str, object] | None = None
