"""The first page: places with open alerts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, Number, SmallNumber
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import LEVELS, counted, hazard_of
from hereabouts_api.parameters import utc_now
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store.alert_list import (
    LastAssessment,
    OpenCounts,
    Row,
    Urgency,
    last_assessment,
    most_urgent,
    open_counts,
    open_elsewhere,
)
from hereabouts_platform.store.device_list import Silence, devices_with_alerts, silence
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.alert import Level

router = APIRouter(include_in_schema=False)

ALERTS_A_PAGE = 50
ELSEWHERE_SHOWN = 20
CURSOR = Cursor("page", tuple[SmallNumber, At, Number])


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertLine:
    """One open alert as the page shows it."""

    place: str
    place_name: str
    parent_name: str | None
    level: str
    level_words: str
    hazard: str
    reason: str
    opened_at: datetime


@router.get("/", response_class=HTMLResponse)
def overview(caller: Annotated[Caller, needs(Action.READ, Resource.ALERTS)], cursor: str | None = None) -> str:
    """Open alerts on places, the most urgent first, fifty a page."""
    behind = CURSOR.read(cursor)
    after = Urgency(turn=behind[0], opened_at=behind[1], id=behind[2]) if behind else None
    rows = most_urgent(caller.connection, after=after, most=ALERTS_A_PAGE + 1)
    shown = rows[:ALERTS_A_PAGE]
    caller.saw(Resource.ALERTS, "page", (row["home"] for row in shown))
    last = shown[-1] if len(rows) > ALERTS_A_PAGE else None
    return render(
        "overview.html",
        signed_in=caller.principal,
        alerts=[_line(row) for row in shown],
        counts=_say_counts(open_counts(caller.connection)),
        elsewhere=[
            {**row, "level_words": LEVELS[Level(row["level"])]}
            for row in open_elsewhere(caller.connection, most=ELSEWHERE_SHOWN)
        ],
        assessed=_say_assessed(last_assessment(caller.connection)),
        silence=_say_silence(silence(caller.connection, utc_now())),
        needy=_say_needy(devices_with_alerts(caller.connection)),
        first_page=after is None,
        next=CURSOR.write((last["turn"], last["opened_at"], last["id"])) if last else None,
    )


def _line(row: Row) -> AlertLine:
    return AlertLine(
        place=row["home"] or row["place"],
        place_name=row["place_name"],
        parent_name=row["parent_name"],
        level=row["level"],
        level_words=LEVELS[Level(row["level"])],
        hazard=hazard_of(row["hazard"]),
        reason=row["reason"],
        opened_at=row["opened_at"],
    )


def _say_counts(counts: OpenCounts) -> str:
    if counts.places == 0:
        return "No alert is open."
    levels = ((counts.urgent, "urgent"), (counts.act, "to act on"), (counts.watch, "to keep an eye on"))
    parts = ", ".join(f"{count:,} {words}" for count, words in levels if count)
    verb = "has" if counts.places == 1 else "have"
    return f"{counted(counts.places, 'place', 'places')} {verb} an open alert: {parts}."


def _say_assessed(last: LastAssessment | None) -> str:
    if last is None:
        return "No home has been assessed yet."
    rooms = counted(last.rooms, "room was", "rooms were")
    missing = f" Of {last.cannot_say:,} too little was read to say anything." if last.cannot_say else ""
    return f"{rooms} last assessed {say_time(last.at)}.{missing}"


def _say_needy(devices: int) -> str:
    return f"{counted(devices, 'device needs', 'devices need')} somebody." if devices else ""


def _say_silence(silent: Silence) -> str:
    if silent.deployed == 0:
        return "No device is deployed, so nothing can be heard."
    if silent.devices == 0:
        return "No deployed device is silent."
    devices = counted(silent.devices, "device is", "devices are")
    where = f", in {counted(silent.homes, 'home', 'homes')}" if silent.homes else ""
    return f"{devices} silent{where}. What they should watch over cannot be assessed until they are heard again."
