"""A day's rounds put together for their page."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from hereabouts_api.access import Caller
from hereabouts_api.pages.round_changes import say_changes
from hereabouts_api.pages.round_troubles import say_troubles
from hereabouts_api.pages.round_words import (
    behind,
    picked_up,
    say_behind,
    say_km,
    say_load,
    say_overflow,
    say_roads,
    say_tips,
)
from hereabouts_api.pages.templates import say_clock
from hereabouts_api.parameters import Text
from hereabouts_api.plan_changes import changes_of
from hereabouts_api.round_models import RoundView
from hereabouts_api.routes.rounds import whole_round
from hereabouts_platform.access.policy import may
from hereabouts_platform.store.bin_search import find_bins
from hereabouts_platform.store.fleet import FleetVehicle, vehicles
from hereabouts_platform.store.outages import outages
from hereabouts_platform.store.round_pages import LeftCounts, Row, depots_of, left_of
from hereabouts_platform.store.rounds import RoundFilter, list_plans, list_rounds
from hereabouts_platform.store.visit_requests import RequestFilter, list_requests
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.times import LONDON

MOST_ROUNDS = 200  # of a depot and a day
LEFT_SHOWN = 100
VERSIONS_SHOWN = 20
REQUESTS_SHOWN = 20
FOUND_SHOWN = 20


class Asked(BaseModel):
    """What the address asks for; an empty answer asks for nothing."""

    model_config = ConfigDict(extra="forbid")

    day: Annotated[date | None, BeforeValidator(lambda given: given or None)] = None
    depot: Text = ""
    bin: Text = ""
    asked: Text = Field(default="", pattern="^(yes)?$")
    withdrawn: Text = Field(default="", pattern="^(yes)?$")
    find: Text = ""
    told: Text = Field(default="", pattern="^(published|discarded|out|back)?$")

    def query(self, **changed: str) -> str:
        """The address' query for this day and depot, with some of it changed."""
        kept = {"day": self.day.isoformat() if self.day else "", "depot": self.depot, **changed}
        return urlencode({name: value for name, value in kept.items() if value})


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """A request that could not be written down: which field, why, and the form as it came."""

    field: str
    said: str
    given: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundCard:
    """One vehicle's round as the page shows it.

    Attributes:
        tag, style: how far it is, and the look of that.
        back_at: when it is to be back by its plan; `expected_at` by its last report, None before the first.
    """

    id: int
    vehicle: str
    crew: str
    done: int
    visits: int
    tag: str
    style: str
    starts_at: datetime
    back_at: datetime
    expected_at: datetime | None
    stands: str
    km: str
    loads: Sequence[str]
    tips: str
    vehicle_id: str
    changed: bool
    accepted: str


def day_view(caller: Caller, asked: Asked, now: datetime, wrong: Wrong | None, *, refused: str = "") -> dict[str, Any]:
    """Everything that the template needs; `refused`: why something that was asked for was not done."""
    sees_all = _sees_every_round(caller)
    day = asked.day or (_today(now) if sees_all else _day_of_crew(caller, asked.depot, now))
    depots = depots_of(caller.connection, day)
    depot = asked.depot or (depots[0]["id"] if depots else "")
    plans = list_plans(caller.connection, day, depot, behind=None, most=VERSIONS_SHOWN) if depot else []
    plan = next(iter(list_plans(caller.connection, day, depot, behind=None, most=1, state="published")), None)
    rounds = _rounds(caller, day, depot) if plan else []
    may_send = may(caller.principal, Action.ADMINISTER, Resource.ROUNDS)
    fleet = _vehicles(caller, depot, day) if may_send else []
    return {
        "asked": asked,
        "here": Asked(day=day, depot=depot),
        "day": day,
        "today": _today(now),
        "depots": depots,
        "depot": depot,
        "depot_name": next((one["name"] for one in depots if one["id"] == depot), depot),
        "earlier": (day - timedelta(days=1)).isoformat() if day > date.min else "",
        "later": (day + timedelta(days=1)).isoformat() if day < date.max else "",
        "plan": plan,
        "plans": plans,
        "roads": say_roads(plan["roads"]) if plan else "",
        "cards": [_card(one) for one in rounds],
        "visits": sum(one.visits for one in rounds),
        "done": sum(one.done for one in rounds),
        "command": f"hereabouts rounds plan --date {day.isoformat()} --depot {shlex.quote(depot or 'DEPOT')}",
        "troubles": say_troubles(caller, plan),
        "sees_all": sees_all,
        **_left(caller, plan if sees_all else None),
        **_requests(caller),
        **_found(caller, asked, day),
        **_draft(caller, plans, plan, may_send=may_send),
        "vehicles": fleet,
        "idle": [one for one in fleet if one.id not in {each.vehicle for each in rounds}],
        "out": outages(caller.connection) if may_send else {},
        "refused": refused,
        "may_report": may(caller.principal, Action.WRITE, Resource.ROUNDS),
        "may_send": may_send,
        "may_compare": may(caller.principal, Action.READ, Resource.FLEET),
        "key": uuid4().hex,
        "wrong": wrong,
        "given": wrong.given if wrong else {"place": asked.bin, "kind": "manual" if may_send else "report"},
    }


