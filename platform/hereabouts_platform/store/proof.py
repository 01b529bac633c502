"""Proof of fix in the store: which cases are watched, the days of their rooms, how each watch stands. Role jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.proof import MEASURES_OF, Change, Measure, RoomDays, Verdict
from hereabouts_platform.homes.proof_days import room_days
from hereabouts_platform.homes.relapse import Watch
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.room_facts import stock_of
from hereabouts_platform.store.room_hours import read_block

SQL = load("proof")

Row = dict[str, Any]
_EPOCH = date(1970, 1, 1)
_NUMBERS = ("at_outdoor", "before", "after", "change", "low", "high", "sure")


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomHistory:
    """A room's days, by measure."""

    place_id: str
    days: Mapping[Measure, RoomDays]


def watched_cases(connection: Connection) -> list[Row]:
    """Cases in which all works are done: id, home, home_name, hazard, patch, assignee."""
    return connection.cursor(row_factory=dict_row).execute(SQL["watched"]).fetchall()


def histories_of(
    connection: Connection, home: str, measures: Sequence[Measure], span: tuple[date, date], now: datetime
) -> list[RoomHistory]:
    """The days of a span, both ends in it, of every room of a home that is measured, as far as rollups are kept.

    Takes the hours that assessments take: what looks wrong is read raw and cleaned.
    """
    first, last = span
    stock = stock_of(connection, now, LIMITS, [home])
    if not stock.rows:
        return []
    first_day, count = (first - _EPOCH).days, (last - first).days + 1
    block = read_block(connection, stock, first_day, count)
    hours = [block.day(first_day + n, stock, 24)[0] for n in range(count)]
    return [
        RoomHistory(
            place_id=row.place_id,
            days={one: room_days(first_day, hours, n, float(stock.rooms.f_rsi[n]), one) for one in measures},
        )
        for n, row in enumerate(stock.rows)
    ]


def levels_of(
    connection: Connection, places: Sequence[str], hazard: str, first: date, last: date
) -> dict[str, list[str]]:
    """What was said of each room on each day of a hazard; no_data where nothing was."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    said = {
        (place, day): level
        for place, day, level in connection.execute(
            SQL["levels"], {"places": list(places), "hazard": hazard, "first": first, "last": last}
        )
    }
    return {place: [said.get((place, day.item())) or "no_data" for day in days] for place in places}


def save_watch(
    connection: Connection, case_id: int, place_id: str, watch: Watch, *, changes: Sequence[Change], now: datetime
) -> None:
    """Keep how a watch stands and how the room changed in the same weather, in place of what was kept."""
    values = {
        "case": case_id,
        "place": place_id,
        "state": watch.state,
        "until": watch.until,
        "days_seen": watch.days_seen,
        "on": watch.on,
        "reason": watch.reason,
        "changes": Jsonb([_change_to(change) for change in changes]),
        "now": now,
    }
    connection.execute(SQL["save"], values)


def came_back(connection: Connection) -> list[Row]:
    """Where it came back: case, place, place_name, home, home_name, patch, hazard, assignee, on."""
    return connection.cursor(row_factory=dict_row).execute(SQL["came_back"]).fetchall()


def watches_of(connection: Connection, case_id: int) -> list[Row]:
    """How the watches over a case's rooms stand: place, state, until, days_seen, came_back_on, reason, changes..."""
    return connection.cursor(row_factory=dict_row).execute(SQL["watches_of"], {"case": case_id}).fetchall()


def changes_of(hazard: str, stored: Sequence[Row]) -> list[Change]:
    """How a room changed, out of what was kept of a watch (`changes`); measures no longer known are left out."""
    measures = {measure.name: measure for measure in MEASURES_OF.get(hazard, ())}
    return [
        Change(
            measure=measures[row["measure"]],
            verdict=Verdict(row["verdict"]),
            days_before=row["days_before"],
            days_after=row["days_after"],
            reason=row["reason"],
            **{name: np.nan if row[name] is None else row[name] for name in _NUMBERS},
        )
        for row in stored
        if row["measure"] in measures
    ]


def _change_to(change: Change) -> Row:
    numbers = {name: getattr(change, name) for name in _NUMBERS}
    return {
        "measure": change.measure.name,
        "verdict": change.verdict.value,
        "days_before": change.days_before,
        "days_after": change.days_after,
        "reason": change.reason,
        **{name: None if np.isnan(value) else float(value) for name, value in numbers.items()},
    }
