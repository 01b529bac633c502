"""Vehicles that are out of service from an instant on, until somebody says that they are back."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import is_vehicle
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError, NotFound

SQL = load("outages")
MOST_LETTERS = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """A vehicle that does nothing more.

    Attributes:
        from_at: UTC; says: why, in a sentence; by: who said so.
    """

    vehicle: str
    from_at: datetime
    says: str
    by: str


def outages(connection: Connection) -> dict[str, Outage]:
    """The vehicles that are out of service now, by id."""
    rows = connection.cursor(row_factory=class_row(Outage)).execute(SQL["open"]).fetchall()
    return {one.vehicle: one for one in rows}


def take_out(connection: Connection, by: Principal, vehicle: str, says: str, at: datetime) -> bool:
    """Say that a vehicle does nothing more from `at` on; False where that was said before.

    Raises:
        NotAllowed: `by` may not say what crews do.
        NotFound: there is no such vehicle.
        InputError: no reason is given, or too long a one.
    """
    require(by, Action.ADMINISTER, Resource.ROUNDS)
    _known(connection, vehicle)
    if not 0 < len(says) <= MOST_LETTERS:
        cure = f"Write at most {MOST_LETTERS:,} letters." if says else "Say in a sentence why."
        raise InputError("says", says[:60], cure)
    values = {"vehicle": vehicle, "from_at": at, "says": says}
    row = connection.execute(SQL["add"], values).fetchone()
    if row is not None:
        record(connection, by, Action.WRITE, Resource.FLEET, {"outage": row[0], "vehicle": vehicle})
    return row is not None


def bring_back(connection: Connection, by: Principal, vehicle: str, at: datetime) -> bool:
    """Say that a vehicle is in service again; False where it was not out.

    Raises:
        NotAllowed: `by` may not say what crews do.
        NotFound: there is no such vehicle.
    """
    require(by, Action.ADMINISTER, Resource.ROUNDS)
    _known(connection, vehicle)
    row = connection.execute(SQL["end"], {"vehicle": vehicle, "at": at}).fetchone()
    if row is not None:
        record(connection, by, Action.WRITE, Resource.FLEET, {"outage": row[0], "vehicle": vehicle, "ended": True})
    return row is not None


def _known(connection: Connection, vehicle: str) -> None:
    if not is_vehicle(connection, vehicle):
        raise NotFound(f"There is no vehicle {vehicle[:200]!r}.")
