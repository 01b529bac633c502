"""The homes of a block, each with what stands there and the likeliest cause, for patterns that no single home shows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from psycopg.rows import dict_row

from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.causes import causes_of
from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.neighbours import Neighbour, Pattern, TypeCounts, type_pattern
from hereabouts_platform.homes.told import features_of
from hereabouts_platform.store.assessment import day_of, newest_states, records_of
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.room_facts import stock_of

SQL = load("home_levels")

Row = dict[str, Any]


def homes_of_block(connection: Connection, home: str, now: datetime) -> list[Neighbour]:
    """The measured homes of the building that a home is in, itself too, as far as the principal may see them.

    Stack, floor and build type are attributes of the homes (`stack`, `floor`, `build_type`); a floor that is no number
    is none.
    """
    rows = connection.cursor(row_factory=dict_row).execute(SQL["block"], {"home": home}).fetchall()
    causes = _causes(connection, [row for row in rows if row["hazard"]], now)
    return [
        Neighbour(
            home=row["home"],
            name=row["name"],
            block=row["block"],
            stack=row["stack"],
            floor=row["floor"],
            build_type=row["build_type"],
            hazard=row["hazard"],
            cause=causes.get(row["home"]),
            since=row["since"],
        )
        for row in rows
    ]


def build_type_of(connection: Connection, home: str) -> Pattern | None:
    """The pattern of a damp home's build type over all homes that the principal sees: counts, and no home is named."""
    row = connection.cursor(row_factory=dict_row).execute(SQL["build_type"], {"home": home}).fetchone()
    return None if row is None else type_pattern(row.pop("build_type"), TypeCounts(**row))


def _causes(connection: Connection, rows: Sequence[Row], now: datetime) -> dict[str, Cause]:
    """The likeliest cause of each home's worst alert; homes whose reckoning is not known are left out."""
    if not rows:
        return {}
    stock = stock_of(connection, now, LIMITS, [row["home"] for row in rows])
    numbers = {row.place_id: n for n, row in enumerate(stock.rows)}
    tomorrow = day_of((now + timedelta(days=1)).astimezone(UTC).date())
    states = newest_states(connection, {row["place"]: tomorrow for row in rows if row["place"] in numbers})
    found = {}
    for row in rows:
        state = states.get(row["place"])
        if state is not None:
            rooms = stock.rooms.of(np.array([numbers[row["place"]]]))
            found[row["home"]] = causes_of(features_of(records_of([state]), rooms), row["hazard"]).first(0)
    return found
