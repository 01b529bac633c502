"""What savings are told from: baselines, and each day as it was published last with what crews reported.

Inside `acting(...)`, role api or jobs, for who sees every round.
"""

from datetime import date
from itertools import groupby
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.savings.facts import Before, DayPlan, RoundRun
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import BASELINE_FIELDS, baselines
from hereabouts_platform.store.queries import load

SQL = load("savings")
NO_MAP = "great_circle"


def stored_before(connection: Connection) -> list[Before]:
    """Every row of the baseline."""
    return [
        Before(weekdays=one.days.weekdays, on=one.days.on, **{name: getattr(one, name) for name in BASELINE_FIELDS})
        for one in baselines(connection)
    ]


def depots_with_vehicles(connection: Connection) -> frozenset[str]:
    """Depots at which some vehicle starts."""
    return frozenset(row[0] for row in connection.execute(SQL["depots"]))


def plans_run(connection: Connection, first: date, last: date, depot: str | None) -> list[DayPlan]:
    """Each depot's day as it was published last, both ends counted in."""
    asked = {"first": first, "last": last, "depot": depot}
    rows = connection.cursor(row_factory=dict_row).execute(SQL["run"], asked).fetchall()
    return [
        _plan(day, depot, list(own)) for (day, depot), own in groupby(rows, key=lambda row: (row["day"], row["depot"]))
    ]


def _plan(day: date, depot: str, rows: list[dict[str, Any]]) -> DayPlan:
    return DayPlan(
        day=day,
        depot=depot,
        rounds=tuple(_round(row) for row in rows if row["round"] is not None),
        mapped=_is_mapped(rows),
        to_homes=rows[0]["of_homes"],
        overflowing=sum(row["overflowing"] for row in rows),
        unmet=rows[0]["unmet"],
    )


def _is_mapped(rows: list[dict[str, Any]]) -> bool:
    """Whether each round was planned on a map: where only some classes have one, those that have a way."""
    ways = rows[0]["roads"].split(", ")
    if NO_MAP not in ways:
        return True
    return len(ways) > 1 and all(row["has_way"] for row in rows if row["round"] is not None)


def _round(row: dict[str, Any]) -> RoundRun:
    return RoundRun(
        vehicle=row["vehicle_name"],
        km=row["drive_m"] / 1000,
        hours=row["lasts_s"] / 3600,
        visits=row["visits"],
        reported=row["reported"],
        fuel=row["fuel"],
        fuel_per_100km=row["fuel_per_100km"],
    )
