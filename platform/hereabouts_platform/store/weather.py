"""Weather stations without a sensor: up to when a service has told of them, its answers into ingest, and what it says
of days to come. Role jobs.
"""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """What is told of the hours to come, from `first_at` on: degrees Celsius and millimetres; None where nothing is."""

    first_at: datetime
    temperature: tuple[float | None, ...]
    rain_mm: tuple[float | None, ...]


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


def coming_wanted(connection: Connection) -> bool:
    """Whether anybody looks at the weather to come."""
    row = connection.execute(SQL["coming_wanted"]).fetchone()
    return row is not None and bool(row[0])


def save_coming(connection: Connection, station: str, coming: Coming, at: datetime) -> None:
    """Write down what was told at `at`, in place of what was told before."""
    told = (station, coming.first_at, list(coming.temperature), list(coming.rain_mm), at)
    connection.execute(SQL["save_coming"], told)


def coming_at(connection: Connection, stations: Sequence[str]) -> dict[str, Coming]:
    """What was told last of stations; those of which nothing was are left out."""
    return {
        row[0]: Coming(first_at=row[1], temperature=tuple(row[2]), rain_mm=tuple(row[3]))
        for row in connection.execute(SQL["coming"], (list(stations),))
    }


def measuring_stations(connection: Connection) -> list[tuple[str, float, float]]:
    """Weather stations that measure the air's temperature: id, lon, lat."""
    return [(row[0], row[1], row[2]) for row in connection.execute(SQL["measuring"])]
