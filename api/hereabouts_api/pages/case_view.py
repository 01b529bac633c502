"""A case put together for its page."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hereabouts_api.access import Caller
from hereabouts_api.home_patterns import patterns_of
from hereabouts_api.models import EvidenceItem
from hereabouts_api.pages.case_chart import HUMIDITY, Outside, RoomMonth, room_month
from hereabouts_api.pages.case_clocks import clock_lines, first_due, replaced_lines, say_awareness
from hereabouts_api.pages.case_lines import timeline, titles_of
from hereabouts_api.pages.case_offer import NOBODY, Offered, entries, offers
from hereabouts_api.pages.case_why import Why, changes, headline, whys
from hereabouts_api.pages.case_words import HAZARDS, LEVELS, OUTCOMES, STATES, TITLES, hazard_title
from hereabouts_api.pages.charts import Limit
from hereabouts_api.pages.next_step import next_step
from hereabouts_api.pages.proof_lines import proof_lines
from hereabouts_api.pages.room_causes import behind, first_look, how_sure, worst_room
from hereabouts_api.pages.words import counted, evidence_of, is_beyond
from hereabouts_platform.access.policy import may
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.closing import owed_words
from hereabouts_platform.cases.life import Standing, stand
from hereabouts_platform.cases.steps import STEPS
from hereabouts_platform.climate.surface import DWELLING_F_RSI
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store.case_clocks import clock_history
from hereabouts_platform.store.case_events import Clerk, Locked, events_of, officers_of, policy_of, work_out
from hereabouts_platform.store.case_files import files_of
from hereabouts_platform.store.case_list import Row, alerts_of, evidence_list, timeline_of
from hereabouts_platform.store.case_pages import cases_of_home
from hereabouts_platform.store.home_levels import levels_of
from hereabouts_platform.store.home_reckoning import Reckoned, reckoned
from hereabouts_platform.store.places import children_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.case import CaseEventKind, CaseOutcome, CaseState

RECENT = timedelta(days=14)
LINES = ("surface_humidity_month", "surface_humidity_week", "mould_index", "air_humidity_week", "air_humidity_month")
WAIT = f"“{OUTCOMES[CaseOutcome.CONFIRMED_HAZARD]}” and “{OUTCOMES[CaseOutcome.CAUSE_FOUND]}” have to wait."
EARLY = (CaseState.REPORTED, CaseState.TRIAGED, CaseState.INVESTIGATING)


def lists_of(caller: Caller, case: Row, rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Choices of the fields that differ from case to case: whose it may be, and which entries may be corrected."""
    me = caller.principal.name
    names = list(dict.fromkeys([me, *officers_of(caller.connection, case["patch"])]))
    told = [
        (row["id"], f"{row['id']}: {TITLES[CaseEventKind(row['kind'])]}, {say_time(row['at'])}")
        for row in rows
        if not STEPS[CaseEventKind(row["kind"])].by_system and row["kind"] != CaseEventKind.CORRECTED
    ]
    whose = {name: f"{name} (you)" if name == me else name for name in names}
    book = load_book(policy_of(caller.connection).nation)
    clocks = {rule.name: rule.title for edition in book.editions for rule in edition.clocks}
    return {"assignee": {**whose, NOBODY: "Nobody"}, "event": entries(told), "delay_of": clocks}


def case_view(caller: Caller, case: Row, now: datetime, *, failed: Offered | None, done: int | None) -> dict[str, Any]:
    """Everything that the template needs.

    Args:
        failed: the form that came back and could not be recorded.
        done: the entry that was recorded a moment ago.
    """
    connection = caller.connection
    rows = timeline_of(connection, case["id"])
    events = events_of(connection, case["id"])
    standing = stand(events)
    clerk = Clerk.at(connection, caller.principal, now)
    held = Locked(id=case["id"], home=case["home"], hazard=case["hazard"], patch=case["patch"])
    clocks = work_out(clerk, held, events, standing)
    names = {child["id"]: child["name"] for child in children_of(connection, case["home"])}
    found = whys(connection, case, alerts_of(connection, case["id"]), names)
    lines = timeline(rows, names)
    place = _place(caller, case, found)
    known = reckoned(connection, case["home"], place, now)
    causes = behind(known, case["hazard"])
    return {
        "case": case,
        "standing": standing,
        "level": str(standing.level) if standing.level else "",
        "hazard": hazard_title(case["hazard"]),
        "headline": headline(found, case, rows),
        "whys": [(why, numbers(why)) for why in found],
        "place_name": names.get(place, ""),
        "behind": causes,
        "sure": _sure(caller, case, place),
        "first_look": first_look(causes) if standing.state in EARLY else "",
        "month": _month(caller, place, found, known, now),
        "changed": timeline(changes(rows, now - RECENT), names),
        "proof": proof_lines(connection, case, names),
        "lines": lines,
        "has_ended": standing.concluded,
        "files": files_of(connection, case["id"]),
        "copied": len(evidence_list(connection, case["id"])),
        "patterns": patterns_of(caller, case["home"], now),
        "others": [_other(row) for row in cases_of_home(connection, case["home"]) if row["id"] != case["id"]],
        "told": next((line for line in lines if line.id == done), None),
        **_clocks(caller, case, clocks, rows, now),
        **_step(standing, clocks, now),
        **_forms(caller, standing, lists_of(caller, case, rows), owed_words(clocks), failed),
        "states": STATES,
        "levels": LEVELS,
        "outcomes": OUTCOMES,
        "hazards": HAZARDS,
        "evidence_of": evidence_of,
        "counted": counted,
    }


