"""Why a case is open: the sentence, the numbers against their limits, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hereabouts_api.models import AlertItem
from hereabouts_api.pages.case_words import REPORTERS, first_sentence, hazard_title
from hereabouts_platform.homes.first_cause import say_first_cause
from hereabouts_platform.store.alert_list import AlertFilter, list_alerts
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.case import CaseEventKind as Kind

Row = Mapping[str, Any]
MOST = 200
_TURN = {"urgent": 0, "act": 1, "watch": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """What an alert of the case says.

    Attributes:
        where: the room, by name; empty where it is the home itself.
        headline: its first sentence; `rest` what follows.
        stands: whether it still does.
        cause: the cause that it puts first, with what speaks for it and against it; empty where it names none.
    """

    alert: AlertItem
    where: str
    headline: str
    rest: str
    stands: bool
    cause: str


def whys(connection: Connection, case: Row, told: Sequence[Row], names: Mapping[str, str]) -> list[Why]:
    """The alerts of a case that are still kept: those that stand and the worst first. `told` are the case's alerts."""
    cleared = {row["id"]: row["cleared_at"] for row in told}
    wanted = AlertFilter(place=case["home"], hazard=case["hazard"])
    rows = [row for row in list_alerts(connection, wanted, before=None, most=MOST) if row["id"] in cleared]
    rows.sort(key=lambda row: (cleared[row["id"]] is not None, _TURN[row["level"]], row["id"]))
    return [_why(AlertItem.model_validate(row), case["home"], names, cleared[row["id"]]) for row in rows]


def headline(found: Sequence[Why], case: Row, timeline: Sequence[Row]) -> str:
    """The case in one plain sentence."""
    if found and found[0].stands:
        first = found[0]
        return (
            f"{first.where}: {first.headline}" if first.where and first.where not in first.headline else first.headline
        )
    reports = [row for row in timeline if row["kind"] == Kind.REPORTED]
    if reports:
        detail = reports[-1]["detail"]
        who = REPORTERS.get(str(detail.get("by")), "Somebody").partition(",")[0]
        return f"{who} told us of {hazard_title(case['hazard']).lower()} here."
    if found:
        return f"The alert has cleared. It said: {found[0].headline}"
    return f"{hazard_title(case['hazard'])}: what its alert said is kept in the evidence of this case."


def changes(timeline: Sequence[Row], since: datetime) -> list[Row]:
    """What alerts of the case did since then, oldest first."""
    kinds = (Kind.ALERT_RAISED, Kind.ALERT_CHANGED, Kind.ALERT_CLEARED, Kind.REPORTED)
    return [row for row in timeline if row["kind"] in kinds and row["at"] > since]


def _why(alert: AlertItem, home: str, names: Mapping[str, str], cleared: datetime | None) -> Why:
    first = first_sentence(alert.reason)
    rest = alert.reason.removeprefix(first).strip()
    where = "" if alert.place in (None, home) else names.get(str(alert.place), "")
    return Why(alert=alert, where=where, headline=first, rest=rest, stands=cleared is None, cause=_cause(alert))


def _cause(alert: AlertItem) -> str:
    told = alert.cause
    return "" if told is None else say_first_cause(told.title, told.odds, told.for_, told.against)
