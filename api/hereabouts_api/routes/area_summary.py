"""Summaries of areas."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.area_summary import summarise
from hereabouts_api.area_summary_models import AreaSummary
from hereabouts_api.parameters import Text, interval_of, quantities_of
from hereabouts_platform.store.areas import find_area
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotFound
from hereabouts_schemas.times import hour_of

router = APIRouter(prefix="/v1/areas", tags=["areas"])

SHORTEST = timedelta(days=1)
LONGEST = timedelta(days=366)
CURE = "Give whole hours, at least a day and at most 366: 2026-03-01T00:00:00Z/2026-03-31T00:00:00Z."


class SummaryParameters(BaseModel):
    """Which quantities, over which time."""

    model_config = ConfigDict(extra="forbid")

    datetime: str = Field(
        max_length=200,
        description="`a/b`: from `a` up to but not including `b`, whole hours with a zone; a day to 366 days.",
        examples=["2026-03-01T00:00:00Z/2026-03-31T00:00:00Z"],
    )
    quantity: str = Field(
        max_length=1000,
        description="One or more quantities, separated by commas.",
        examples=["air_temperature,relative_humidity"],
    )
    vintage: Text | None = Field(None, description="Edition of the boundary; the newest unless given.")


@router.get("/{code}/summary", operation_id="getAreaSummary", summary="An area's summary", response_model=AreaSummary)
def read_summary(
    code: Annotated[Text, Path(description="GSS code.", examples=["E05001234"])],
    caller: Annotated[Caller, needs(Action.READ, Resource.AREAS)],
    asked: Annotated[SummaryParameters, Query()],
) -> AreaSummary:
    """Figures of an area's homes and other places over a time, from hours, and its open alerts.

    No home can be told from it: figures rest on at least 10 homes, also where another area's are taken away.
    """
    from_at, to_at = _span(asked.datetime)
    quantities = sorted(set(quantities_of(asked.quantity)))
    area = find_area(caller.connection, code, asked.vintage)
    if area is None:
        raise NotFound(f"There is no area {code[:200]!r}{' of that vintage' if asked.vintage else ''}.")
    return summarise(caller.connection, area, quantities, from_at, to_at)


def _span(text: str) -> tuple[datetime, datetime]:
    interval = interval_of(text)
    from_at, to_at = interval.from_at, interval.to_at
    if from_at is None or to_at is None or not SHORTEST <= to_at - from_at <= LONGEST:
        raise InputError("datetime", text, CURE)
    if hour_of(from_at) != from_at or hour_of(to_at) != to_at:
        raise InputError("datetime", text, CURE)
    return from_at, to_at
