"""Requests for visits: those that are open and those that ended, and withdrawing one."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.outcomes import RequestKind, Told
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import NotFound, NotNow

SQL = load("visit_requests")

Row = dict[str, Any]


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
