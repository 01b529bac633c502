"""Alerts."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, Number
from hereabouts_api.models import AlertListing
from hereabouts_api.parameters import ListParameters, Text
from hereabouts_platform.store.alert_list import AlertFilter, list_alerts
from hereabouts_schemas.access import Action, Resource

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

CURSOR = Cursor("alerts", tuple[At, Number])


class StateAsked(StrEnum):
    """Which alerts are wanted."""

    OPEN = "open"
    CLEARED = "cleared"
    ALL = "all"


class AlertParameters(ListParameters):
    """Which alerts."""

    state: StateAsked = Field(StateAsked.ALL, description="Open ones, cleared ones, or all of them.")
    hazard: Text | None = Field(None, description="Alerts of this hazard.", examples=["damp_mould"])
    place: Text | None = Field(None, description="Alerts on this place, its rooms or its slots.", examples=["home-7"])


@router.get("", operation_id="listAlerts", summary="Alerts", response_model=AlertListing)
def read_alerts(
    caller: Annotated[Caller, needs(Action.READ, Resource.ALERTS)], asked: Annotated[AlertParameters, Query()]
) -> AlertListing:
    """Alerts, the newest first; open and cleared ones unless `state` narrows them."""
    state = None if asked.state is StateAsked.ALL else asked.state
    wanted = AlertFilter(state=state, hazard=asked.hazard, place=asked.place)
    rows = list_alerts(caller.connection, wanted, before=CURSOR.read(asked.cursor), most=asked.limit + 1)
    listing = AlertListing.of(rows, asked.limit, lambda row: CURSOR.write((row["opened_at"], row["id"])))
    caller.saw(Resource.ALERTS, "list", (item.home for item in listing.items))
    return listing
