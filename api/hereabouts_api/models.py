"""What the API answers with. Times are UTC; units are UCUM codes; positions are WGS 84 degrees."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hereabouts_platform.homes.neighbours import PatternKind
from hereabouts_platform.rules.battery import BatteryState
from hereabouts_platform.rules.health import Health
from hereabouts_schemas.alert import Level, State, SubjectKind
from hereabouts_schemas.place import PlaceKind

AT = "2026-03-03T14:00:00Z"
HEALTH = (
    "live: heard within 3 of its own intervals; late: within a day or 6 intervals; else silent. waiting: put up within "
    "that time and not heard there yet. spare: at no place now, so nothing is expected of it."
)


class Item(BaseModel):
    """What all items share: every field stands there, even where it is null."""

    model_config = ConfigDict(extra="forbid", frozen=True)


ItemType = TypeVar("ItemType", bound=Item)


class Listing(BaseModel, Generic[ItemType]):
    """A page of a list."""

    items: list[ItemType]
    next: str | None = Field(description="Cursor of the page after this one; null at the end.")

    @classmethod
    def of(cls, rows: Sequence[Any], limit: int, cursor_of: Callable[[Any], str]) -> Self:
        """The first `limit` of `rows`, which were asked for one more than that to know whether there is a next page."""
        shown = rows[:limit]
        return cls.model_validate({"items": shown, "next": cursor_of(shown[-1]) if len(rows) > limit else None})


class Identifiers(Item):
    """What others call the place."""

    uprn: str | None = Field(description="Unique Property Reference Number.", examples=["100051234567"])
    usrn: str | None = Field(description="Unique Street Reference Number.", examples=["20801234"])


EASTING = Field(description="Metres of the British National Grid, with `crs=EPSG:27700`; else null.")
NORTHING = Field(description="Metres of the British National Grid, with `crs=EPSG:27700`; else null.")


class PlaceItem(Item):
    """A place."""

    id: str = Field(examples=["home-7/bedroom"])
    kind: PlaceKind
    name: str = Field(examples=["Bedroom"])
    lon: float | None = Field(description="Degrees east, WGS 84; null where only the parent is located.")
    lat: float | None = Field(description="Degrees north, WGS 84.")
    parent: str | None = Field(description="Id of the place this one is part of.", examples=["home-7"])
    home: str | None = Field(description="The home this place is, or is a room of.", examples=["home-7"])
    identifiers: Identifiers
    attributes: dict[str, Any] = Field(description="What else the council keeps about the place.")
    easting: float | None = EASTING
    northing: float | None = NORTHING


class PlaceLink(Item):
    """Another place, by name."""

    id: str
    kind: PlaceKind
    name: str


class AreaItem(Item):
    """A boundary that places fall in."""

    code: str = Field(description="GSS code, or the council's own.", examples=["E05001234"])
    vintage: str = Field(description="Which edition of the boundaries.", examples=["2023"])
    kind: str = Field(examples=["ward"])
    name: str
    source: str | None = Field(description="Whose boundaries these are.", examples=["Office for National Statistics"])
    licence: str | None = Field(description="What has to be said wherever they are shown.")


class DeploymentItem(Item):
    """A device at this place or a part of it, and how it is."""

    id: int
    device: str = Field(examples=["0004A30B001C0530"])
    profile: str = Field(examples=["elsys"])
    title: str = Field(description="What the device is, for people.")
    interval_s: int = Field(description="How often the device reports, in seconds, as learnt or by its profile.")
    place: str = Field(examples=["home-7/bedroom"])
    from_: AwareDatetime = Field(alias="from", examples=[AT])
    to: AwareDatetime | None = Field(description="When the device leaves or left; null while no end is set.")
    mount: dict[str, Any] = Field(description="How it is mounted: room, bin_depth_mm, direction, f_rsi ...")
    last_heard: AwareDatetime | None = Field(description="When a message of the device last arrived.")
    health: Health = Field(description=HEALTH)


class LatestItem(Item):
    """The newest value of a quantity and channel at a place."""

    place: str
    quantity: str = Field(examples=["relative_humidity"])
    channel: str = Field(description="Probe, line or side; empty when single.")
    unit: str = Field(description="UCUM code.", examples=["%"])
    value: float
    time: AwareDatetime = Field(examples=[AT])
    datastream: int
    device: str


class StationItem(Item):
    """The weather station whose outdoor temperature a number was worked out with."""

    place: str = Field(description="Its id.", examples=["weather-1"])
    name: str
    distance_km: float = Field(description="How far it is from the home, as the crow flies.")


class EvidenceItem(Item):
    """One number an alert rests on: the mean over [from, to) against its limit."""

    value: float
    unit: str
    limit: float
    from_: AwareDatetime = Field(alias="from", examples=[AT])
    to: AwareDatetime
    station: StationItem | None = Field(None, description="Whose weather is in it; null where none is.")


class AlertCause(Item):
    """What an alert on a home puts first as its cause."""

    cause: str = Field(examples=["cold_bridge"])
    title: str = Field(examples=["a cold wall or corner"])
    odds: float = Field(ge=0, le=1, description="With those of the causes that are less likely 1 in all.")
    for_: list[str] = Field(alias="for", description="Sentences that speak for it.")
    against: list[str] = Field(description="Sentences that speak against it.")


class AlertItem(Item):
    """A job's statement that a place, device, source or job needs somebody."""

    id: int
    subject_kind: SubjectKind
    subject_id: str
    place: str | None = Field(description="Where, when it is about a place.", examples=["home-7/bedroom"])
    home: str | None = Field(description="The home that place is, or is a room of.", examples=["home-7"])
    hazard: str = Field(examples=["damp_mould"])
    level: Level
    state: State
    reason: str = Field(description="Why, in plain English.")
    evidence: dict[str, EvidenceItem]
    cause: AlertCause | None = Field(description="Of an alert on a home: the likeliest cause, as last told.")
    rule: str
    rule_version: str
    opened_at: AwareDatetime = Field(examples=[AT])
    updated_at: AwareDatetime
    cleared_at: AwareDatetime | None


