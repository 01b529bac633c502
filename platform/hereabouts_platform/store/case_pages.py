"""What the pages of cases ask beside the lists: next clocks, alerts without a case, homes that cannot be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("case_pages")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """Where the list of alerts without a case goes on: `turn` 1 urgent, 2 act, 3 watch."""

    turn: int
    id: int


def next_clocks(connection: Connection, cases: Sequence[int]) -> dict[int, Row]:
    """Of each case the clock that is due first of those that run: title, due_on, due_at, unit of the days, by case."""
    cursor = connection.cursor(row_factory=dict_row)
    return {row["case_id"]: row for row in cursor.execute(SQL["next_clocks"], {"cases": list(cases)})}


def alerts_without_case(connection: Connection, *, behind: Behind | None, most: int) -> list[Row]:
    """Alerts that stand on homes and that no open case has: the worst first, then the longest open."""
    values = {"turn": behind.turn if behind else None, "id": behind.id if behind else None, "most": most}
    return connection.cursor(row_factory=dict_row).execute(SQL["alerts_without_case"], values).fetchall()


def count_without_case(connection: Connection) -> int:
    """How many there are."""
    row = connection.execute(SQL["count_without_case"]).fetchone()
    return int(row[0]) if row else 0


def patches(connection: Connection) -> list[tuple[str, str]]:
    """Patches of cases that the principal sees: code and name."""
    return connection.execute(SQL["patches"]).fetchall()


def areas_of_cases(connection: Connection) -> list[tuple[str, str]]:
    """Wards with a case that the principal sees, by name: code, and the name of its newest edition."""
    return connection.execute(SQL["areas_of_cases"]).fetchall()


def cases_of_home(connection: Connection, home: str) -> list[Row]:
    """Cases of a home, open ones first, then the newest."""
    return connection.cursor(row_factory=dict_row).execute(SQL["cases_of_home"], {"home": home}).fetchall()
