"""Rollups of readings: hours in UTC and civil days of Europe/London. Role jobs, one run at a time.

Two steps. Batches are read in order of transaction, up to the oldest that is still open, and the hours they touched are
noted as spans; then spans are worked out from raw readings. Both are bounded, so a run that is cut off or has enough
is gone on with by the next.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hereabouts_platform.rules.area_limits import AREA_LIMITS
from hereabouts_platform.store.assessment import note_touched
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.engine import Engine, make_room
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.retention import hold_horizons

SQL = load("rollup")

MOST_BATCHES = 1_000
MOST_TOUCHED = 2_000_000
MOST_SPANS = 50_000
MOST_HOURS = 300_000


# What days are counted against, as parallel lists.
LIMITS = {
    "quantities": list(AREA_LIMITS),
    "below": [one.below for one in AREA_LIMITS.values()],
    "above": [one.above for one in AREA_LIMITS.values()],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Spans:
    """Spans of datastreams in whole hours, [from, to), as parallel lists, and how many hours they are together."""

    ids: list[int]
    froms: list[datetime]
    tos: list[datetime]
    hours: int


def note_batches(connection: Connection, *, most_batches: int = MOST_BATCHES, most_touched: int = MOST_TOUCHED) -> int:
    """Note what the next batches touched; returns how many batches were read.

    Everything below the oldest open transaction is decided, so no batch can come in behind; the hours of one that
    commits while this runs are worked out now or by the next run, and once more does no harm.
    """
    below, horizon = _one(connection.execute(SQL["horizon"]).fetchone())
    bounds = {"below": below, "horizon": horizon, "most_batches": most_batches, "most_pairs": most_touched}
    last, batches = _one(connection.execute(SQL["next_batches"], bounds).fetchone())
    if last is not None:
        connection.execute(SQL["note_touched"], {"below": below, "last": last})
    connection.execute(SQL["move_on"], {"last": last or below, "horizon": horizon})
    return int(batches)


def work_out(connection: Connection, *, most_hours: int = MOST_HOURS) -> int:
    """Work out the oldest spans that are noted, in all about `most_hours`; returns how many hours were looked at.

    Hours before the horizon of their readings stay as they stand (`whole_since()` of migration 0013).
    """
    hold_horizons(connection)  # none moves on, so none is half gone, before what is worked out here is committed
    connection.execute(SQL["plan_simply"])
    taken = _take(connection, most_hours)
    if taken is None:
        return 0
    spans: dict[str, Any] = {"ids": taken.ids, "froms": taken.froms, "tos": taken.tos}
    months = [month for (month,) in connection.execute(SQL["months"], spans)]
    make_room(connection, Engine.PLAIN, "reading_hour", months)  # native partitions on either engine
    connection.execute(SQL["make_hours"], spans)
    connection.execute(SQL["make_days"], spans | LIMITS)
    note_touched(connection, taken.ids, taken.froms)
    return taken.hours


def gather_day(connection: Connection, now: datetime) -> int:
    """Lay the hours of the next day that is over side by side, datastream by datastream; returns how many.

    Nothing of them changes. A month of one datastream is read from some forty pages then instead of hundreds; the price
    is that every hour is written twice.
    """
    taken = connection.execute(SQL["next_to_gather"], {"now": now}).fetchone()
    return connection.execute(SQL["gather_day"], {"day": taken[0]}).rowcount if taken else 0


def spans_left(connection: Connection) -> int:
    """How many spans are noted and not worked out."""
    return int(_one(connection.execute(SQL["pending"]).fetchone())[0])


def _take(connection: Connection, most_hours: int) -> Spans | None:
    bounds = {"most_hours": most_hours, "most_spans": MOST_SPANS}
    ids, froms, tos, hours = _one(connection.execute(SQL["take_pending"], bounds).fetchone())
    return Spans(ids=ids, froms=froms, tos=tos, hours=hours) if ids else None


def _one(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise LookupError("the rollups have no progress row")
    return row