class DatasetField(Item):
    """One value of a dataset's row, with what it is."""

    name: str = Field(examples=["rating"])
    title: str = Field(examples=["Energy rating"])
    unit: str | None = Field(description="UCUM code; null where it is no number.")
    value: str | int | float | bool
    means: str | None = Field(description="What a code means; null where it is none.")


class PlaceDataset(Item):
    """A dataset that knows a place: how many rows it has of it, and the newest."""

    dataset: str = Field(examples=["epc"])
    title: str
    source: str
    licence: str
    attribution: str
    sensitivity: str
    vintage: str = Field(description="The newest edition that knows the place.", examples=["2026-09"])
    rows: int = Field(description="Rows of that edition about the place.")
    identifies: str = Field(description="By what the row names its place.", examples=["uprn"])
    given: str = Field(description="Its place as the file has it.")
    place: str | None = Field(
        description="This place or a part of it; null where the row is about its postcode or area."
    )
    from_: AwareDatetime | None = Field(alias="from", description="From when it holds; an instant where `to` is null.")
    to: AwareDatetime | None
    load: int = Field(description="The file it came from, among the dataset's loads.")
    line: int
    fields: list[DatasetField] = Field(description="Its values in the order of the columns; empty ones are left out.")


class MouldIndex(Item):
    """The VTT mould index on the coldest surface, 0 to 6: the band that gaps in the readings leave."""

    lower: float
    upper: float


class LevelItem(Item):
    """What the assessment last said of a hazard in a room."""

    place: str = Field(description="The room; the home where it is measured as a whole.", examples=["home-7/bedroom"])
    hazard: str = Field(examples=["damp_mould"])
    level: Literal["ok", "watch", "act", "urgent", "no_data", "sensor_fault"] = Field(
        description="`no_data` too where nothing was said for six hours after the end of the last day."
    )
    since: date | None = Field(description="The UTC day on which it began; null where nothing was ever assessed.")
    day: date | None = Field(description="The UTC day that was assessed last.")
    reason: str = Field(description="Why, as a sentence: the alert's that stands, or what the room's levels rest on.")
    mould_index: MouldIndex | None = Field(description="Of damp_mould alone; null where it cannot be said.")
    coverage: float | None = Field(description="The share of that day's hours so far that are measured and believed.")
    faults: list[str] = Field(description="What is wrong with the sensor: stuck, below_outdoors, saturated ...")


class PatternItem(Item):
    """Something that a home shares with its neighbours or its build type; a question for somebody who looks."""

    kind: PatternKind
    where: str = Field(description="The stack, block or build type.", examples=["Elm Court, A"])
    homes: list[str] = Field(description="Those you may see; empty where they are counted only.")
    says: str
    chance: float | None = Field(description="How likely it would be by chance; null where that is not reckoned.")


