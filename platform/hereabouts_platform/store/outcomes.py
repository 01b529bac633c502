"""What crews report of visits, late, out of order and more than once as it may come."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError, NotFound
from hereabouts_schemas.times import LONDON

SQL = load("outcomes")
AHEAD = timedelta(hours=1)
"""How far a phone's clock may be ahead of ours."""
BEFORE = timedelta(days=1)
"""How long before its day's beginning somebody may have been at a visit."""


class OutcomeKind(StrEnum):
    """What came of a visit."""

    EMPTIED = "emptied"
    NOT_FULL = "not_full"
    OVERFLOWING = "overflowing"
    CONTAMINATED = "contaminated"
    BLOCKED = "blocked"
    DAMAGED = "damaged"
    MISSING = "missing"
    HAZARD = "hazard"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a crew reports.

    Attributes:
        visit: its number.
        client_id: the sender's own name for this report.
        at: when it happened.
        lon, lat: where, WGS 84 degrees.
        photo: a reference to where a photo is kept.
    """

    visit: int
    client_id: str
    kind: OutcomeKind
    at: datetime
    lon: float | None = None
    lat: float | None = None
    note: str | None = None
    photo: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What became of a report or a request: its number, and whether it had come before."""

    id: int
    again: bool = False


def report(connection: Connection, by: Principal, told: Outcome, now: datetime) -> Told:
    """Write down what a crew reports; the same again is answered and not written again.

    Raises:
        NotAllowed: `by` may not report.
        NotFound: there is no such visit, or not for them.
        InputError: something in it cannot be used, or another report had its `client_id`.
    """
    require(by, Action.WRITE, Resource.ROUNDS)
    values = asdict(told)
    known = connection.cursor(row_factory=dict_row).execute(SQL["known"], values).fetchone()
    before = told_before(known, values, ("visit", "kind", "at", "lon", "lat", "note", "photo"))
    if before is not None:
        return before
    visit = visited(connection, told.visit)
    _check(told)
    check_time(told.at, visit.day, now)
    row = connection.execute(SQL["add"], {**values, "place": visit.place}).fetchone()
    if row is None:  # the same was told elsewhere at the same moment
        return report(connection, by, told, now)
    detail = {"outcome": row[0], "visit": told.visit, "kind": told.kind, "homes": visit.homes}
    record(connection, by, Action.WRITE, Resource.ROUNDS, detail)
    return Told(id=row[0])


@dataclass(frozen=True, kw_only=True, slots=True)
class Visited:
    """Where a visit is, and of which day; `homes`: the home, for the audit, where it is at one."""

    place: str
    homes: list[str]
    day: date


def visited(connection: Connection, visit: int) -> Visited:
    """The place of a visit that somebody tells of.

    Raises:
        NotFound: there is no such visit, or not for them.
    """
    row = connection.execute(SQL["visit"], {"visit": visit}).fetchone()
    if row is None:
        raise NotFound(f"There is no visit {visit}, or it is not on a sheet of yours of the last 7 days.")
    return Visited(place=row[0], homes=[row[0]] if row[1] else [], day=row[2])


def check_time(at: datetime, day: date, now: datetime) -> None:
    """Refuse what a phone with a wrong clock says of a visit of a day, as it stays for good.

    Raises:
        InputError: it lies in the future, or long before that day.
    """
    begins = datetime.combine(day, time.min, LONDON)
    if not begins - BEFORE <= at <= now + AHEAD:
        when = f"long before the visit, which is of {day.isoformat()}" if at < begins else "in the future"
        raise InputError("at", at.isoformat(), f"It lies {when}. Set the phone's clock, and send again.")


def happened_at(connection: Connection, client_id: str) -> datetime | None:
    """When a report of this name that came before happened: a form sent twice knows no time of its own."""
    row = connection.execute(SQL["known_at"], {"client_id": client_id}).fetchone()
    return row[0] if row is not None else None


def _check(told: Outcome) -> None:
    if (told.lon is None) != (told.lat is None):
        raise InputError("lon", told.lon, "lon and lat belong together: give both or neither.")
    if told.kind is OutcomeKind.OTHER and not (told.note or "").strip():
        raise InputError("note", "", "Say in a note what it is, where it is none of the other outcomes.")


def told_before(row: Mapping[str, Any] | None, values: Mapping[str, Any], fields: Sequence[str]) -> Told | None:
    """That what a sender named was told before; None where nothing was.

    Args:
        row: what stands under the sender's name for it.
        fields: those in which it has to be what is told now.

    Raises:
        InputError: something else was told under this name.
    """
    if row is None:
        return None
    if any(row[name] != values[name] for name in fields):
        cure = "Something else was sent under this name before. Give each report a name of its own."
        raise InputError("client_id", values["client_id"], cure)
    return Told(id=row["id"], again=True)


def outcomes_since(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    """What was recorded from an instant on, for the forecast: id, place, kind, at, recorded_at."""
    return connection.cursor(row_factory=dict_row).execute(SQL["recorded_since"], {"since": since}).fetchall()
