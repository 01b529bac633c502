"""The books of one source, hour by hour."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor
from hereabouts_api.parameters import ListParameters, Text, interval_of
from hereabouts_api.source_models import HourListing
from hereabouts_platform.store.readings import Interval
from hereabouts_platform.store.source_books import find_source, list_hours
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1/sources", tags=["accounting"])

CURSOR = Cursor("accounting", tuple[At])


class AccountingParameters(ListParameters):
    """Which hours."""

    datetime: str | None = Field(
        None,
        max_length=200,
        description="`a/b`: the hours that lie in this time, half-open; `..` is an open end. The hour of `a` is in.",
        examples=["2026-03-01T00:00:00Z/2026-03-08T00:00:00Z"],
    )


@router.get("/{name}/accounting", operation_id="listAccounting", summary="A source's books", response_model=HourListing)
def read_accounting(
    name: Annotated[Text, Path(description="A source's name.", examples=["things_stack"])],
    caller: Annotated[Caller, needs(Action.READ, Resource.SOURCES)],
    asked: Annotated[AccountingParameters, Query()],
) -> HourListing:
    """What came in hour by hour (UTC, by time of arrival), what became of it, why, and whether the numbers agree.

    Counts are those of this moment; what came in at the door and what the raw batches hold is compared every quarter of
    an hour.
    """
    interval = interval_of(asked.datetime) if asked.datetime is not None else Interval()
    source = find_source(caller.connection, name)
    if source is None:
        raise NotFound(f"There is no source {name[:200]!r}.")
    (after,) = CURSOR.read(asked.cursor) or (None,)
    rows = list_hours(caller.connection, source, interval, after=after, most=asked.limit + 1)
    return HourListing.of(rows, asked.limit, lambda row: CURSOR.write((row["from"],)))
