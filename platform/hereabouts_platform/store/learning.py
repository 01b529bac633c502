"""Closed cases as far as the rules that raised them are concerned: never by who worked them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from psycopg.rows import dict_row

from hereabouts_platform.homes.backtest import Known
from hereabouts_platform.homes.found_cause import cause_in_words
from hereabouts_platform.rules.learning import ClosedCase
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.case import CaseOutcome

SQL = load("learning")

PEOPLE = "Told by people"
NOT_KEPT = "A rule whose alert is no longer kept"
_EPOCH = date(1970, 1, 1)


def closed_cases(connection: Connection) -> dict[str, list[ClosedCase]]:
    """The closed cases that the principal sees, by hazard; those that no alert raised stand under `PEOPLE`."""
    found: dict[str, list[ClosedCase]] = {}
    for row in connection.cursor(row_factory=dict_row).execute(SQL["closed"]):
        rule = PEOPLE if row["level"] is None else row["rule"] or NOT_KEPT
        case = ClosedCase(
            rule=rule,
            level=row["level"] or "",
            cause=row["first_cause"] or "",
            outcome=CaseOutcome(row["outcome"]),
            reason=row["reason"] or "",
            found_cause=cause_in_words(row["cause"] or "") or "",
        )
        found.setdefault(row["hazard"], []).append(case)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class AfterWorks:
    """Rooms of closed cases that were watched after works, of one hazard.

    Attributes:
        watches: how many by how their watch stood (held, relapsed, watching, cannot_say).
        changes: how many by what the comparison in the same weather came to (better, worse, no_difference, cannot_say).
    """

    watches: Mapping[str, int]
    changes: Mapping[str, int]


def after_works(connection: Connection) -> dict[str, AfterWorks]:
    """What came of works in the closed cases that the principal sees, by hazard."""
    watches: dict[str, Counter[str]] = {}
    changes: dict[str, Counter[str]] = {}
    for hazard, state, verdict, count in connection.execute(SQL["after_works"]):
        watches.setdefault(hazard, Counter())[state] += count
        changes.setdefault(hazard, Counter())[verdict] += count
    return {hazard: AfterWorks(watches=watches[hazard], changes=changes[hazard]) for hazard in watches}


def outcomes_of(connection: Connection, first: date, last: date) -> list[Known]:
    """What people found in homes from `first` to `last`, by the closed cases; sensor problems were no hazard."""
    return [
        Known(home=home, hazard=hazard, day=(day - _EPOCH).days, confirmed=confirmed)
        for home, hazard, day, confirmed in connection.execute(SQL["outcomes"], {"first": first, "last": last})
    ]
