"""What the API says of plans, vehicles and crews, and takes of them."""

import datetime as dt

from pydantic import AwareDatetime, Field, computed_field

from hereabouts_api.models import Item, Listing
from hereabouts_api.parameters import Sentence
from hereabouts_api.round_models import ATTRIBUTION, NO_MAP, ROADS, Body, PlanState
from hereabouts_platform.planning.occasions import OccasionKind
from hereabouts_schemas.trouble import WHAT_TO_DO, TroubleKind

# A typed year that no calendar can tell in every zone is refused, and not met later by whoever reads it.
FIRST, LAST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


class OccasionItem(Item):
    """A reason to plan a day again while its crews are out."""

    kind: OccasionKind
    about: str = Field(description="The visit's id in the plan, or the vehicle.")
    says: str
    what: str = Field(default="", description="Which one of the same about the same: since when a vehicle is out.")


class TroubleItem(Item):
    """Something that a person has to look at."""

    kind: TroubleKind
    about: str = Field(
        description="Id of the place or vehicle, the vehicle class, or the calendar's name; empty: of several."
    )
    says: str
    count: int = Field(description="How many it tells of; more than 1 only where a list was too long to be kept whole.")
    home: str | None = Field(description="The home that it is at, where it is at one.")

    @computed_field(description="What can be done.")  # type: ignore[prop-decorator]
    @property
    def cure(self) -> str:
        """What can be done."""
        return WHAT_TO_DO[self.kind]


class PlanItem(Item):
    """A version of a day's plan."""

    id: int
    day: dt.date
    depot: str
    version: int
    state: PlanState
    made_at: AwareDatetime
    made_by: str
    published_at: AwareDatetime | None
    published_by: str | None
    discarded_at: AwareDatetime | None
    discarded_by: str | None
    made_of: int | None = Field(
        description="The plan that stood when this one was made in mid-shift; null: it was not."
    )
    reasons: list[OccasionItem] = Field(description="Why it was made in mid-shift.")
    roads: str = Field(description=ROADS)
    no_map: list[str] = Field(description=NO_MAP)
    attribution: str = Field(description=f"Of the map. {ATTRIBUTION}")
    matrix_sha256: dict[str, str] = Field(description="Of the travel matrices, by vehicle class.")
    says: str = Field(description="Whether somebody goes out that day, and why; empty where days are not weighed.")
    troubles: list[TroubleItem] | None = Field(
        description="What a person has to look at of the data that it was made of; null: not told to this caller."
    )


class PlanListing(Listing[PlanItem]):
    """A page of plans."""


class MovedItem(Item):
    """A visit that another vehicle does now; null: nobody did, or does."""

    visit: str
    was: str | None
    now: str | None


class PlanChanges(Item):
    """What a version changes of the one that stood before it."""

    plan: int
    of: int | None = Field(description="The version that stood; null: it is the first of its day.")
    visits: list[MovedItem] = Field(description="Those that another vehicle does, that are new, or that nobody does.")
    metres: int = Field(description="How much more is driven; negative: less.")
    minutes: int = Field(description="How much longer crews are out in all.")


class NewOutage(Body):
    """A vehicle does nothing more."""

    says: Sentence = Field(description="Why, in a sentence. Name nobody.")
    from_at: AwareDatetime | None = Field(
        None, ge=FIRST, lt=LAST, description="From when on, in the years 2000 to 2099; null: from now."
    )


class OutageView(Item):
    """A vehicle that is out of service."""

    vehicle: str
    from_at: AwareDatetime
    says: str
    by: str


class Done(Item):
    """What was asked for is so."""

    again: bool = Field(description="Whether it was so before.")


class CompartmentItem(Item):
    """A part of a vehicle's body."""

    streams: list[str] = Field(description="None named: any, one at a time.")
    litres: int
    kg: int


class VehicleItem(Item):
    """A vehicle; money in pence."""

    id: str
    name: str
    vehicle_class: str
    compartments: list[CompartmentItem]
    skills: list[str]
    duty: str
    start_depot: str
    end_depot: str
    fixed_p: int
    per_km_p: int
    per_hour_p: int
    in_service_from: dt.date | None
    in_service_to: dt.date | None
    fuel: str | None = Field(description="As conversion factors name it; null: not stored.")
    fuel_per_100km: float | None = Field(description="Litres, or kWh of electricity, by the council's own figure.")
    outage: OutageView | None = Field(description="Since when and why it is out of service, where it is.")


class VehicleListing(Listing[VehicleItem]):
    """A page of vehicles."""


class CrewItem(Item):
    """A shift of a crew; times of Europe/London."""

    id: str
    name: str
    vehicle: str
    weekdays: list[int] | None = Field(description="1 is Monday; null where it is of one date.")
    date: dt.date | None
    shift_from: dt.time
    shift_to: dt.time = Field(description="One that is no later than `shift_from` lies on the day after.")
    skills: list[str]


class CrewListing(Listing[CrewItem]):
    """A page of shifts."""
