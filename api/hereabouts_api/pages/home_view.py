"""What the page of a home says beside what every place's page does: levels, cases, a form for reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from hereabouts_api.access import Caller
from hereabouts_api.pages.case_fields import Asks, Field
from hereabouts_api.pages.case_forms import CaseForm
from hereabouts_api.pages.case_offer import Offered
from hereabouts_api.pages.case_words import HAZARDS, LEVELS, OUTCOMES, REPORTERS, STATES, hazard_title
from hereabouts_api.room_levels import level_now, why
from hereabouts_platform.access.policy import may
from hereabouts_platform.homes.screening import say_class
from hereabouts_platform.store.case_pages import cases_of_home
from hereabouts_platform.store.home_levels import levels_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.case import CaseEventKind

OF_HAZARD = ("damp_mould", "excess_cold", "excess_heat")
STYLES = {"ok": "live", "watch": "watch", "act": "act", "urgent": "urgent", "no_data": "late", "sensor_fault": "late"}
WORST = ("urgent", "act", "watch", "sensor_fault", "no_data", "ok")
REPORT = CaseForm(
    name="report",
    kind=CaseEventKind.REPORTED,
    title="Record what somebody told us",
    button="Record the report",
    intro="It opens a case, or goes into the one that is open. The clocks of the law begin when we were told.",
    fields=(
        Field(name="hazard", label="What is it about?", asks=Asks.CHOICE, choices=HAZARDS, needed=True),
        Field(name="by", label="Who told us?", asks=Asks.CHOICE, choices=REPORTERS, needed=True),
        Field(name="words", label="What they said", hint="As they said it. No names, and nothing about their health."),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomLine:
    """How a room is: each hazard's level in words and style, and why in a sentence."""

    name: str
    levels: Sequence[tuple[str, str]]
    why: str


def home_view(caller: Caller, home: str, now: datetime, *, failed: Offered | None = None) -> dict[str, Any]:
    """What `home.html` needs, of a home by its id."""
    rows = levels_of(caller.connection, home)
    return {
        "home": home,
        "hazard_titles": [hazard_title(hazard) for hazard in OF_HAZARD],
        "rooms": [*_whole(rows, now), *(_room(row, now) for row in rows)],
        "physics": [f"{row['room'] or 'The home'}: {said}" for row in rows if (said := say_class(row["vpx5"]))],
        "cases": [_case(row) for row in cases_of_home(caller.connection, home)],
        "report": failed or Offered(form=REPORT, key=uuid4().hex, answers={}, errors={})
        if may(caller.principal, Action.WRITE, Resource.CASES)
        else None,
    }


def _worst(rows: Sequence[Mapping[str, Any]], hazard: str, now: datetime) -> str:
    return min((level_now(row, hazard, now) for row in rows), key=WORST.index)


def _whole(rows: Sequence[Mapping[str, Any]], now: datetime) -> list[RoomLine]:
    if len(rows) < 2:
        return []
    levels = [_tag(_worst(rows, hazard, now)) for hazard in OF_HAZARD]
    return [RoomLine(name="The whole home", levels=levels, why="The worst of its rooms.")]


def _tag(level: str) -> tuple[str, str]:
    return LEVELS[level], STYLES[level]


def _room(row: Mapping[str, Any], now: datetime) -> RoomLine:
    levels = [level_now(row, hazard, now) for hazard in OF_HAZARD]
    return RoomLine(name=row["room"] or "The home", levels=[_tag(level) for level in levels], why=why(row, now))


def _case(row: Mapping[str, Any]) -> dict[str, Any]:
    closed = row["state"] == "closed"
    said = OUTCOMES[row["outcome"]] if closed else STATES[row["state"]]
    return {**row, "title": hazard_title(row["hazard"]), "said": said, "closed": closed}
