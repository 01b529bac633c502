"""What the API answers and takes of requests for visits."""

import datetime as dt
from typing import Literal

from pydantic import AwareDatetime, Field

from hereabouts_api.cursors import Name
from hereabouts_api.models import Item, Listing
from hereabouts_api.parameters import Sentence
from hereabouts_api.round_models import Body
from hereabouts_platform.store.visit_requests import RequestKind

RequestState = Literal["open", "answered", "withdrawn"]


class RequestItem(Item):
    """Somebody asked for a visit."""

    id: int
    place: str
    name: str = Field(description="Of the bin or the site.")
    site: str | None = Field(description="The name of the site that the bin is at.")
    kind: RequestKind
    says: str
    day: dt.date | None = Field(description="On which day it is wanted; null: as soon as may be.")
    vehicle: str | None = Field(description="By this vehicle only, on that day.")
    after: str | None = Field(description="Right after this bin, which is visited too, on that day.")
    at: AwareDatetime = Field(description="Since when it stands.")
    by: str
    state: RequestState
    answered_at: AwareDatetime | None = Field(description="When a crew had been there.")
    withdrawn_at: AwareDatetime | None
    withdrawn_by: str | None
    withdrawn_says: str | None


class RequestListing(Listing[RequestItem]):
    """A page of requests."""


class Withdrawal(Body):
    """Why nobody has to go any more."""

    says: Sentence = Field(description="Why, in a sentence. Name nobody.", examples=["It was the wrong bin."])


class NewRequest(Body):
    """Somebody asks for a visit."""

    kind: RequestKind = Field(description="report: somebody told us; manual: a dispatcher says so.")
    says: Sentence = Field(description="What is wanted, in a sentence. Name nobody.")
    day: dt.date | None = Field(None, description="On which day; null: as soon as may be.")
    vehicle: Name | None = Field(
        None, min_length=1, description="By this vehicle only: its id. By a dispatcher (`manual`), for that `day`."
    )
    after: Name | None = Field(
        None,
        min_length=1,
        description="Right after this bin, which is visited too: its id. By a dispatcher (`manual`), for that `day`.",
    )
    client_id: Name | None = Field(None, min_length=1, max_length=200, description="As of reports.")
