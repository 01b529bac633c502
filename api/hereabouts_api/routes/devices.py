"""Devices and how they are."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Name
from hereabouts_api.models import DeviceListing
from hereabouts_api.parameters import ListParameters, utc_now
from hereabouts_platform.rules.health import Health
from hereabouts_platform.store.device_list import list_devices
from hereabouts_schemas.access import Action, Resource

router = APIRouter(prefix="/v1/devices", tags=["devices"])

CURSOR = Cursor("devices", tuple[Name])


class DeviceParameters(ListParameters):
    """Which devices."""

    health: Health | None = Field(None, description="Devices that are live, late, silent, waiting or spare.")


@router.get("", operation_id="listDevices", summary="Devices", response_model=DeviceListing)
def read_devices(
    caller: Annotated[Caller, needs(Action.READ, Resource.DEVICES)], asked: Annotated[DeviceParameters, Query()]
) -> DeviceListing:
    """Devices in order of id: how each is heard, loss, battery, clock, what stands still, where it is and was."""
    (after,) = CURSOR.read(asked.cursor) or (None,)
    rows = list_devices(caller.connection, now=utc_now(), health=asked.health, after=after, most=asked.limit + 1)
    listing = DeviceListing.of(rows, asked.limit, lambda row: CURSOR.write((row["id"],)))
    caller.saw(Resource.DEVICES, "list", (one.home for item in listing.items for one in item.deployments))
    return listing
