"""Accounting: sources and the quarantine."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Number
from hereabouts_api.parameters import ListParameters, NoParameters, Text
from hereabouts_api.source_models import QuarantineListing, SourceListing
from hereabouts_api.withheld import without_bytes_of_homes
from hereabouts_platform.store.sources import QuarantineFilter, list_quarantine, list_sources
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.device import device_id
from hereabouts_schemas.outcome import Reason

router = APIRouter(prefix="/v1", tags=["accounting"])

CURSOR = Cursor("quarantine", tuple[Number])


class QuarantineKind(StrEnum):
    """A whole message, or one value of a stored message."""

    MESSAGE = "message"
    VALUE = "value"


class QuarantineParameters(ListParameters):
    """Which rows."""

    reason: Reason | None = Field(None, description="Rows of this reason.")
    kind: QuarantineKind | None = Field(None, description="Whole messages, or single values.")
    source: Text | None = Field(None, description="Rows of this source, by name.", examples=["things_stack"])
    device: Text | None = Field(None, description="Rows of this device; a DevEUI in any spelling.")


@router.get("/sources", operation_id="listSources", summary="Sources", response_model=SourceListing)
def read_sources(
    caller: Annotated[Caller, needs(Action.READ, Resource.SOURCES)], _: Annotated[NoParameters, Query()]
) -> SourceListing:
    """Every source with what became of its messages: received = stored + duplicate + quarantined + ignored."""
    return SourceListing.model_validate({"items": list_sources(caller.connection), "next": None})


@router.get("/quarantine", operation_id="listQuarantine", summary="Quarantine", response_model=QuarantineListing)
def read_quarantine(
    caller: Annotated[Caller, needs(Action.READ, Resource.QUARANTINE)],
    asked: Annotated[QuarantineParameters, Query()],
) -> QuarantineListing:
    """What could not become a reading, the newest first: whole messages, and values refused in stored messages.

    A page of long payloads ends before `limit`, at about 8 MiB of them; `next` goes on behind it.
    """
    wanted = QuarantineFilter(
        reason=asked.reason,
        kind=asked.kind,
        source=asked.source,
        device=device_id(asked.device) if asked.device is not None else None,
    )
    (before,) = CURSOR.read(asked.cursor) or (None,)
    page = list_quarantine(caller.connection, wanted, before=before, most=asked.limit)
    following = CURSOR.write((page.rows[-1]["id"],)) if page.more else None
    items = without_bytes_of_homes(page.rows, caller.principal)
    listing = QuarantineListing.model_validate({"items": items, "next": following})
    caller.saw(Resource.QUARANTINE, "list", (item.home for item in listing.items))
    return listing
