"""What summaries of areas answer with."""

from typing import Literal

from pydantic import AwareDatetime, Field

from hereabouts_api.models import AT, AreaItem, Item
from hereabouts_platform.rules.disclosure import FEWEST, FEWEST_COUNTED

WHY = (
    f"Why figures of homes are left out: too_few, they would rest on fewer than {FEWEST} homes; complement, taken away "
    "from a larger area they would tell of fewer. null where they are shown."
)


class LimitShare(Item):
    """How much of the time a quantity was beyond a stated limit."""

    limit: float = Field(description="In the quantity's unit.")
    share: float = Field(description="Of the hours, 0 to 1; the mean over places.")


class FigureItem(Item):
    """A quantity over the area and time. Each place counts once, by the mean of its hours."""

    quantity: str = Field(examples=["air_temperature"])
    unit: str = Field(description="UCUM code.", examples=["Cel"])
    of: Literal["homes", "other"] = Field(description="Homes, or everything else.")
    places: int | None = Field(description="Places with data; homes to the nearest 5. null where left out.")
    mean: float | None = Field(description="Of the places' means. Of counts, a mean hour.")
    p10: float | None = Field(description="A tenth of the places have a lower mean.")
    p50: float | None
    p90: float | None
    below: LimitShare | None = Field(description="Hours below a limit; null where none is stated.")
    above: LimitShare | None
    left_out: Literal["too_few", "complement"] | None = Field(description=WHY)


class AreaAlertItem(Item):
    """Open alerts of one hazard and level."""

    hazard: str = Field(examples=["damp_mould"])
    level: str = Field(examples=["act"])
    of: Literal["homes", "other"]
    places: int | None = Field(
        description="On how many places one is open (a home with its rooms is one); homes to the nearest 5, null where "
        f"fewer than {FEWEST_COUNTED}."
    )


class AreaSummary(Item):
    """An area over [from, to): no single home can be told from it."""

    area: AreaItem
    from_: AwareDatetime = Field(alias="from", examples=[AT])
    to: AwareDatetime
    lagging: bool = Field(
        description="Readings of this time have just come in that the figures do not hold yet; they do within minutes. "
        "Homes may be left out as too few for that reason alone."
    )
    fewest: int = Field(description="Figures of homes rest on at least so many.", examples=[FEWEST])
    quantities: list[FigureItem]
    alerts: list[AreaAlertItem] = Field(description="Those open now.")
