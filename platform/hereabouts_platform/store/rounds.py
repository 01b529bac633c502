"""Rounds, visits and plans as people read them; inside `acting(...)`, role api: row security decides which."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("rounds")

Row = dict[str, Any]
Behind = tuple[date, int]
"""Day and number of the last item of the page before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundFilter:
    """Which rounds; `state` is of their plan: draft, published, superseded."""

    id: int | None = None
    day: date | None = None
    depot: str | None = None
    vehicle: str | None = None
    crew: str | None = None
    state: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitFilter:
    """Which visits; `left`: whether they are in no round, `reported`: whether a crew has reported on them."""

    id: int | None = None
    day: date | None = None
    depot: str | None = None
    round: int | None = None
    place: str | None = None
    left: bool | None = None
    reported: bool | None = None


def list_rounds(connection: Connection, wanted: RoundFilter, *, behind: Behind | None, most: int) -> list[Row]:
    """Rounds, the latest day first."""
    return _page(connection, "rounds", asdict(wanted), behind, most)


def find_round(connection: Connection, round_id: int) -> Row | None:
    """One round as lists have it."""
    return next(iter(list_rounds(connection, RoundFilter(id=round_id), behind=None, most=1)), None)


def stops_of(connection: Connection, found: Row) -> tuple[list[Row], Row | None]:
    """The stops of a round in order, each with its visit's number, its home and what was reported; and its geometry."""
    row = connection.execute(SQL["stops"], {"round": found["id"]}).fetchone()
    stops, geometry = row if row is not None else ([], None)
    reports = reported_on(connection, found["day"], [stop["visit"] for stop in stops if stop["visit"] is not None])
    whole = []
    for number, stop in enumerate(stops):
        key = stop["visit"]
        report = reports.get(key, {})
        outcome = None if report.get("kind") is None else {n: report[n] for n in ("kind", "at", "note", "photo")}
        mine = {"number": number, "key": key, "visit": report.get("id"), "home": report.get("home"), "outcome": outcome}
        whole.append({**stop, **mine, "photos": report.get("photos", [])})
    return whole, geometry


def reported_on(connection: Connection, day: date, keys: Sequence[str]) -> dict[str, Row]:
    """Number of each of these visits of a day, with the report that counts; `kind` is None where there is none."""
    rows = connection.cursor(row_factory=dict_row).execute(SQL["reported"], {"day": day, "keys": list(keys)})
    return {row["key"]: row for row in rows}


def list_visits(connection: Connection, wanted: VisitFilter, *, behind: Behind | None, most: int) -> list[Row]:
    """Visits, the latest day first."""
    return _page(connection, "visits", asdict(wanted), behind, most)


def find_visit(connection: Connection, visit_id: int) -> Row | None:
    """One visit as lists have it."""
    return next(iter(list_visits(connection, VisitFilter(id=visit_id), behind=None, most=1)), None)


def outcomes_of(connection: Connection, visit_id: int) -> list[Row]:
    """All that was reported on a visit, in the order in which it happened."""
    return connection.cursor(row_factory=dict_row).execute(SQL["outcomes"], {"visit": visit_id}).fetchall()


def list_plans(
    connection: Connection,
    day: date | None,
    depot: str | None,
    *,
    behind: Behind | None,
    most: int,
    state: str | None = None,
) -> list[Row]:
    """Plans with all their versions, or those in a state, the latest day first."""
    return _page(connection, "plans", {"day": day, "depot": depot, "state": state}, behind, most)


def published_json(connection: Connection, plan_id: int) -> str | None:
    """A plan's JSON, byte for byte as it was checked; None where there is none, or not for this principal."""
    row = connection.execute(SQL["published"], {"plan": plan_id}).fetchone()
    return row[0] if row is not None else None


def homes_of_plan(connection: Connection, plan_id: int) -> list[str]:
    """The homes that a plan names, as far as its JSON is for this principal."""
    return [row[0] for row in connection.execute(SQL["homes_of_plan"], {"plan": plan_id})]


def _page(connection: Connection, statement: str, values: Row, behind: Behind | None, most: int) -> list[Row]:
    day, number = behind or (None, None)
    asked = {**values, "before_day": day, "before_id": number, "most": most}
    return connection.cursor(row_factory=dict_row).execute(SQL[statement], asked).fetchall()
