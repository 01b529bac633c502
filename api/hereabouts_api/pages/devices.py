"""The page of devices: those that need somebody first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, Name, SmallNumber
from hereabouts_api.models import DeviceItem
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import HEALTH, LEVELS, counted, hazard_of
from hereabouts_api.parameters import utc_now
from hereabouts_platform.rules.battery import BatteryState
from hereabouts_platform.rules.wording import say_span
from hereabouts_platform.store.device_list import (
    Need,
    list_devices,
    needing,
    open_device_alerts,
    places_of,
    silence,
)
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.alert import Level

router = APIRouter(include_in_schema=False)

DEVICES_A_PAGE = 50
CURSOR = Cursor("devices page", tuple[SmallNumber, At, Name])
LATE = 3
GROUPS = {"alert": "Need somebody", "late": "Late", "well": "All others"}

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceLine:
    """One device as the page shows it."""

    group: str
    device: DeviceItem
    place: Row
    alerts: list[Row]
    battery: str
    loss: str
    interval: str


@router.get("/devices", response_class=HTMLResponse)
def devices_page(caller: Annotated[Caller, needs(Action.READ, Resource.DEVICES)], cursor: str | None = None) -> str:
    """Deployed devices, fifty a page: those with an open alert, late ones, all others."""
    now = utc_now()
    behind = CURSOR.read(cursor)
    after = Need(turn=behind[0], since=behind[1], device=behind[2]) if behind else None
    found = needing(caller.connection, now, after=after, most=DEVICES_A_PAGE + 1)
    shown = found[:DEVICES_A_PAGE]
    lines = _lines(caller, shown, now)
    caller.saw(Resource.DEVICES, "page", (line.place["home"] for line in lines))
    last = shown[-1] if len(found) > DEVICES_A_PAGE else None
    return render(
        "devices.html",
        signed_in=caller.principal,
        groups=[(GROUPS[name], list(group)) for name, group in groupby(lines, key=lambda line: line.group)],
        deployed=counted(silence(caller.connection, now).deployed, "device is", "devices are"),
        health_words=HEALTH,
        levels=LEVELS,
        level_of=Level,
        hazard_of=hazard_of,
        first_page=after is None,
        next=CURSOR.write((last.turn, last.since, last.device)) if last else None,
    )


def _lines(caller: Caller, shown: list[Need], now: datetime) -> list[DeviceLine]:
    ids = [need.device for need in shown]
    rows = list_devices(caller.connection, now=now, only=ids, most=len(ids))
    items = {row["id"]: DeviceItem.model_validate(row) for row in rows}
    alerts = open_device_alerts(caller.connection, ids)
    places = places_of(caller.connection, ids, now)
    return [
        _line(need, items[need.device], places[need.device], alerts.get(need.device, []))
        for need in shown
        if need.device in items and need.device in places  # one may have been taken down between two queries
    ]


def _line(need: Need, item: DeviceItem, place: Row, alerts: list[Row]) -> DeviceLine:
    return DeviceLine(
        group="alert" if need.turn < LATE else "late" if need.turn == LATE else "well",
        device=item,
        place=place,
        alerts=alerts,
        battery=_say_battery(item),
        loss=_say_loss(item),
        interval=_say_interval(item),
    )


def _say_battery(item: DeviceItem) -> str:
    battery = item.battery
    raw = f"{battery.raw.value:.2f} V" if battery.raw and battery.raw.quantity == "battery_voltage" else ""
    if battery.percent is not None:
        return f"{battery.percent:.0f} %{f' ({raw})' if raw else ''}"
    if battery.state is BatteryState.FINE:
        return f"not low ({raw})"
    return f"{raw}, cannot say" if raw else "cannot say"


def _say_loss(item: DeviceItem) -> str:
    if item.loss is None or item.loss.percent is None:
        return "cannot say"
    return f"{item.loss.lost} of {item.loss.expected} ({item.loss.percent:.0f} %)"


def _say_interval(item: DeviceItem) -> str:
    every = say_span(timedelta(seconds=item.interval_s))
    return every if item.interval_gaps else f"{every}, by its profile"
