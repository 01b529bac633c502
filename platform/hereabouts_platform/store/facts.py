"""Facts for the rules, read for many rooms at once.

One run costs 3 statements and one more for each 500 rooms; nearly all of its time goes into the readings of the last
31 days, so it grows with rooms and with how often they report. Memory is bounded by the 500.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.rules.part_f import HOURS_LOOKED_AT
from hereabouts_platform.rules.room import DEFAULT_F_RSI, HOUR, RoomFacts, full_hour
from hereabouts_platform.rules.stations import Station, heard, nearest
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("facts")
ROOMS_AT_ONCE = 500

TEMPERATURE = "air_temperature"
HUMIDITY = "relative_humidity"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Room:
    place_id: str
    name: str | None
    lon: float | None
    lat: float | None
    f_rsi: float | None
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Course:
    means: Floats
    last_at: datetime


Courses = dict[tuple[str, str], _Course]


def rooms_in_batches(connection: Connection, now: datetime) -> Iterator[list[RoomFacts]]:
    """Every room and home with indoor temperature and humidity as it stood at `now`, 500 at a time, by place id.

    Hourly means in UTC of the 31 days before the last full hour; readings at or after `now` are not looked at.
    Outdoors is the nearest weather station that is heard. Needs the database role jobs.
    """
    now = now.astimezone(UTC)
    from_at = full_hour(now) - HOURS_LOOKED_AT * HOUR
    stations = heard(_stations(connection, from_at, now))
    rows = connection.execute(SQL["rooms"], {"now": now}).fetchall()
    rooms = [_Room(place_id=r[0], name=r[1], lon=r[2], lat=r[3], f_rsi=r[4], last_at=r[5]) for r in rows]
    for start in range(0, len(rooms), ROOMS_AT_ONCE):
        batch = rooms[start : start + ROOMS_AT_ONCE]
        courses = _courses(connection, [room.place_id for room in batch], [TEMPERATURE, HUMIDITY], from_at, now)
        yield [_facts(room, courses, stations, from_at) for room in batch]


def _facts(room: _Room, courses: Courses, stations: Sequence[Station], from_at: datetime) -> RoomFacts:
    temperature = courses.get((room.place_id, TEMPERATURE))
    humidity = courses.get((room.place_id, HUMIDITY))
    return RoomFacts(
        place_id=room.place_id,
        room=room.name,
        from_at=from_at,
        temperature=temperature.means if temperature else _unknown(),
        humidity=humidity.means if humidity else _unknown(),
        last_at=humidity.last_at if humidity else _before(room.last_at, from_at),
        f_rsi=room.f_rsi if room.f_rsi is not None and 0 <= room.f_rsi <= 1 else DEFAULT_F_RSI,
        weather=nearest(stations, room.lon, room.lat),
    )


def _before(last_at: datetime | None, from_at: datetime) -> datetime | None:
    """A last reading older than the window; one that is newer than `now` tells nothing of the time between."""
    return last_at if last_at is not None and last_at < from_at else None


def _stations(connection: Connection, from_at: datetime, to_at: datetime) -> list[Station]:
    rows = connection.execute(SQL["stations"]).fetchall()
    courses = _courses(connection, [row[0] for row in rows], [TEMPERATURE], from_at, to_at)
    return [
        Station(place_id=place_id, name=name, lon=lon, lat=lat, temperature=courses[place_id, TEMPERATURE].means)
        for place_id, name, lon, lat in rows
        if (place_id, TEMPERATURE) in courses
    ]


def _courses(
    connection: Connection, places: Sequence[str], quantities: Sequence[str], from_at: datetime, to_at: datetime
) -> Courses:
    values = {"places": list(places), "quantities": list(quantities), "from_at": from_at, "to_at": to_at}
    first = int(from_at.timestamp()) // 3600
    return {
        (place_id, quantity): _Course(means=_spread(hours, means, first), last_at=last_at)
        for place_id, quantity, hours, means, last_at in connection.execute(SQL["hourly"], values, binary=True)
    }


def _spread(hours: Sequence[int], means: Sequence[float], first: int) -> Floats:
    """Means laid out by hour over the window; the hour that has not ended yet falls off its end."""
    course = _unknown()
    at = np.asarray(hours) - first
    ended = at < HOURS_LOOKED_AT
    course[at[ended]] = np.asarray(means, dtype=np.float64)[ended]
    return course


def _unknown() -> Floats:
    return np.full(HOURS_LOOKED_AT, np.nan)