class PlaceView(Item):
    """Everything known about one place; a home's view holds its rooms', a bin site's its slots'."""

    id: str
    kind: PlaceKind
    name: str
    lon: float | None
    lat: float | None
    home: str | None
    identifiers: Identifiers
    attributes: dict[str, Any]
    easting: float | None = EASTING
    northing: float | None = NORTHING
    polygon: dict[str, Any] | None = Field(
        description="Its outline as a GeoJSON geometry, in the coordinates of `crs`; null where it has none."
    )
    parent: PlaceLink | None
    children: list[PlaceLink]
    areas: list[AreaItem]
    deployments: list[DeploymentItem]
    latest: list[LatestItem]
    alerts: list[AlertItem] = Field(description="Those that are open.")
    levels: list[LevelItem] = Field(
        description="Of a home or room: each hazard in every room whose air is measured; empty for other places."
    )
    patterns: list[PatternItem] = Field(description="Of a home: what its stack, block or build type shows.")
    datasets: list[PlaceDataset] = Field(description="What other datasets know of it.")


class ReadingItem(Item):
    """One value of one datastream."""

    time: AwareDatetime = Field(examples=[AT])
    quantity: str = Field(examples=["relative_humidity"])
    unit: str = Field(description="UCUM code.", examples=["%"])
    value: float
    datastream: int
    channel: str = Field(description="Probe, line or side; empty when single.")
    place: str


class BucketItem(Item):
    """The readings of one datastream over [from, to), in numbers."""

    from_: AwareDatetime = Field(alias="from", examples=[AT])
    to: AwareDatetime
    quantity: str = Field(examples=["relative_humidity"])
    unit: str = Field(description="UCUM code.", examples=["%"])
    count: int
    mean: float
    min: float
    max: float
    sum: float
    time_mean: float | None = Field(
        description="Mean by how long each value stood: until the next, at most three of the device's intervals. null "
        "where the quantity is no measurement."
    )
    total: float | None = Field(
        description="What was counted: the sum of counts over periods, or what a counter that only goes up went up by, "
        "over roll-overs and resets. null of a measurement, and where nobody can say."
    )
    datastream: int
    channel: str
    place: str


class DeviceDeployment(Item):
    """Where a device is or was."""

    id: int
    device: str
    place: str
    home: str | None
    from_: AwareDatetime = Field(alias="from", examples=[AT])
    to: AwareDatetime | None
    mount: dict[str, Any]


class LossItem(Item):
    """Messages that a device's frame counter tells of among its newest 64, and how many of them never came."""

    expected: int
    lost: int
    percent: float | None = Field(description="null where fewer than 20 were expected.")


class BatteryRaw(Item):
    """A battery's newest reading as it came."""

    quantity: str = Field(examples=["battery_voltage"])
    value: float
    time: AwareDatetime


class BatteryItem(Item):
    """A battery on one scale."""

    percent: float | None = Field(description="Of a fresh one; null where a voltage cannot tell.")
    state: BatteryState
    raw: BatteryRaw | None


class StuckItem(Item):
    """A value that has not moved by more than its resolution for longer than it ever should."""

    quantity: str
    channel: str
    since: AwareDatetime = Field(description="At the latest.")


class ClockItem(Item):
    """A device's clock, from its newest messages."""

    source: str | None = Field(description="Whose clock the messages state: device or gateway; null for neither.")
    ahead_s: float | None = Field(description="How far ahead of their arrival, in seconds; below 0 behind, at least.")
    not_believed: int = Field(description="Of the messages looked at, how many stated a time that was not believed.")
    messages: int = Field(description="How many messages were looked at, at most 64.")


class DeviceItem(Item):
    """A device and how it is."""

    id: str = Field(examples=["0004A30B001C0530"])
    profile: str = Field(examples=["elsys"])
    title: str
    interval_s: int = Field(description="How often it reports, in seconds: learnt, or its profile's.")
    interval_gaps: int = Field(description="From how many gaps between messages that was learnt; 0: the profile's.")
    last_heard: AwareDatetime | None = Field(description="When its last message arrived.")
    health: Health = Field(description=HEALTH)
    loss: LossItem | None = Field(description="null where it sends no frame counter, or is spare.")
    battery: BatteryItem
    stuck: list[StuckItem]
    clock: ClockItem
    assessed_at: AwareDatetime | None = Field(description="When the job last looked at it; null before it did.")
    deployments: list[DeviceDeployment]


class PlaceListing(Listing[PlaceItem]):
    """Places in order of id."""


class ReadingListing(Listing[ReadingItem]):
    """Readings in order of time and datastream."""


class BucketListing(Listing[BucketItem]):
    """Buckets in order of start and datastream."""


class AlertListing(Listing[AlertItem]):
    """Alerts, newest first."""


class DeploymentListing(Listing[DeviceDeployment]):
    """Deployments in order of number."""


class DeviceListing(Listing[DeviceItem]):
    """Devices in order of id."""
