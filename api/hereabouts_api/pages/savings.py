"""The page of savings: what rounds took before and now, how sure that is, what was left out, and how it was found."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import counted
from hereabouts_api.parameters import Text
from hereabouts_api.routes.savings import savings_view
from hereabouts_api.savings_models import SavingItem, SavingsView
from hereabouts_platform.savings.facts import Measure, Why
from hereabouts_platform.savings.words import figure
from hereabouts_platform.store.savings import stored_before
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)

TITLES = {
    Measure.KM: "Kilometres",
    Measure.HOURS: "Hours on the road",
    Measure.VISITS: "Visits",
    Measure.LITRES: "Litres of fuel",
    Measure.CO2E: "CO2e, kg",
}
WHY = {
    Why.NO_BASELINE: "No baseline",
    Why.TWO_BASELINES: "Two baselines",
    Why.NO_PLAN: "No plan",
    Why.NO_MAP: "No map of roads",
    Why.TO_HOMES: "Homes on the round",
    Why.NOT_REPORTED: "Not reported",
    Why.NOT_OVER: "Not over yet",
}
NOTHING = "cannot say"
Day = Annotated[date | None, BeforeValidator(lambda given: given or None)]


class Asked(BaseModel):
    """What the address asks for; an empty answer asks for nothing."""

    model_config = ConfigDict(extra="forbid")

    first: Day = Field(None, alias="from")
    last: Day = Field(None, alias="to")
    depot: Text = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A measure as the table shows it."""

    title: str
    before: str
    now: str
    difference: str
    between: str
    days: int
    says: str


@router.get("/savings", response_class=HTMLResponse)
def savings_page(
    caller: Annotated[Caller, needs(Action.READ, Resource.FLEET)], asked: Annotated[Asked, Query()]
) -> str:
    """Savings of some days, for who sees every round.

    Raises:
        InputError: the days cannot be used.
    """
    view = savings_view(caller, asked.first, asked.last, asked.depot or None)
    depots = sorted({row.depot for row in stored_before(caller.connection) if row.depot is not None})
    return render(
        "savings.html",
        signed_in=caller.principal,
        view=view,
        depots=depots,
        compared=counted(view.compared_days, "day", "days"),
        rows=[_row(one) for one in view.savings],
        left_out=[(WHY[one.why], one) for one in view.left_out],
        figure=figure,
        query=_query(view),
    )


def _row(one: SavingItem) -> Row:
    known = one.before is not None and one.now is not None and one.saved is not None
    ends = one.low is not None and one.high is not None
    return Row(
        title=TITLES[one.measure],
        before=figure(one.before or 0) if known else NOTHING,
        now=figure(one.now or 0) if known else NOTHING,
        difference=_less(one.saved or 0) if known else NOTHING,
        between=_between(one.low or 0, one.high or 0) if ends else NOTHING,
        days=one.days,
        says=one.says,
    )


def _between(low: float, high: float) -> str:
    ends = _less(low), _less(high)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _less(saved: float) -> str:
    """A saving as a difference: what was saved stands with a minus.

    Example:
        >>> _less(12.34), _less(-3), _less(0.01)
        ('−12.3', '+3', '0')
    """
    said = figure(abs(saved))
    return "0" if said == "0" else f"{'−' if saved > 0 else '+'}{said}"


def _query(view: SavingsView) -> str:
    asked = {"from": view.first.isoformat(), "to": view.last.isoformat(), "depot": view.depot or ""}
    return urlencode({name: value for name, value in asked.items() if value})
