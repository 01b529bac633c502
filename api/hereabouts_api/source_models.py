"""What the API answers of sources: what became of their messages, what waits in quarantine, what was handed in."""

from base64 import b64encode
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from hereabouts_api.models import AT, Item, Listing
from hereabouts_schemas.outcome import Outcome, Reason


class SourceItem(Item):
    """A feed and what became of its messages: received = stored + duplicate + quarantined + ignored."""

    name: str = Field(examples=["things_stack"])
    envelope: str
    topic_filter: str | None
    enabled: bool
    received: int
    stored: int
    duplicate: int
    quarantined: int
    ignored: int
    values_stored: int = Field(description="Readings that were new.")
    values_refused: int = Field(description="Values inside stored messages that never became readings.")


def _base64(value: object) -> object:
    return b64encode(value).decode() if isinstance(value, bytes) else value


class QuarantineItem(Item):
    """A message, or a value of a stored message, that could not become a reading."""

    id: int
    kind: str = Field(description="message or value.", examples=["message"])
    source: str
    topic: str
    device: str | None
    home: str | None = Field(description="The home the device was in when the message came.")
    reason: Reason
    detail: str
    field: str = Field(description="Of a value: the field it came in.")
    raw: str = Field(description="Of a value: its text as it came.")
    quantity: str | None
    channel: str
    time: datetime | None = Field(description="Of a value: the time it was meant for.")
    received_at: AwareDatetime
    last_at: AwareDatetime = Field(description="When the same message came last.")
    deliveries: int = Field(description="How often the same message came.")
    payload: Annotated[str, BeforeValidator(_base64)] = Field(description="The message's bytes, base64.")
    withheld: str | None = Field(description="Why `payload` and `raw` are empty, if they are not shown.")


class HourState(StrEnum):
    """Whether an hour's numbers agree."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_CHECKED = "not_checked"
    NOT_COUNTED_AT_DOOR = "not_counted_at_door"


class HourItem(Item):
    """One hour of a source: received = stored + duplicate + quarantined + ignored, beside what came in at the door."""

    from_: AwareDatetime = Field(alias="from", examples=[AT])
    to: AwareDatetime
    received: int
    stored: int
    duplicate: int
    quarantined: int
    ignored: int
    quarantined_by_reason: dict[str, int] = Field(description="As far as reasons were counted, by reason.")
    ignored_by_reason: dict[str, int] = Field(description="As far as reasons were counted, by reason.")
    values_stored: int
    values_refused: int
    at_door: int | None = Field(description="Counted where messages came in, as of the last check; null if unknown.")
    in_raw_batches: int | None = Field(description="Found in the raw batches, as of the last check.")
    difference: int | None = Field(description="At the door less with an outcome, as of the last check.")
    state: HourState = Field(
        description="agrees: all numbers are the same. differs: they are not, and an alert is open. not_checked: "
        "messages came in since the last check. not_counted_at_door: an older release took the messages."
    )
    checked_at: AwareDatetime | None


class PostItem(Item):
    """What became of one record that was handed in."""

    index: int = Field(description="Its place in the request, from 0.")
    outcome: Outcome | None = Field(description="Null while ingest has not taken it.")
    reason: str | None = Field(description="Why it was quarantined or ignored, as a code.", examples=["unknown_device"])
    detail: str | None = Field(description="The same as a sentence; of a stored record, which values were refused.")


class PostAnswer(Item):
    """What became of the records of one request."""

    post: int = Field(description="The request's number.")
    received: int = Field(description="How many records it holds.")
    waiting: int = Field(description="How many of them ingest has not taken yet.")
    items: list[PostItem]


class HourListing(Listing[HourItem]):
    """Hours in order of time; those in which nothing came in are left out."""


class QuarantineGroup(Item):
    """What waits of one device for one reason."""

    source: str
    device: str | None = Field(description="Null where the message does not say who speaks.")
    profile: str | None = Field(description="Of a registered device; null says that it is not registered.")
    reason: Reason
    kind: str = Field(description="message or value.", examples=["message"])
    count: int = Field(description="How many messages or values wait.", examples=[312])
    first_at: AwareDatetime = Field(description="When the first of them came.")
    last_at: AwareDatetime = Field(description="When the last of them came.")
    sample: str = Field(description="What was said of the newest.")
    home: str | None = Field(description="The home the device was in when the newest came.")
    cure: str = Field(description="What to do about it.")
    replay: str | None = Field(description="The command that brings in what waits once that is done, if one can.")


class SourceListing(Listing[SourceItem]):
    """All sources."""


class QuarantineGroupListing(Listing[QuarantineGroup]):
    """Groups of the quarantine, those heard last first."""


class QuarantineListing(Listing[QuarantineItem]):
    """Quarantine, newest first."""
