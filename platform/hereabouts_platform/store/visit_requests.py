"""Requests for visits: asking for one, those that are open and those that ended, and withdrawing one."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import is_vehicle
from hereabouts_platform.store.outcomes import Told, told_before
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError, NotFound, NotNow
from hereabouts_schemas.times import LONDON

SQL = load("visit_requests")
ASKED_AHEAD = timedelta(days=366)
"""How far ahead a visit may be asked for."""

Row = dict[str, Any]


class RequestKind(StrEnum):
    """Who asks for a visit."""

    REPORT = "report"  # somebody told us
    MANUAL = "manual"  # a dispatcher says so


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Somebody asks for a visit to a bin, on a day or as soon as may be.

    Attributes:
        vehicle: only this one, by a dispatcher, for that day.
        after: right after this bin, which is visited too; by a dispatcher, for that day.
    """

    place: str
    client_id: str
    kind: RequestKind
    says: str
    day: date | None
    at: datetime
    vehicle: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestFilter:
    """Which requests; None asks for nothing.

    Attributes:
        place: of this bin, or of the bins of this site.
        day: wanted on it.
        state: open, answered (a crew has been there) or withdrawn.
    """

    id: int | None = None
    place: str | None = None
    kind: RequestKind | None = None
    day: date | None = None
    state: str | None = None


def ask(connection: Connection, by: Principal, asked: Request) -> Told:
    """Write down that somebody asks for a visit; the same again is answered and not written again.

    Raises:
        NotAllowed: `by` may not report, or, for one by hand, not say what crews do.
        NotFound: there is no such bin.
        InputError: another request had its `client_id`, its day is over or far away, or what it fixes cannot be had.
    """
    require(by, Action.ADMINISTER if asked.kind is RequestKind.MANUAL else Action.WRITE, Resource.ROUNDS)
    values = asdict(asked)
    known = connection.cursor(row_factory=dict_row).execute(SQL["known_request"], values).fetchone()
    before = told_before(known, values, ("place", "kind", "says", "day", "vehicle", "after"))
    if before is not None:
        return before
    _check_day(asked)
    if (kind := _bin_kind(connection, asked.place)) is None:
        raise NotFound(f"There is no bin {asked.place[:200]!r}.")
    _check_fixed(connection, asked, kind)
    row = connection.execute(SQL["add_request"], values).fetchone()
    if row is None:
        return ask(connection, by, asked)
    detail = {"request": row[0], "place": asked.place, "kind": asked.kind}
    record(connection, by, Action.WRITE, Resource.ROUNDS, detail)
    return Told(id=row[0])


def _check_day(asked: Request) -> None:
    today = asked.at.astimezone(LONDON).date()
    if asked.day is not None and not today <= asked.day <= today + ASKED_AHEAD:
        cure = f"Give a day from {today.isoformat()} on, at most a year ahead, or none for as soon as may be."
        raise InputError("day", asked.day.isoformat(), cure)


def _bin_kind(connection: Connection, place: str) -> str | None:
    """bin_slot or bin_site; None where it is neither, or nothing that they may see."""
    row = connection.execute(SQL["bin"], {"place": place}).fetchone()
    return None if row is None else str(row[0])


def _check_fixed(connection: Connection, asked: Request, kind: str) -> None:
    """Who goes there, and behind which bin, is a dispatcher's word for one day."""
    field = "vehicle" if asked.vehicle is not None else "after"
    given = asked.vehicle if asked.vehicle is not None else asked.after
    if given is None:
        return
    if asked.kind is not RequestKind.MANUAL:
        raise InputError(field, given, "Only a dispatcher's own request says so: give it as manual.")
    if asked.day is None:
        raise InputError("day", "", "Say on which day: vehicle and order are fixed for one day.")
    if kind != "bin_slot":
        raise InputError("place", asked.place, "That is fixed for one bin, not for a site. Give the bin's id.")
    if asked.vehicle is not None and not is_vehicle(connection, asked.vehicle):
        raise InputError("vehicle", asked.vehicle, "There is no such vehicle. Give its id.")
    if asked.after is not None and (asked.after == asked.place or _bin_kind(connection, asked.after) != "bin_slot"):
        raise InputError("after", asked.after, "Give the id of another bin.")


def list_requests(
    connection: Connection, wanted: RequestFilter, *, after: tuple[datetime, int] | None, most: int
) -> list[Row]:
    """Requests, oldest first: a dispatcher's are all, a crew's those on its rounds and its own."""
    at, number = after or (None, None)
    values = {**asdict(wanted), "after_at": at, "after_id": number, "most": most}
    return connection.cursor(row_factory=dict_row).execute(SQL["requests"], values).fetchall()


def withdraw(connection: Connection, by: Principal, request: int, says: str, now: datetime) -> Told:
    """Close a request for which nobody has to go any more; the same words again are answered and not written again.

    Raises:
        NotAllowed: `by` does not say what crews do.
        NotFound: there is no such request for them.
        NotNow: a crew has been there, or it was withdrawn with other words.
    """
    require(by, Action.ADMINISTER, Resource.ROUNDS)
    found = next(iter(list_requests(connection, RequestFilter(id=request), after=None, most=1)), None)
    if found is None:
        raise NotFound(f"There is no request {request}.")
    if found["state"] == "answered":
        raise NotNow(f"Request {request} is answered: a crew has been there. There is nothing to withdraw.")
    if found["state"] == "withdrawn":
        if found["withdrawn_says"] == says:
            return Told(id=request, again=True)
        raise NotNow(f"Request {request} is withdrawn already: {found['withdrawn_says']!r}.")
    if connection.execute(SQL["withdraw"], {"id": request, "says": says, "at": now}).fetchone() is None:
        return withdraw(connection, by, request, says, now)  # somebody else did so at the same moment
    detail = {"request": request, "place": found["place"], "withdrawn": True}
    record(connection, by, Action.WRITE, Resource.ROUNDS, detail)
    return Told(id=request)


def open_requests(connection: Connection) -> list[dict[str, Any]]:
    """Requests that stand and no crew has answered yet, oldest first: id, place, kind, says, day, at, vehicle,
    after."""
    return connection.cursor(row_factory=dict_row).execute(SQL["open_requests"]).fetchall()
