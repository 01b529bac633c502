"""Cases as the API and the pages list and show them."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("case_list")

Row = dict[str, Any]
NO_DEADLINE = datetime(9999, 12, 31, tzinfo=UTC)  # where cases without one stand, as the statement has it
_NOT_SHOWN = ("turn", "due")


class View(StrEnum):
    """The tabs of an officer's list. Open ones that are not snoozed, unless it says otherwise."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"  # all that they may see
    SNOOZED = "snoozed"
    CLOSED = "closed"
    ALL = "all"


class Sort(StrEnum):
    """In which order: the next deadline first, the worst level first and then the next deadline, the newest first."""

    DUE = "due"
    LEVEL = "level"
    OPENED = "opened"


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases are wanted; None asks for nothing.

    Attributes:
        area: code and vintage of an area that the home lies in.
        weighs_in: whether the household's circumstances do.
    """

    view: View = View.ALL
    hazard: str | None = None
    level: str | None = None
    state: str | None = None
    patch: str | None = None
    place: str | None = None
    overdue: bool | None = None
    to_review: bool | None = None
    weighs_in: bool | None = None
    area: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Behind:
    """Where a list goes on: behind this case. `at` is its next deadline, or when it was opened; None: no deadline."""

    turn: int
    at: datetime | None
    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseCounts:
    """How many cases each tab has, and how many wait for something."""

    mine: int
    unassigned: int
    team: int
    snoozed: int
    closed: int
    overdue: int
    to_review: int


def list_cases(
    connection: Connection, wanted: CaseFilter, sort: Sort, now: datetime, *, behind: Behind | None, most: int
) -> list[Row]:
    """At most `most` cases, in that order, behind a case."""
    return _cases(connection, wanted, sort, now, behind, most, None)


def find_case(connection: Connection, case_id: int, now: datetime) -> Row | None:
    """One case as lists have it."""
    return next(iter(_cases(connection, CaseFilter(), Sort.DUE, now, None, 1, case_id)), None)


def _cases(  # noqa: PLR0917 - what the one statement asks for
    connection: Connection, wanted: CaseFilter, sort: Sort, now: datetime, behind: Behind | None, most: int,
    case_id: int | None,
) -> list[Row]:  # fmt: skip
    asked = {name: value for name, value in asdict(wanted).items() if name != "area"}
    code, vintage = wanted.area or (None, None)
    after = {
        "after_turn": behind.turn if behind else None,
        "after_at": (behind.at or NO_DEADLINE) if behind else None,
        "after_id": behind.id if behind else None,
    }
    values = {**asked, **after, "code": code, "vintage": vintage, "sort": sort, "now": now, "most": most, "id": case_id}
    return connection.cursor(row_factory=dict_row).execute(SQL["cases"], values).fetchall()


def behind(row: Row, sort: Sort) -> Behind:
    """Where the list goes on after this row."""
    return Behind(turn=row["turn"], at=row["opened_at"] if sort is Sort.OPENED else row["next_due"], id=row["id"])


def shown(row: Row) -> Row:
    """A row without what only orders it."""
    return {name: value for name, value in row.items() if name not in _NOT_SHOWN}


def case_counts(connection: Connection, now: datetime) -> CaseCounts:
    """How many cases each tab has, of those that the principal may see."""
    row = connection.cursor(row_factory=dict_row).execute(SQL["counts"], {"now": now}).fetchone()
    return CaseCounts(**(row or dict.fromkeys(CaseCounts.__slots__, 0)))


def timeline_of(connection: Connection, case_id: int) -> list[Row]:
    """Events of a case: id, kind, at, recorded_at, actor, detail."""
    return _of(connection, "timeline", case_id)


def alerts_of(connection: Connection, case_id: int) -> list[Row]:
    """Alerts of a case: id, place, level, cleared_at, reason, opened_at."""
    return _of(connection, "alerts", case_id)


def evidence_list(connection: Connection, case_id: int) -> list[Row]:
    """What was copied into a case, without the facts: id, event, kind, subject, from, to, sha256, copied_at."""
    return _of(connection, "evidence", case_id)


def _of(connection: Connection, name: str, case_id: int) -> list[Row]:
    return connection.cursor(row_factory=dict_row).execute(SQL[name], {"case": case_id}).fetchall()
