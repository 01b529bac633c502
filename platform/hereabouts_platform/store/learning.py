"""Closed cases as far as the rules that raised them are concerned: never by who worked them."""

from psycopg.rows import dict_row

from hereabouts_platform.rules.learning import ClosedCase
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.case import CaseOutcome

SQL = load("learning")

PEOPLE = "Told by people"
NOT_KEPT = "A rule whose alert is no longer kept"


def closed_cases(connection: Connection) -> dict[str, list[ClosedCase]]:
    """The closed cases that the principal sees, by hazard; those that no alert raised stand under `PEOPLE`."""
    found: dict[str, list[ClosedCase]] = {}
    for row in connection.cursor(row_factory=dict_row).execute(SQL["closed"]):
        rule = PEOPLE if row["level"] is None else row["rule"] or NOT_KEPT
        case = ClosedCase(
            rule=rule,
            level=row["level"] or "",
            cause="",
            outcome=CaseOutcome(row["outcome"]),
            reason=row["reason"] or "",
            found_cause=row["cause"] or "",
        )
        found.setdefault(row["hazard"], []).append(case)
    return found
