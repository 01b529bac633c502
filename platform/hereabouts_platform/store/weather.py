"""Weather stations without a sensor: up to when a service has told of them, and its answers into ingest. Role jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("weather")


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """A weather station with a position, WGS 84 degrees; `told_to`: the last hour known of it, if there is one."""

    place_id: str
    lon: float
    lat: float
    told_to: datetime | None


def stations_of(connection: Connection, places: Sequence[str]) -> list[Station]:
    """Those of `places` that are weather stations with a position."""
    rows = connection.execute(SQL["stations"], (list(places),)).fetchall()
    return [Station(place_id=row[0], lon=row[1], lat=row[2], told_to=row[3]) for row in rows]


def hand_in(connection: Connection, station: str, answer: bytes, at: datetime) -> bool:
    """Hand a service's answer to ingest, inside `acting(...)`; False where it is not taken now.

    It is not while the last answer for the station waits, or while the source `weather` is switched off.
    """
    row = connection.execute(SQL["hand_in"], (station, answer, at)).fetchone()
    return row is not None and row[0] is not None
