"""Cases: the list, the counts of its tabs, one case whole."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.asked_area import asked_area
from hereabouts_api.case_models import WATCHED_IN, CaseCountItem, CaseListing, CaseView
from hereabouts_api.cursors import At, Cursor, Number, SmallNumber
from hereabouts_api.parameters import ListParameters, NoParameters, Text, utc_now
from hereabouts_platform.access.policy import may
from hereabouts_platform.cases.life import possible, stand
from hereabouts_platform.store.case_events import Clerk, Locked, events_of, work_out
from hereabouts_platform.store.case_files import files_of
from hereabouts_platform.store.case_list import (
    Behind,
    CaseFilter,
    Row,
    Sort,
    View,
    alerts_of,
    behind,
    case_counts,
    evidence_list,
    find_case,
    list_cases,
    shown,
    timeline_of,
)
from hereabouts_platform.store.proof import watches_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEventKind, CaseState
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1/cases", tags=["cases"])

CaseId = Annotated[int, Path(ge=1, lt=2**63, description="A case's number.", examples=[117])]
CURSORS = {sort: Cursor(f"cases by {sort}", tuple[SmallNumber, At | None, Number]) for sort in Sort}


class CaseParameters(ListParameters):
    """Which cases."""

    view: View = Field(
        View.ALL,
        description="mine, unassigned and team: open and not snoozed; snoozed, closed, or all of them.",
    )
    sort: Sort = Field(
        Sort.DUE,
        description="The next deadline first; the worst level first, then the next deadline; the newest first.",
    )
    hazard: Text | None = Field(None, description="Of this hazard.", examples=["damp_mould"])
    level: Level | None = Field(None, description="The worst of the case's alerts that stand.")
    state: CaseState | None = Field(None, description="How far people are.")
    patch: Text | None = Field(None, description="In this patch.", examples=["north"])
    place: Text | None = Field(None, description="Of this home.", examples=["home-7"])
    area: Text | None = Field(
        None,
        description="In this area: `CODE` for its newest vintage, `CODE@vintage` for another.",
        examples=["E05001234@2024"],
    )
    overdue: bool | None = Field(None, description="Whether a deadline has passed.")
    to_review: bool | None = Field(None, description="Whether they were set aside and wait for somebody else's look.")
    weighs_in: bool | None = Field(None, description="Whether the household's circumstances weigh in.")


@router.get("", operation_id="listCases", summary="Cases", response_model=CaseListing)
def read_cases(
    caller: Annotated[Caller, needs(Action.READ, Resource.CASES)], asked: Annotated[CaseParameters, Query()]
) -> CaseListing:
    """Cases of the homes that the caller may see, in the order asked for."""
    wanted = CaseFilter(
        view=asked.view, hazard=asked.hazard, level=asked.level, state=asked.state, patch=asked.patch,
        place=asked.place, overdue=asked.overdue, to_review=asked.to_review, weighs_in=asked.weighs_in,
        area=asked_area(caller, asked.area),
    )  # fmt: skip
    cursor = CURSORS[asked.sort]
    at = cursor.read(asked.cursor)
    after = Behind(turn=at[0], at=at[1], id=at[2]) if at else None
    rows = list_cases(caller.connection, wanted, asked.sort, utc_now(), behind=after, most=asked.limit + 1)
    keys = {row["id"]: _key(row, asked.sort) for row in rows}
    listing = CaseListing.of([shown(row) for row in rows], asked.limit, lambda row: cursor.write(keys[row["id"]]))
    caller.saw(Resource.CASES, "list", (item.home for item in listing.items))
    return listing


def _key(row: Row, sort: Sort) -> tuple[int, datetime | None, int]:
    last = behind(row, sort)
    return last.turn, last.at, last.id


@router.get("/counts", operation_id="countCases", summary="How many cases", response_model=CaseCountItem)
def read_counts(
    caller: Annotated[Caller, needs(Action.READ, Resource.CASES)], _: Annotated[NoParameters, Query()]
) -> CaseCountItem:
    """How many cases each view has, and how many wait for something."""
    return CaseCountItem.model_validate(asdict(case_counts(caller.connection, utc_now())))


@router.get("/{id}", operation_id="getCase", summary="One case", response_model=CaseView)
def read_case(
    id: CaseId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.CASES)],
    _: Annotated[NoParameters, Query()],
) -> CaseView:
    """A case with its events, its clocks as they stand now, its alerts, files and what was copied into it."""
    return view_case(caller, id, utc_now())


def case_of(caller: Caller, case_id: int, what: str, now: datetime) -> Row:
    """A case's row as lists have it; its home goes to the audit.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    row = find_case(caller.connection, case_id, now)
    if row is None:
        raise NotFound(f"There is no case {case_id}.")
    caller.saw(Resource.CASES, what, [row["home"]])
    return row


def view_case(caller: Caller, case_id: int, now: datetime) -> CaseView:
    """Everything about one case, for the API and for its page.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    row = case_of(caller, case_id, "view", now)
    connection = caller.connection
    events = events_of(connection, case_id)
    standing = stand(events)
    case = Locked(id=case_id, home=row["home"], hazard=row["hazard"], patch=row["patch"])
    clocks = work_out(Clerk.at(connection, caller.principal, now), case, events, standing)
    return CaseView.model_validate(
        {
            **shown(row),
            "possible": _possible(caller, possible(standing)),
            "awareness": asdict(clocks[0].awareness) if clocks else None,
            "clocks": [_without_awareness(asdict(clock)) for clock in clocks],
            "events": timeline_of(connection, case_id),
            "alerts": alerts_of(connection, case_id),
            "evidence": evidence_list(connection, case_id),
            "files": files_of(connection, case_id),
            "watches": watches_of(connection, case_id) if row["state"] in WATCHED_IN else [],
        }
    )


def _possible(caller: Caller, kinds: list[CaseEventKind]) -> list[CaseEventKind]:
    if not may(caller.principal, Action.WRITE, Resource.CASES):
        return []
    reviews = may(caller.principal, Action.REVIEW, Resource.CASES)
    return [kind for kind in kinds if reviews or kind is not CaseEventKind.REVIEWED]


def _without_awareness(clock: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in clock.items() if name != "awareness"}
