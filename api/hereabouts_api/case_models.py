"""What the API says of cases, and what it takes. Times are UTC."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from hereabouts_api.models import AT, Item, Listing
from hereabouts_api.parameters import Text
from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.clock import ClockState
from hereabouts_platform.homes.proof import Verdict
from hereabouts_platform.homes.relapse import WatchState
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEventKind, CaseOutcome, CaseState

Words = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
WATCHED_IN = (CaseState.MONITORING, CaseState.CLOSED)  # what the watch after works says is shown there
HAZARD = Field(examples=["damp_mould"], description="Which hazard: damp_mould, excess_cold or excess_heat.")


class CaseItem(Item):
    """What people do about a hazard in a home."""

    id: int = Field(examples=[117])
    home: str = Field(examples=["home-7"])
    home_name: str = Field(examples=["12 Elm Court"])
    uprn: str | None
    hazard: str = HAZARD
    state: CaseState
    level: Level | None = Field(description="The worst of its alerts that stand; null where none does.")
    outcome: CaseOutcome | None = Field(description="What came of it; null while it is open.")
    opened_at: AwareDatetime = Field(examples=[AT])
    closed_at: AwareDatetime | None
    patch: str | None = Field(description="The patch that its home is in.", examples=["north"])
    patch_name: str | None
    team: str | None
    assignee: str | None = Field(description="Whose it is; null while it is nobody's.")
    snoozed_until: AwareDatetime | None
    to_review: bool = Field(description="Whether it was set aside and nobody else has looked at that yet.")
    next_due: AwareDatetime | None = Field(description="The first deadline that nothing has met yet, passed or not.")
    overdue: bool | None = Field(description="Whether that has passed; null where there is none.")
    weighs_in: bool = Field(description="Whether the household's circumstances weigh in; what they are is not told.")
    updated_at: AwareDatetime
    last_event: int | None


class CaseListing(Listing[CaseItem]):
    """Cases in the order asked for."""


class CaseCountItem(Item):
    """How many cases each view has, of those that the caller may see."""

    mine: int
    unassigned: int
    team: int
    snoozed: int
    closed: int
    overdue: int = Field(description="Open ones of which a deadline has passed.")
    to_review: int = Field(description="Set aside, and nobody else has looked at that yet.")


class CaseEventItem(Item):
    """One thing that happened."""

    id: int
    kind: CaseEventKind
    at: AwareDatetime = Field(description="When it happened.", examples=[AT])
    recorded_at: AwareDatetime = Field(description="When it was written down.")
    actor: str = Field(description="Who says so.")
    detail: dict[str, Any]


class CaseClock(Item):
    """One deadline."""

    key: str
    name: str = Field(examples=["investigate"])
    title: str = Field(description="What has to happen, for people.")
    basis: str = Field(description="The regulation or guidance.")
    nation: str
    rule_version: str
    rule_sha256: str = Field(description="Of the rule file.")
    start_event: int
    started_at: AwareDatetime
    day_zero: date = Field(description="The civil day in Europe/London that does not count itself.")
    due: datetime | None = Field(description="When the time is up, in Europe/London; null where there is no date.")
    due_on: date | None
    cannot_say: str = Field(description="Why there is no date although there ought to be one.")
    state: ClockState
    reason: str
    met_event: int | None
    met_at: AwareDatetime | None
    met_by: str | None
    working_days_left: int | None = Field(description="After today up to the deadline; below 0 when late.")
    hours_left: int | None
    replaced_by: str | None
    was_due_on: date | None
    second_reading: bool = Field(description="Kept only because the law can be read in two ways.")
    owed: list[CaseEventKind] = Field(
        description="Of these, one has still to be recorded; empty where it is met, or can no longer be."
    )
    note: str


class CaseAwareness(Item):
    """How the hazard became known, and from when that counts."""

    policy: AwarenessPolicy
    indicator_at: AwareDatetime | None = Field(description="When a rule first saw it in readings.")
    alert_raised_at: AwareDatetime | None = Field(description="When an alert stood where staff see it.")
    triaged_at: AwareDatetime | None
    reported_at: AwareDatetime | None
    aware_at: AwareDatetime
    event: int


class CaseAlertItem(Item):
    """An alert of the case, at the level that it last heard of."""

    id: int
    place: str | None = Field(description="null where the alert is no longer kept; the evidence has what it said.")
    level: Level
    cleared_at: AwareDatetime | None
    reason: str | None
    opened_at: AwareDatetime | None


class CaseEvidenceItem(Item):
    """Facts copied into the case; the pack holds them."""

    id: int
    event: int
    kind: str = Field(examples=["hours"])
    subject: str
    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime
    sha256: str
    copied_at: AwareDatetime


class CaseFileItem(Item):
    """A file that somebody attached."""

    id: int
    name: str = Field(examples=["wall.jpg"])
    media_type: str = Field(examples=["image/jpeg"])
    bytes: int
    sha256: str
    added_at: AwareDatetime
    added_by: str


class CaseChange(Item):
    """How a measure of a room changed from before the works, on days with the same weather; null where unknown."""

    measure: str = Field(examples=["vapour_excess"])
    verdict: Verdict = Field(description="`cannot_say`: too few days of the same weather, or it may be chance.")
    days_before: int
    days_after: int
    at_outdoor: float | None = Field(description="Outdoor temperature at which before and after are given, °C.")
    before: float | None = Field(description="In the measure's unit: Pa, % or °C.")
    after: float | None
    change: float | None
    low: float | None = Field(description="Of the 95 % interval of the change.")
    high: float | None
    sure: float | None = Field(description="Odds, 0 to 1, that it went the better way.")
    reason: str = Field(description="Why nothing can be said; empty where something can.")


class CaseWatch(Item):
    """How the watch of 90 days after the works stands in one room."""

    place: str = Field(examples=["home-7/bedroom"])
    state: WatchState = Field(description="`held`: the days are over and it did not come back; `relapsed`: it did.")
    until: date = Field(description="Its last day.")
    days_seen: int = Field(description="Days since the works that were measured well enough.")
    came_back_on: date | None
    reason: str
    changes: list[CaseChange] = Field(description="From before the works, in the same weather, by measure.")
    looked_at: AwareDatetime


class CaseView(CaseItem):
    """Everything about one case."""

    possible: list[CaseEventKind] = Field(description="What the caller may record now; empty for who may only look.")
    awareness: CaseAwareness | None
    clocks: list[CaseClock] = Field(description="As they stand now; those that were replaced come last.")
    events: list[CaseEventItem] = Field(description="In the order of recording.")
    alerts: list[CaseAlertItem]
    evidence: list[CaseEvidenceItem]
    files: list[CaseFileItem]
    watches: list[CaseWatch] = Field(description="Of a case that is monitored or closed, room by room.")


class CaseRecorded(Item):
    """What was written down."""

    case: int
    event: int
    again: bool = Field(description="Whether an earlier request of the same key had done it already.")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewReport(_Body):
    """What a person told us of a home."""

    place: Text = Field(description="The home, or a room of it.", examples=["home-7"])
    hazard: Text = HAZARD
    by: Literal["resident", "staff", "partner"] = Field(description="Who told us.")
    at: AwareDatetime | None = Field(None, description="When they told us; now where nothing is given.")
    words: Words | None = Field(None, description="In their words.", examples=["Black spots behind the wardrobe."])


class FromAlert(_Body):
    """An alert that stands, of whatever level."""

    alert: int = Field(ge=1, lt=2**63, description="Its number.", examples=[42])


class NewEvent(_Body):
    """Something that happened in a case."""

    kind: CaseEventKind = Field(description="What happened; what the system records itself is refused.")
    at: AwareDatetime | None = Field(None, description="When it happened; now where nothing is given.")
    detail: dict[str, Any] = Field(
        default_factory=dict,
        max_length=20,
        description="What else belongs to it; `words` may stand beside any kind.",
        examples=[{"type": "in_person", "significance": "significant"}],
    )
