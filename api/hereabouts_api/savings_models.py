"""What the API answers of savings."""

import datetime as dt

from pydantic import Field

from hereabouts_api.models import Item
from hereabouts_platform.savings.facts import Measure, Why


class SavingItem(Item):
    """One measure before and now; sums over the days on which both are known."""

    measure: Measure
    unit: str = Field(examples=["km"])
    days: int = Field(description="On how many days both sides are known.")
    before: float | None = Field(description="Null: it cannot be said; `says` tells why.")
    now: float | None
    saved: float | None = Field(description="Before less now; negative: more than before.")
    low: float | None = Field(description="As many days like these save between low and high 19 times in 20.")
    high: float | None = Field(description="Null where fewer than 5 days can be compared.")
    says: str = Field(description="The same in a sentence, or why it cannot be said.")


class LeftOutItem(Item):
    """Days that are in no figure."""

    why: Why
    days: int
    km: float | None = Field(description="Planned for them all the same; null where rounds lead to homes.")
    says: str


class FactorItem(Item):
    """A conversion factor that was used."""

    fuel: str = Field(examples=["diesel"])
    unit: str = Field(description="litre, or kWh.")
    kg_co2e: float = Field(description="For each unit, where it is used: not what arises before.")
    year: int = Field(description="Of the edition.")
    title: str
    url: str
    licence: str
    used_for: int = Field(description="For days of this year: later than `year` where that has no edition yet.")


class SavingsView(Item):
    """What the rounds of some days saved against the stored baseline; nothing is reckoned beyond the days compared."""

    first: dt.date = Field(description="Counted in.")
    last: dt.date = Field(description="Counted in.")
    depot: str | None = Field(description="Null: all of them.")
    compared_days: int = Field(description="Days that could be compared.")
    savings: list[SavingItem]
    left_out: list[LeftOutItem]
    planned_visits: int = Field(description="Of the days compared.")
    reported_visits: int = Field(description="How many of them a crew has reported on.")
    overflowing: int = Field(description="Visits at which a crew found an overflow.")
    unmet: int = Field(description="Visits that had to be done and were in no round.")
    method: list[str] = Field(description="How the figures were found, in sentences. Belongs to them wherever they go.")
    factors: list[FactorItem]
