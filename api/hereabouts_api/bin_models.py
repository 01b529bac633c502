"""What the API answers of bins and their forecasts."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, Field

from hereabouts_api.models import AT, Item, Listing
from hereabouts_platform.bins.bin_words import Said, bin_says
from hereabouts_platform.store.bins import Row


class ReachItem(Item):
    """When a bin is at or over a limit; a time that is not after `made_at`: it is so already."""

    limit: float = Field(description="Per cent; 100 is full, or more.", examples=[80])
    p50_at: AwareDatetime | None = Field(description="With even chance by then; null: not within 14 days.")
    p90_at: AwareDatetime | None = Field(description="One in ten such bins by then, so it comes first.")


class BinItem(Item):
    """A bin slot, and what its forecast says; nulls where that cannot be said."""

    place: str = Field(examples=["market-1"])
    name: str
    site: str | None = Field(description="The place that it is part of.")
    site_name: str | None
    home: str | None = Field(description="The home that it is at, where it is at one.")
    lon: float | None = Field(description="Degrees east, WGS 84: its own, or its site's.")
    lat: float | None
    stream: str | None = Field(description="Of waste; null where what is kept about the bin cannot be used.")
    group: str | None = Field(description="Of bins that fill alike.")
    capacity_l: int | None = Field(description="Litres; null where nobody said.")
    measured: bool | None = Field(description="Whether it has, or had, a sensor; null: not forecast yet.")
    level_p50: float | None = Field(description="Per cent at `made_at`, even chance; 100 is full, or more.")
    level_p90: float | None = Field(description="Per cent that nine in ten such bins are under.")
    reaches: list[ReachItem] = Field(description="When it is at 50, 80 and 100 %; empty where that cannot be said.")
    overflow_chance: float | None = Field(description="How likely it overflows by `overflow_by`, 0 to 1.")
    overflow_by: AwareDatetime | None = Field(examples=[AT])
    overflow_before: Literal["next_round", "a_day"] | None = Field(
        description="What `overflow_by` is: next_round: the start of the depot's next first shift; a_day: 24 hours "
        "after `made_at`, as no round is in sight."
    )
    depot: str | None = Field(description="Whose next round that is.")
    emptied_at: AwareDatetime | None = Field(description="When it was last emptied, by its sensor or a crew.")
    read_at: AwareDatetime | None = Field(
        description="When its level was last known: a believed reading, or its emptying where nothing was read since."
    )
    look_at: list[str] = Field(description="What somebody should look at, of the last two to three days.")
    says: str = Field(description="The forecast in a sentence or two, times of Europe/London.")
    made_at: AwareDatetime | None = Field(description="When the forecast was made; null: never yet.")

    @classmethod
    def of(cls, row: Row, now: datetime) -> Self:
        """A bin of the store, with its words as of now."""
        item = cls.model_validate({**row, "overflow_before": _before(row), "says": ""})
        return item.model_copy(update={"says": bin_says(said_of(item), now)})


class BinListing(Listing[BinItem]):
    """A page of bins."""


def said_of(item: BinItem) -> Said:
    """What the words of a forecast are made of."""
    return Said(
        level=item.level_p50,
        over_at={one.limit: one.p50_at for one in item.reaches},
        chance=item.overflow_chance,
        by=item.overflow_by,
        is_round=item.depot is not None,
        measured=item.measured,
        made_at=item.made_at,
    )


def _before(row: dict[str, Any]) -> str | None:
    if row["overflow_by"] is None:
        return None
    return "a_day" if row["depot"] is None else "next_round"
