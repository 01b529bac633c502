"""Which rooms are assessed, and what is known of them beside their readings: their home, walls, sensors, stations."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from hereabouts_platform.homes.features import room_kind
from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.outdoors import Nearby, nearby
from hereabouts_platform.homes.rooms import NEVER, Rooms
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.alert import Station

SQL = load("assessment")
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomRow:
    """A room, or a home where no room is named."""

    place_id: str
    home_id: str
    name: str | None
    lon: float | None
    lat: float | None
    f_rsi: float | None
    began: datetime | None
    dries_until: date | None
    datastreams: list[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class StationRow:
    """A weather station."""

    place_id: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Stock:
    """Rooms with all that is known of them, in order of home and place; `facts` is a hash of it for each room."""

    rows: Sequence[RoomRow]
    rooms: Rooms
    stations: Sequence[StationRow]
    near: Nearby
    facts: Sequence[bytes]

    @property
    def homes(self) -> list[str]:
        """The homes, each once."""
        return list(dict.fromkeys(row.home_id for row in self.rows))

    def of(self, which: Sequence[int]) -> "Stock":
        """Some of the rooms, whole homes of them."""
        picked = np.array(which, dtype=np.intp)
        rooms = self.rooms.of(picked)
        return Stock(
            rows=[self.rows[n] for n in which],
            rooms=replace(rooms, home=np.unique(rooms.home, return_inverse=True)[1]),
            stations=self.stations,
            near=self.near.of(picked),
            facts=[self.facts[n] for n in which],
        )

    def station_of(self, room: int, chosen: int) -> Station | None:
        """The station that was chosen for a room, as an alert names it."""
        if chosen < 0:
            return None
        row = self.stations[chosen]
        away = float(self.near.km[room][self.near.station[room] == chosen][0])
        return Station(place=row.place_id, name=row.name, distance_km=round(away, 1))


def stock_of(connection: Connection, now: datetime, limits: Limits, homes: Sequence[str] | None = None) -> Stock:
    """The rooms of some homes (None: of all) as they stood at `now`, role jobs."""
    asked = {"now": now, "homes": list(homes) if homes is not None else None}
    rows = [_row(row) for row in connection.execute(SQL["rooms"], asked)]
    stations = [StationRow(place_id=i, name=n, lon=x, lat=y) for i, n, x, y in connection.execute(SQL["stations"])]
    near = nearby(
        np.array([_known(row.lon) for row in rows]),
        np.array([_known(row.lat) for row in rows]),
        [(station.lon, station.lat) for station in stations],
    )
    return Stock(
        rows=rows, rooms=_rooms(rows), stations=stations, near=near, facts=_facts(rows, stations, near, limits)
    )


def _row(row: tuple) -> RoomRow:  # type: ignore[type-arg]
    place_id, home_id, name, lon, lat, f_rsi, began, dries_until, datastreams = row
    return RoomRow(
        place_id=place_id,
        home_id=home_id,
        name=name,
        lon=lon,
        lat=lat,
        f_rsi=f_rsi if f_rsi is not None and 0 <= f_rsi <= 1 else None,
        began=began,
        dries_until=_day(dries_until),
        datastreams=datastreams,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # a place's attributes are whatever the council keeps there
        return None


def _known(value: float | None) -> float:
    return np.nan if value is None else value


def _rooms(rows: Sequence[RoomRow]) -> Rooms:
    homes = {home: n for n, home in enumerate(dict.fromkeys(row.home_id for row in rows))}
    quiet = [_quiet(row) for row in rows]
    return Rooms(
        kind=np.array([room_kind(row.name) for row in rows], dtype=np.int64),
        f_rsi=np.array([_known(row.f_rsi) for row in rows], dtype=np.float64),
        home=np.array([homes[row.home_id] for row in rows], dtype=np.int64),
        quiet_from=np.array([first for first, _ in quiet], dtype=np.int64),
        quiet_until=np.array([last for _, last in quiet], dtype=np.int64),
    )


def _quiet(row: RoomRow) -> tuple[int, int]:
    """Hours since 1970 from the newest sensor's beginning until what dries has dried; two days of a new sensor."""
    if row.began is None:
        return int(NEVER), int(NEVER)
    began = (row.began.astimezone(UTC) - _EPOCH) // _HOUR
    dry = began
    if row.dries_until is not None:
        dry = (datetime(row.dries_until.year, row.dries_until.month, row.dries_until.day, tzinfo=UTC) - _EPOCH) // _HOUR
    return began, max(began + 48, dry)


def _facts(rows: Sequence[RoomRow], stations: Sequence[StationRow], near: Nearby, limits: Limits) -> list[bytes]:
    """What a room's history is reckoned with beside readings and weather, of it and of its home's other rooms."""
    own: dict[str, list[str]] = {}
    for n, row in enumerate(rows):
        known = [stations[s].place_id for s in near.station[n] if s >= 0]
        told = (row.place_id, row.name, row.f_rsi, row.dries_until, row.began, row.datastreams, known)
        own.setdefault(row.home_id, []).append(repr(told))
    rule = limits.hash  # reckoned anew each time it is asked for
    of_home = {home: hashlib.sha256("\n".join([rule, *told]).encode()).digest()[:16] for home, told in own.items()}
    return [of_home[row.home_id] for row in rows]
