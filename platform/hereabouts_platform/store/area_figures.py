"""Figures of areas, as the api role may have them: before small numbers are suppressed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Cursor
from psycopg.rows import dict_row

from hereabouts_platform.rules.area_limits import AREA_LIMITS, NO_LIMITS
from hereabouts_platform.rules.disclosure import AreaKey
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("area_figures")

Row = dict[str, Any]


def figures(
    connection: Connection, area: AreaKey, quantities: Sequence[str], from_at: datetime, to_at: datetime
) -> list[Row]:
    """Per quantity, of homes and of other places apart: how many, mean, p10, p50, p90 of their means, shares of hours.

    Shares (0 to 1) are of hours below and above the stated limits (rules/area_limits.py), the mean over places.
    """
    limits = [AREA_LIMITS.get(quantity, NO_LIMITS) for quantity in quantities]
    values = {
        "code": area.code,
        "vintage": area.vintage,
        "from": from_at,
        "to": to_at,
        "quantities": list(quantities),
        "below": [one.below for one in limits],
        "above": [one.above for one in limits],
    }
    return _cursor(connection).execute(SQL["figures"], values).fetchall()


def homes_with_data(
    connection: Connection, quantity: str, from_at: datetime, to_at: datetime
) -> dict[AreaKey, frozenset[int]]:
    """By area, the homes that have data; the numbers mean nothing outside this answer."""
    rows = connection.execute(SQL["homes"], {"quantity": quantity, "from": from_at, "to": to_at})
    return {AreaKey(kind=kind, code=code, vintage=vintage): frozenset(homes) for code, vintage, kind, homes in rows}


def is_lagging(connection: Connection, from_at: datetime, to_at: datetime) -> bool:
    """Whether readings of [from_at, to_at) have come in, of any place, that the rollups do not hold yet."""
    row = connection.execute(SQL["is_lagging"], {"from": from_at, "to": to_at}).fetchone()
    return bool(row and row[0])


def open_alerts(connection: Connection, area: AreaKey) -> list[Row]:
    """On how many places an alert stands open, by hazard and level, homes apart."""
    return _cursor(connection).execute(SQL["alerts"], {"code": area.code, "vintage": area.vintage}).fetchall()


def _cursor(connection: Connection) -> Cursor[Row]:
    return connection.cursor(row_factory=dict_row)