def _sees_every_round(caller: Caller) -> bool:
    """Whoever may see the fleet sees what it does. Row security shows a crew its own rounds, and hides what is left."""
    return may(caller.principal, Action.READ, Resource.FLEET)


def _today(now: datetime) -> date:
    return now.astimezone(LONDON).date()


def _day_of_crew(caller: Caller, depot: str, now: datetime) -> date:
    """The day that a crew works on: past midnight the day before, until that round ends or one of today begins."""
    today = _today(now)
    before = today - timedelta(days=1)

    def own(day: date) -> list[Row]:
        wanted = RoundFilter(day=day, depot=depot or None, state="published")
        return list_rounds(caller.connection, wanted, behind=None, most=MOST_ROUNDS)

    is_running = any(one["ends_at"] > now for one in own(before))
    return before if is_running and not any(one["starts_at"] <= now for one in own(today)) else today


def _rounds(caller: Caller, day: date, depot: str) -> list[RoundView]:
    wanted = RoundFilter(day=day, depot=depot, state="published")
    rows = list_rounds(caller.connection, wanted, behind=None, most=MOST_ROUNDS)
    return sorted((whole_round(caller, row, "rounds page") for row in rows), key=lambda one: one.vehicle_name)


def _card(view: RoundView) -> RoundCard:
    late = behind(view.stops)
    tag, style = _stage(view)
    return RoundCard(
        id=view.id,
        vehicle=view.vehicle_name,
        crew=view.crew or "",
        done=view.done,
        visits=view.visits,
        tag=tag,
        style=style,
        starts_at=view.starts_at,
        back_at=view.ends_at,
        expected_at=None if late is None or view.done >= view.visits else view.ends_at + late,
        stands="" if late is None else say_behind(late),
        km=say_km(view.drive_m),
        loads=[say_load(load) for load in picked_up(view.stops)],
        tips=say_tips(view.stops),
        vehicle_id=view.vehicle,
        changed=view.changed,
        accepted=f"{view.accepted_by}, {say_clock(view.accepted_at)}" if view.accepted_at else "",
    )


def _stage(view: RoundView) -> tuple[str, str]:
    if not view.visits:  # it broke down before its first stop: others have them
        return "No stops", "plain"
    if view.done >= view.visits:
        return "All reported", "live"
    return (f"{view.visits - view.done} left", "") if view.done else ("Nothing reported yet", "plain")


def _vehicles(caller: Caller, depot: str, day: date) -> list[FleetVehicle]:
    """Those that set out from a depot, with or without a round on the day."""
    found = vehicles(caller.connection).values()
    return [one for one in found if one.start_depot == depot and one.serves_on(day)]


def _left(caller: Caller, plan: Row | None) -> dict[str, Any]:
    if plan is None:
        return {"left": [], "left_counts": LeftCounts(visits=0, unmet=0)}
    rows, counts = left_of(caller.connection, plan, most=LEFT_SHOWN)
    caller.saw(Resource.ROUNDS, "left", (row["home"] for row in rows))
    shown = [{**row, "overflow": say_overflow(row["overflow_p50_at"], row["overflow_p90_at"])} for row in rows]
    return {"left": shown, "left_counts": counts}


def _requests(caller: Caller) -> dict[str, Any]:
    """What is asked for and nobody has answered yet: all of it for who sends crews, for a crew what is on its way."""
    wanted = RequestFilter(state="open")
    found = list_requests(caller.connection, wanted, after=None, most=REQUESTS_SHOWN + 1)
    return {"requests": found[:REQUESTS_SHOWN], "has_more_requests": len(found) > REQUESTS_SHOWN}


def _found(caller: Caller, asked: Asked, day: date) -> dict[str, Any]:
    """Bins by what somebody calls them, for those who may look places up."""
    may_find = may(caller.principal, Action.READ, Resource.PLACES)
    text = asked.find.strip()
    rows = find_bins(caller.connection, text, day, most=FOUND_SHOWN + 1) if may_find and text else []
    return {"may_find": may_find, "found": rows[:FOUND_SHOWN], "has_more_found": len(rows) > FOUND_SHOWN}


def _draft(caller: Caller, plans: Sequence[Row], plan: Row | None, *, may_send: bool) -> dict[str, Any]:
    """The newest draft that may take the place of what stands, with why it was made and what it changes."""
    stands = plan["version"] if plan else 0
    draft = next((one for one in plans if one["state"] == "draft" and one["version"] > stands), None)
    if draft is None or not may_send:
        return {"draft": None}
    changes = say_changes(changes_of(caller, draft["id"]))
    return {"draft": draft, "changes": changes, "draft_troubles": say_troubles(caller, draft)}
