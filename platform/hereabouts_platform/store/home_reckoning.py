"""What the reckoning of a room remembers, for the causes and the repairs that are told from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from hereabouts_platform.homes.features import Features
from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.told import features_of
from hereabouts_platform.store.assessment import date_of, day_of, newest_states, records_of
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.room_facts import stock_of


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reckoned:
    """The features of one room as they stood at the end of `day` (UTC), and how cold its walls are taken to be."""

    day: date
    features: Features
    f_rsi: float
    f_known: bool


def reckoned(connection: Connection, home: str, place: str, now: datetime) -> Reckoned | None:
    """What is remembered of a room of a home; None where it was never assessed, or is no longer measured."""
    stock = stock_of(connection, now, LIMITS, [home])
    room = next((n for n, row in enumerate(stock.rows) if row.place_id == place), None)
    if room is None:
        return None
    tomorrow = day_of((now + timedelta(days=1)).astimezone(UTC).date())
    state = newest_states(connection, {place: tomorrow}).get(place)
    if state is None:
        return None
    rooms = stock.rooms.of(np.array([room]))
    return Reckoned(
        day=date_of(state.day),
        features=features_of(records_of([state]), rooms),
        f_rsi=float(rooms.factor[0]),
        f_known=bool(rooms.f_known[0]),
    )
