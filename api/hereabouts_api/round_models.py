"""What the API answers and takes of field work: rounds, visits, reports and requests."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from hereabouts_api.cursors import Name
from hereabouts_api.models import AT, Item, Listing
from hereabouts_platform.store.outcomes import OutcomeKind
from hereabouts_schemas.work import Approach, ReasonKind, StopKind

ATTRIBUTION = "To be shown with everything that is made from it."
ROADS = (
    "How distances were had: osrm, network (our own shortest paths) or great_circle (there was no map). Where vehicle "
    "classes differ, all of these with a comma between, as in `great_circle, osrm`."
)
NO_MAP = "Vehicle classes of the plan without a map of roads, where the plan says which: see `roads`."
PlanState = Literal["draft", "published", "superseded", "discarded"]


class Body(BaseModel):
    """What is given: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RoundItem(Item):
    """One vehicle's round."""

    id: int
    day: dt.date = Field(description="Of Europe/London.")
    depot: str
    plan: int = Field(description="The plan that it is of.")
    version: int = Field(description="Of that plan, within its day.")
    state: PlanState = Field(description="Of that plan: superseded where a later one took its place.")
    made_at: AwareDatetime
    roads: str = Field(description=f"{ROADS} Of the plan: a round whose vehicle has no map has no `geometry`.")
    no_map: list[str] = Field(description=NO_MAP)
    attribution: str = Field(description=f"Of the map. {ATTRIBUTION}")
    vehicle: str
    vehicle_name: str
    crew: str | None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    drive_m: int
    drive_s: int
    visits: int
    done: int = Field(description="Visits of it that a crew has reported on.")
    changed: bool = Field(False, description="It is another than the crew knew by the version before.")
    accepted_at: AwareDatetime | None = Field(None, description="When its crew took the change.")
    accepted_by: str | None = Field(None, description="Who took it.")


class RoundListing(Listing[RoundItem]):
    """A page of rounds."""


class WhyItem(Item):
    """Why somebody goes there, in a sentence for the crew."""

    kind: ReasonKind
    says: str


class LoadItem(Item):
    """What is picked up or carried, of one stream."""

    stream: str
    litres: int
    kg: int


class WindowItem(Item):
    """When work may begin: from its first instant up to, not including, its last."""

    from_at: AwareDatetime
    to_at: AwareDatetime


class StopOutcome(Item):
    """The report that counts: the one of the latest event."""

    kind: OutcomeKind
    at: AwareDatetime
    note: str | None
    photo: str | None


class StopItem(Item):
    """One stop of a round, in order."""

    number: int = Field(description="From 0, the start.")
    kind: StopKind
    place: str
    visit: int | None = Field(description="The visit's number, to report on it.")
    key: str | None = Field(description="The visit's id in the plan.")
    name: str | None
    lon: float | None
    lat: float | None
    drive_m: int
    drive_s: int
    arrives_at: AwareDatetime
    begins_at: AwareDatetime
    leaves_at: AwareDatetime
    service_s: int | None
    must: bool | None
    reason: WhyItem | None
    load: LoadItem | None
    carried: list[LoadItem]
    approach: Approach | None = Field(None, description="curb: it lies on the vehicle's near side.")
    windows: list[WindowItem] = Field([], description="When work may begin there; none: at any time of the shift.")
    done: bool = Field(False, description="Whether it had happened when the plan was made.")
    outcome: StopOutcome | None
    photos: list[int] = Field([], description="Photos of the visit: `/v1/visits/{id}/photos/{photo}` has each.")


class RoundView(RoundItem):
    """A round with its stops."""

    stops: list[StopItem]
    geometry: dict[str, Any] | None = Field(description="The way as a GeoJSON LineString, where the roads gave one.")


class ActualStop(Item):
    """A visit as planned, and as it went."""

    visit: int
    key: str
    name: str
    planned_number: int = Field(description="Which visit of the round it was to be, from 1.")
    planned_at: AwareDatetime
    actual_number: int | None = Field(description="Which it was, by the times of the reports; null: not reported.")
    actual_at: AwareDatetime | None
    late_s: int | None = Field(description="Seconds later than planned; negative: earlier.")
    outcome: OutcomeKind | None


class RoundActual(Item):
    """What was planned, and how it went."""

    round: int
    attribution: str = Field(description=f"Of the map. {ATTRIBUTION}")
    planned: int
    reported: int
    emptied: int
    not_emptied: int = Field(description="Reported, and not emptied.")
    out_of_order: int = Field(description="Reported at another place in the order than planned.")
    most_late_s: int | None
    stops: list[ActualStop]


