"""The unified view of a place, put together for the API and for the page alike."""

from dataclasses import asdict
from datetime import datetime

from hereabouts_api.access import Caller
from hereabouts_api.geo import outline_in, with_metres
from hereabouts_api.home_patterns import patterns_of
from hereabouts_api.models import PlaceView
from hereabouts_api.room_levels import place_levels
from hereabouts_platform.geography.grid import Crs
from hereabouts_platform.rules.health import health, patience
from hereabouts_platform.store.alert_list import AlertFilter, list_alerts
from hereabouts_platform.store.dataset_list import datasets_at
from hereabouts_platform.store.places import (
    Row,
    areas_of,
    children_of,
    deployments_at,
    find_place,
    latest_at,
)
from hereabouts_schemas.access import Resource
from hereabouts_schemas.alert import State
from hereabouts_schemas.errors import NotFound
from hereabouts_schemas.place import PlaceKind

JUDGED = (PlaceKind.HOME, PlaceKind.ROOM)
MOST_ALERTS = 1000  # open ones of one place and its parts: one a hazard and part, so never near it


def view_place(caller: Caller, place_id: str, now: datetime, crs: Crs = Crs.WGS84) -> PlaceView:
    """Everything known about one place, in nine queries, for a home a few more; its view goes to the audit.

    Raises:
        NotFound: there is no such place.
    """
    connection = caller.connection
    place = find_place(connection, place_id)
    if place is None:
        raise NotFound(f"There is no place {place_id[:200]!r}.")
    caller.saw(Resource.PLACES, "view", [place["home"]])
    open_here = AlertFilter(state=State.OPEN, place=place_id)
    alerts = list_alerts(connection, open_here, before=None, most=MOST_ALERTS)
    deployments = [_with_health(row, now) for row in deployments_at(connection, place_id)]
    return PlaceView.model_validate(
        {
            **with_metres(place, crs),
            "polygon": outline_in(place["polygon"], crs),
            "areas": areas_of(connection, place_id),
            "children": children_of(connection, place_id),
            "deployments": deployments,
            "latest": latest_at(connection, place_id),
            "alerts": alerts,
            "levels": place_levels(connection, place_id, alerts, now) if place["kind"] in JUDGED else [],
            "patterns": [asdict(one) for one in patterns_of(caller, place_id, now)]
            if place["kind"] == PlaceKind.HOME
            else [],
            "datasets": datasets_at(connection, place_id),
        }
    )


def _with_health(row: Row, now: datetime) -> Row:
    """With how the device is where it stands now; of a stay that is over or still to come nothing is expected."""
    here = row["from"] <= now and (row["to"] is None or now < row["to"])
    expected_from = row["expected_from"] if here else None
    found = health(row["last_heard"], expected_from, patience(row["interval_s"]), now)
    return {**{name: value for name, value in row.items() if name != "expected_from"}, "health": found}