def numbers(why: Why) -> list[tuple[str, Any]]:
    """An alert's numbers: those past their limits first, of the surface before those of the air."""
    hazard = why.alert.hazard

    def turn(pair: tuple[str, EvidenceItem]) -> tuple[bool, int, str]:
        name, found = pair
        order = LINES.index(name) if name in LINES else len(LINES)
        return not is_beyond(hazard, found.value, found.limit), order, name

    return [(evidence_of(name), found) for name, found in sorted(why.alert.evidence.items(), key=turn)]


def _clocks(caller: Caller, case: Row, clocks: list[Clock], rows: Sequence[Row], now: datetime) -> dict[str, Any]:
    titles = titles_of(rows)
    standing = [clock for clock in clocks if clock.state not in (ClockState.SUPERSEDED, ClockState.NOT_NEEDED)]
    others = [clock for clock in clocks if clock.state in (ClockState.SUPERSEDED, ClockState.NOT_NEEDED)]
    return {
        "clocks": clock_lines(standing, now, titles),
        "other_clocks": clock_lines(others, now, titles),
        "replaced": replaced_lines(clock_history(caller.connection, case["id"]), clocks),
        "awareness": say_awareness(clocks[0]) if clocks else [],
    }


def _step(standing: Standing, clocks: list[Clock], now: datetime) -> dict[str, Any]:
    return {"due": first_due(clocks, now), "next_step": next_step(standing, clocks)}


def _forms(
    caller: Caller, standing: Standing, lists: dict[str, dict[str, str]], owed: str, failed: Offered | None
) -> dict[str, Any]:  # fmt: skip
    may_work = may(caller.principal, Action.WRITE, Resource.CASES)
    if not may_work:
        return {"may_work": False, "forms": [], "more_forms": [], "failed": None}
    may_review = may(caller.principal, Action.REVIEW, Resource.CASES)
    own = standing.to_review is not None and standing.to_review.actor == caller.principal.name
    notes = {"close": f"{WAIT} {owed}"} if owed else {}
    now_forms, more = offers(standing, lists, notes, may_review=may_review and not own, failed=failed)
    return {"may_work": True, "forms": now_forms, "more_forms": more, "failed": failed}


def _place(caller: Caller, case: Row, found: Sequence[Why]) -> str:
    """The room that the page speaks of: where the first alert stands; the dampest one where there is none."""
    if found and found[0].alert.place:
        return found[0].alert.place
    return worst_room(levels_of(caller.connection, case["home"])) or str(case["home"])


def _sure(caller: Caller, case: Row, place: str) -> list[str]:
    rows = [row for row in levels_of(caller.connection, case["home"]) if row["place"] == place]
    return how_sure(rows[0], case["hazard"]) if rows else []


def _month(
    caller: Caller, place: str, found: Sequence[Why], known: Reckoned | None, now: datetime
) -> RoomMonth | None:  # fmt: skip
    stations = [one.station for why in found for one in why.alert.evidence.values() if one.station]
    outside = None
    if stations:
        factor, is_known = (known.f_rsi, known.f_known) if known else (DWELLING_F_RSI, False)
        outside = Outside(place=stations[0].place, name=stations[0].name, f_rsi=factor, f_known=is_known)
    return room_month(caller.connection, place, outside, _limits(found), now)


def _limits(found: Sequence[Why]) -> Mapping[str, Sequence[Limit]]:
    """The limit of humidity that the first alert rests on, of the coldest surface where that is known: one line."""
    for why in found[:1]:
        for name in LINES:
            if name != "mould_index" and name in why.alert.evidence:
                return {HUMIDITY: [Limit(value=why.alert.evidence[name].limit, of=evidence_of(name).lower())]}
    return {}


def _other(row: Mapping[str, Any]) -> dict[str, Any]:
    state = OUTCOMES[row["outcome"]] if row["state"] == "closed" else STATES[row["state"]]
    return {**row, "title": hazard_title(row["hazard"]), "said": state}
