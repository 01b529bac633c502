"""Savings: what rounds took before and now."""

import datetime as dt
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.csv_answer import csv_answer
from hereabouts_api.parameters import Text, utc_now
from hereabouts_api.savings_models import SavingsView
from hereabouts_platform.rounds.saved import saved, span_of
from hereabouts_schemas.access import Action, Resource

router = APIRouter(tags=["rounds"])

COLUMNS = (
    "first",
    "last",
    "depot",
    "measure",
    "unit",
    "days",
    "before",
    "now",
    "saved",
    "low",
    "high",
    "says",
    "method",
)
DECIMALS = 3
_FORMS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}


class SavingsFormat(StrEnum):
    """How savings are written."""

    JSON = "json"
    CSV = "csv"


class SavingsParameters(BaseModel):
    """Which days, of which depot."""

    model_config = ConfigDict(extra="forbid")

    first: dt.date | None = Field(
        None, alias="from", description="The first day; 28 days before the end unless given.", examples=["2026-03-02"]
    )
    last: dt.date | None = Field(
        None, alias="to", description="The last day, counted in; yesterday unless given.", examples=["2026-03-29"]
    )
    depot: Text | None = Field(None, description="Of this depot, where the baseline names depots.")
    f: SavingsFormat = Field(SavingsFormat.JSON, description="`csv` gives a line for each measure.")


@router.get(
    "/v1/savings", operation_id="getSavings", summary="Savings", response_model=SavingsView, responses=_FORMS
)  # fmt: skip
def read_savings(
    caller: Annotated[Caller, needs(Action.READ, Resource.FLEET)], asked: Annotated[SavingsParameters, Query()]
) -> SavingsView | Response:
    """Kilometres, hours, visits, fuel and CO2e before and now, how sure that is, what was left out, and the method.

    Told against a stored baseline only; for who sees every round.
    """
    found = savings_view(caller, asked.first, asked.last, asked.depot)
    return _csv(found) if asked.f is SavingsFormat.CSV else found


def savings_view(caller: Caller, first: dt.date | None, last: dt.date | None, depot: str | None) -> SavingsView:
    """Savings for the API and for their page.

    Raises:
        InputError: the days cannot be used.
    """
    return SavingsView.model_validate(asdict(saved(caller.connection, span_of(first, last, depot, utc_now()))))


def _csv(view: SavingsView) -> Response:
    shared = view.model_dump(mode="json", include={"first", "last", "depot"}) | {"method": " ".join(view.method)}
    rows = ({**shared, **one.model_dump(mode="json")} for one in view.savings)
    lines = [{name: _figure(row[name]) for name in COLUMNS} for row in rows]
    return csv_answer(COLUMNS, lines, f"savings-{view.first}-{view.last}")


def _figure(value: object) -> object:
    """Figures to the metre."""
    return round(value, DECIMALS) if isinstance(value, float) else value
