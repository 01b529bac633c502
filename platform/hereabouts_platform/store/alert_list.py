"""Alerts as the API and the pages list them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("alert_list")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class AlertFilter:
    """Which alerts are wanted; None asks for nothing. `place` takes in the place's rooms and slots."""

    state: str | None = None
    hazard: str | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Urgency:
    """Where the list by urgency goes on: `turn` 1 urgent, 2 act, 3 watch."""

    turn: int
    opened_at: datetime
    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCounts:
    """Open alerts on places by level, and the places they stand on (a home and its rooms count once)."""

    urgent: int
    act: int
    watch: int
    places: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LastAssessment:
    """When homes were last assessed, how many rooms, and of how many nothing could be said."""

    at: datetime
    rooms: int
    cannot_say: int


def list_alerts(
    connection: Connection, wanted: AlertFilter, *, before: tuple[datetime, int] | None, most: int
) -> list[Row]:
    """At most `most` alerts, newest first, from below the (opened_at, id) of `before`."""
    before_at, before_id = before or (None, None)
    values = {**asdict(wanted), "before_at": before_at, "before_id": before_id, "most": most}
    return connection.cursor(row_factory=dict_row).execute(SQL["alerts"], values).fetchall()


def most_urgent(connection: Connection, *, after: Urgency | None, most: int) -> list[Row]:
    """Open alerts on places, urgent first, then the longest open."""
    start = asdict(after) if after else {"turn": None, "opened_at": None, "id": None}
    return connection.cursor(row_factory=dict_row).execute(SQL["most_urgent"], {**start, "most": most}).fetchall()


def open_counts(connection: Connection) -> OpenCounts:
    """How many alerts are open, by level, and on how many places."""
    row = connection.cursor(row_factory=dict_row).execute(SQL["open_counts"]).fetchone()
    return OpenCounts(**row) if row else OpenCounts(urgent=0, act=0, watch=0, places=0)


def open_elsewhere(connection: Connection, *, most: int) -> list[Row]:
    """At most `most` open alerts on sources and jobs, urgent first: level, reason, opened_at."""
    return connection.cursor(row_factory=dict_row).execute(SQL["open_elsewhere"], (most,)).fetchall()


def last_assessment(connection: Connection) -> LastAssessment | None:
    """The last assessment of homes that was done; None when there was none yet."""
    row = connection.cursor(row_factory=dict_row).execute(SQL["last_assessment"]).fetchone()
    return LastAssessment(**row) if row else None