class VisitItem(Item):
    """A piece of field work of a day, as the latest plan has it."""

    id: int
    day: dt.date
    key: str = Field(description="Its id in the plan.")
    depot: str
    plan: int
    in_plan: bool = Field(description="Whether the plan that stands has it.")
    round: int | None = Field(description="Null: left for another day.")
    position: int | None = Field(description="Which visit of the round, from 1.")
    place: str
    name: str
    lon: float
    lat: float
    must: bool = Field(description="It had to be done: where it is left, a person has to decide.")
    prize_p: int = Field(description="What not going costs, as expected harm, in pence.")
    service_s: int
    reason: ReasonKind
    says: str = Field(description="Why, in a sentence.")
    stream: str | None
    litres: int | None
    kg: int | None
    begins_at: AwareDatetime | None
    left_says: str | None = Field(description="Why it is left.")
    overflow_p50_at: AwareDatetime | None = Field(description="When it is as likely as not to have overflowed.")
    overflow_p90_at: AwareDatetime | None = Field(description="When one in ten such bins has.")
    home: str | None = Field(description="The home that it is at, where it is at one.")
    outcome: OutcomeKind | None
    outcome_at: AwareDatetime | None


class VisitListing(Listing[VisitItem]):
    """A page of visits."""


class OutcomeItem(Item):
    """A report."""

    id: int
    client_id: str
    visit: int
    kind: OutcomeKind
    at: AwareDatetime
    recorded_at: AwareDatetime
    lon: float | None
    lat: float | None
    note: str | None
    photo: str | None
    by: str


class PhotoItem(Item):
    """A photo that a crew took."""

    id: int
    client_id: str
    media_type: str
    bytes: int
    sha256: str = Field(description="Of what is kept: the picture without what a phone writes beside it.")
    at: AwareDatetime = Field(description="When it was taken, as its sender says.")
    recorded_at: AwareDatetime
    by: str


class VisitView(VisitItem):
    """A visit with all that was reported on it."""

    outcomes: list[OutcomeItem]
    photos: list[PhotoItem]


class NewOutcome(Body):
    """What a crew reports of a visit."""

    client_id: Name = Field(
        min_length=1, max_length=200,
        description="The sender's own name for this report. Sent again, it is answered and not written again.",
        examples=["phone-7/0190f3"],
    )  # fmt: skip
    kind: OutcomeKind
    at: AwareDatetime = Field(description="When it happened.", examples=[AT])
    lon: float | None = Field(None, ge=-180, le=180, description="Where, degrees WGS 84.")
    lat: float | None = Field(None, ge=-90, le=90)
    note: Name | None = Field(None, min_length=1, max_length=2000, description="Needed where the kind is other.")
    photo: Name | None = Field(None, min_length=1, max_length=500, description="A reference to where a photo is kept.")


class VisitOutcome(NewOutcome):
    """The same, with the visit that it is of."""

    visit: int = Field(ge=1, lt=2**63, description="The visit's number.")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A report whose shape is wrong, and why: it must not keep the others of its batch from being taken."""

    given: object
    error: RequestValidationError

    @property
    def client_id(self) -> str | None:
        """The sender's name for it, as far as it can be said back."""
        name = self.given.get("client_id") if isinstance(self.given, dict) else None
        return name[:200].encode("utf-8", "replace").decode() if isinstance(name, str) else None

    @property
    def visit(self) -> int | None:
        """The visit, where it names one."""
        number = self.given.get("visit") if isinstance(self.given, dict) else None
        return number if type(number) is int and 1 <= number < 2**63 else None


def _by_itself(given: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(given)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        return Unreadable(given, RequestValidationError(found))


class OutcomeBatch(Body):
    """Reports that waited for a signal, in any order."""

    outcomes: list[Annotated[VisitOutcome, WrapValidator(_by_itself)]] = Field(min_length=1, max_length=200)

    def each(self) -> list[VisitOutcome | Unreadable]:
        """The reports, and in their places those that cannot be read."""
        return list(self.outcomes)


class Reported(Item):
    """A report that was kept."""

    id: int
    again: bool = Field(description="Whether it had come before.")


class Fault(Item):
    """Why a report was not kept, as a problem says it."""

    type: str
    title: str
    status: int
    detail: str


class BatchResult(Item):
    """What became of one report."""

    client_id: str | None = Field(description="The sender's name for it; null where none could be read.")
    visit: int | None = Field(description="The visit's number; null where none could be read.")
    id: int | None = Field(description="Its number; null where it was not kept.")
    again: bool
    problem: Fault | None


class BatchReported(Item):
    """What became of each report, in the order given."""

    kept: int
    refused: int
    results: list[BatchResult]
