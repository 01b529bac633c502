"""What the pages of rounds ask beside the lists: depots of a day, and what a plan leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("round_pages")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftCounts:
    """How many visits a plan leaves, and how many of them had to be done."""

    visits: int
    unmet: int


def depots_of(connection: Connection, day: date) -> Sequence[Row]:
    """Depots that this principal may know of, those with rounds on the day first: id, name, busy."""
    return connection.cursor(row_factory=dict_row).execute(SQL["depots"], {"day": day}).fetchall()


def day_of_plan(connection: Connection, plan_id: int) -> tuple[date, str] | None:
    """Day and depot of a plan; None where there is none, or not for this principal."""
    return connection.execute(SQL["plan"], {"plan": plan_id}).fetchone()


def left_of(connection: Connection, plan: Mapping[str, Any], *, most: int) -> tuple[Sequence[Row], LeftCounts]:
    """What a plan (`id`, `day`) leaves, with how much that is: unmet musts first, then what would overflow first."""
    asked = {"day": plan["day"], "plan": plan["id"], "most": most}
    rows = connection.cursor(row_factory=dict_row).execute(SQL["left"], asked).fetchall()
    counted = connection.execute(SQL["left_counts"], asked).fetchone()
    visits, unmet = counted if counted is not None else (0, 0)
    return rows, LeftCounts(visits=visits, unmet=unmet)
