"""The page of homes: an officer's cases by their deadlines, alerts without a case, homes that cannot be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Number, SmallNumber
from hereabouts_api.pages.bulk import Failure, bulk_lists, do_in_bulk
from hereabouts_api.pages.case_form_body import Answers, answers
from hereabouts_api.pages.case_words import HAZARDS, LEVELS, STATES, hazard_title
from hereabouts_api.pages.homes_list import ROWS_A_PAGE, SORTS, Asked, Tab, case_page, tabs_of
from hereabouts_api.pages.templates import render
from hereabouts_api.parameters import utc_now
from hereabouts_platform.access.policy import may
from hereabouts_platform.store.case_alerts import open_from_alert
from hereabouts_platform.store.case_events import Clerk, RequestKey
from hereabouts_platform.store.case_list import CaseCounts, case_counts
from hereabouts_platform.store.case_pages import (
    Behind,
    alerts_without_case,
    areas_of_cases,
    count_without_case,
    patches,
)
from hereabouts_platform.store.home_levels import count_not_judged, not_judged, waiting
from hereabouts_schemas.access import Action, Resource, Role
from hereabouts_schemas.errors import InputError, NotNow

router = APIRouter(include_in_schema=False)

Reads = Annotated[Caller, needs(Action.READ, Resource.CASES)]
Works = Annotated[Caller, needs(Action.WRITE, Resource.CASES)]
ALERTS = Cursor("alerts without a case", tuple[SmallNumber, Number])


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """What could not be done, for the page that says so.

    Attributes:
        said: about one alert.
        done, failed, given: of several cases, how many were done, which were not, and the form as it came.
    """

    said: str = ""
    done: int = 0
    failed: Sequence[Failure] = ()
    given: Answers | None = None


@router.get("/homes", response_class=HTMLResponse)
def homes_page(caller: Reads, asked: Annotated[Asked, Query()]) -> str:
    """The lists, by tab."""
    return _page(caller, asked, utc_now(), Wrong())


@router.post("/homes/bulk")
def bulk(caller: Works, given: Annotated[Answers, answers()], asked: Annotated[Asked, Query()]) -> Response:
    """Do one thing in several cases; what could not be done is said case by case, and stays ticked."""
    now = utc_now()
    done, failed = do_in_bulk(caller, given, now)
    if not failed:
        query = asked.query()
        return RedirectResponse(f"/homes?{query}{'&' if query else ''}done={done}", 303)
    wrong = Wrong(done=done, failed=failed, given=given)
    return HTMLResponse(_page(caller, asked, now, wrong), 409 if done else 400)


@router.post("/homes/alerts/{alert}")
def open_case(
    caller: Works, alert: Annotated[int, Path(ge=1, lt=2**63)], given: Annotated[Answers, answers()]
) -> Response:
    """Open a case from an alert that opens none by itself."""
    key = RequestKey(key=given.key, asked={"alert": alert})
    try:
        opened = open_from_alert(Clerk.at(caller.connection, caller.principal, utc_now()), alert, key)
    except (InputError, NotNow) as error:
        said = error.cure if isinstance(error, InputError) else str(error)
        page = _page(caller, Asked(view=Tab.ALERTS), utc_now(), Wrong(said=said))
        return HTMLResponse(page, 409)
    return RedirectResponse(f"/cases/{opened.case}?done={opened.event}", 303)


def _page(caller: Caller, asked: Asked, now: datetime, wrong: Wrong) -> str:
    connection = caller.connection
    counts = case_counts(connection, now)
    unknown, fresh = count_not_judged(connection, now), len(waiting(connection))
    tab = asked.view or _first_tab(caller, counts)
    may_work = may(caller.principal, Action.WRITE, Resource.CASES)
    return render(
        "homes.html",
        signed_in=caller.principal,
        asked=asked,
        tab=tab,
        tabs=tabs_of(asked, tab, _counts(counts, count_without_case(connection), unknown)),
        counts=counts,
        unknown=unknown - fresh,
        fresh=fresh,
        may_work=may_work,
        key=uuid4().hex,
        wrong=wrong,
        hazards=HAZARDS,
        levels=LEVELS,
        states=STATES,
        sorts=SORTS,
        patches=patches(connection),
        areas=areas_of_cases(connection),
        **_rows(caller, asked, tab, now, may_work=may_work),
    )


def _first_tab(caller: Caller, counts: CaseCounts) -> Tab:
    """One's own cases; for those who have none and cannot be given any, the team's."""
    officer = caller.principal.roles & {Role.HOUSING_OFFICER, Role.HOUSING_MANAGER}
    return Tab.MINE if officer or counts.mine else Tab.TEAM


def _counts(counts: CaseCounts, without_case: int, unknown: int) -> dict[Tab, int]:
    beside: dict[Tab, int] = {Tab.ALERTS: without_case, Tab.UNKNOWN: unknown}
    return {tab: beside[tab] if tab in beside else getattr(counts, tab) for tab in Tab}


def _rows(caller: Caller, asked: Asked, tab: Tab, now: datetime, *, may_work: bool) -> dict[str, Any]:
    rows: dict[str, Any] = {"page": None, "alerts": [], "dark": [], "waiting": set(), "next": None, "bulk": {}}
    if tab is Tab.ALERTS:
        return {**rows, **_alerts(caller, asked)}
    if tab is Tab.UNKNOWN:
        dark = not_judged(caller.connection, now)
        caller.saw(Resource.PLACES, "not judged", (row["home"] for row in dark))
        return {**rows, "dark": dark, "waiting": waiting(caller.connection)}
    page = case_page(caller, asked, tab, now)
    caller.saw(Resource.CASES, "homes page", page.homes)
    lists = bulk_lists(caller, page.patches) if may_work else {}
    return {**rows, "page": page, "next": page.next, "bulk": lists}


def _alerts(caller: Caller, asked: Asked) -> dict[str, Any]:
    start = ALERTS.read(asked.cursor)
    after = Behind(turn=start[0], id=start[1]) if start else None
    rows = alerts_without_case(caller.connection, behind=after, most=ROWS_A_PAGE + 1)
    shown = rows[:ROWS_A_PAGE]
    caller.saw(Resource.ALERTS, "without a case", (row["home"] for row in shown))
    last = shown[-1] if len(rows) > ROWS_A_PAGE else None
    return {
        "alerts": [{**row, "hazard": hazard_title(row["hazard"]), "key": uuid4().hex} for row in shown],
        "next": ALERTS.write((last["turn"], last["id"])) if last else None,
    }
