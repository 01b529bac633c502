"""The lists of homes: what is asked for in the address, and the rows as the page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from hereabouts_api.access import Caller
from hereabouts_api.cursors import At, Cursor, Number, SmallNumber
from hereabouts_api.pages.case_clocks import Due, next_due
from hereabouts_api.pages.case_words import LEVELS, OUTCOMES, STATES, hazard_title
from hereabouts_api.parameters import Text
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.store.areas import find_area
from hereabouts_platform.store.case_events import policy_of
from hereabouts_platform.store.case_list import Behind, CaseFilter, Row, Sort, View, behind, list_cases
from hereabouts_platform.store.case_pages import next_clocks
from hereabouts_schemas.area import edition_of
from hereabouts_schemas.errors import InputError

ROWS_A_PAGE = 50
CURSOR = Cursor("homes page", tuple[SmallNumber, At | None, Number])


class Tab(StrEnum):
    """The tabs of the page."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    ALERTS = "alerts"
    UNKNOWN = "unknown"


TABS = {
    Tab.MINE: "Mine",
    Tab.UNASSIGNED: "Nobody’s yet",
    Tab.TEAM: "Team",
    Tab.SNOOZED: "Put off",
    Tab.CLOSED: "Closed",
    Tab.ALERTS: "Alerts without a case",
    Tab.UNKNOWN: "Cannot be judged",
}
SORTS = {Sort.DUE: "Next deadline first", Sort.LEVEL: "Worst level first", Sort.OPENED: "Newest first"}


class Asked(BaseModel):
    """What the address asks for; an empty answer of the filter asks for nothing."""

    model_config = ConfigDict(extra="forbid")

    view: Tab | None = None
    hazard: Text = ""
    level: Text = ""
    state: Text = ""
    patch: Text = ""
    area: Text = ""
    overdue: Text = Field(default="", pattern="^(yes)?$")
    weighs_in: Text = Field(default="", pattern="^(yes)?$")
    to_review: Text = Field(default="", pattern="^(yes)?$")
    sort: Sort = Sort.DUE
    cursor: str | None = Field(default=None, max_length=4000)
    done: int = Field(default=0, ge=0, le=1000)

    def narrowed(self) -> bool:
        """Whether anything but the tab is asked for."""
        return bool(self.query(view="", sort=""))

    def query(self, **changed: str) -> str:
        """The address' query for this list, with some of it changed and the cursor left behind."""
        asked = {**self.model_dump(mode="json", exclude={"cursor", "done"}), **changed}
        if asked.get("sort") == Sort.DUE:
            asked["sort"] = ""
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLine:
    """A case in the list."""

    id: int
    home: str
    hazard: str
    level: str
    level_words: str
    state: str
    due: Due | None
    assignee: str
    weighs_in: bool
    overdue: bool
    to_review: bool
    snoozed_until: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CasePage:
    """A page of the list, and where it goes on."""

    lines: Sequence[CaseLine]
    next: str | None
    patches: frozenset[str]
    homes: Sequence[str]


def case_page(caller: Caller, asked: Asked, tab: Tab, now: datetime) -> CasePage:
    """The cases asked for, fifty a page."""
    start = CURSOR.read(asked.cursor)
    after = Behind(turn=start[0], at=start[1], id=start[2]) if start else None
    wanted = _filter(caller, asked, View(tab.value))
    rows = list_cases(caller.connection, wanted, asked.sort, now, behind=after, most=ROWS_A_PAGE + 1)
    shown = rows[:ROWS_A_PAGE]
    clocks = next_clocks(caller.connection, [row["id"] for row in shown])
    book = load_book(policy_of(caller.connection).nation)
    dues = {number: next_due(row, book, now) for number, row in clocks.items()}
    last = behind(shown[-1], asked.sort) if len(rows) > ROWS_A_PAGE else None
    return CasePage(
        lines=[_line(row, dues) for row in shown],
        next=CURSOR.write((last.turn, last.at, last.id)) if last else None,
        patches=frozenset(row["patch"] for row in shown if row["patch"]),
        homes=[row["home"] for row in shown],
    )


def _filter(caller: Caller, asked: Asked, view: View) -> CaseFilter:
    yes: Mapping[str, bool | None] = {"yes": True, "": None}
    return CaseFilter(
        view=view,
        hazard=asked.hazard or None,
        level=asked.level or None,
        state=asked.state or None,
        patch=asked.patch or None,
        overdue=yes[asked.overdue],
        to_review=yes[asked.to_review],
        weighs_in=yes[asked.weighs_in],
        area=_area(caller, asked.area) if asked.area else None,
    )


def _area(caller: Caller, text: str) -> tuple[str, str]:
    found = find_area(caller.connection, *edition_of(text))
    if found is None:
        raise InputError("area", text, "There is no such area: choose one from the list.")
    return found["code"], found["vintage"]


def _line(row: Row, dues: Mapping[int, Due]) -> CaseLine:
    closed = row["state"] == "closed"
    return CaseLine(
        id=row["id"],
        home=row["home_name"],
        hazard=hazard_title(row["hazard"]),
        level=row["level"] or "plain",
        level_words=LEVELS[row["level"]] if row["level"] else "No alert stands",
        state=OUTCOMES[row["outcome"]] if closed else STATES[row["state"]],
        due=None if closed else dues.get(row["id"]),
        assignee=row["assignee"] or "Nobody yet",
        weighs_in=row["weighs_in"],
        overdue=bool(row["overdue"]),
        to_review=row["to_review"],
        snoozed_until=row["snoozed_until"],
        closed_at=row["closed_at"],
    )


def tabs_of(asked: Asked, tab: Tab, counts: Mapping[Tab, int]) -> list[dict[str, Any]]:
    """The tabs with their counts, each with its address: the filter stays where it means something."""
    return [
        {
            "title": title,
            "count": counts[one],
            "address": "/homes?" + (asked.query(view=one) if one not in (Tab.ALERTS, Tab.UNKNOWN) else f"view={one}"),
            "current": one is tab,
            "alone": one is Tab.UNKNOWN and counts[one] > 0,
        }
        for one, title in TABS.items()
    ]
