"""Hours of rooms and of the weather outside them, out of rollups; hours that look wrong are read raw and cleaned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.hours import HOURS_A_DAY, Hours
from hereabouts_platform.homes.outdoors import Places, choose, hours_of
from hereabouts_platform.sensor_truth.hours import hourly_means, suspicious
from hereabouts_platform.sensor_truth.readings import COLDEST, DRIEST, HOTTEST, WETTEST, clean
from hereabouts_platform.store.arrays import take_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.room_facts import Stock

SQL = load("assessment")

TEMPERATURE, HUMIDITY, CO2 = "air_temperature", "relative_humidity", "co2"
RAIN, RAIN_TOTAL = "rainfall", "rainfall_total"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_KINDS = ("mean", "low", "high", "total")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Block:
    """Consecutive whole days of rooms; arrays [hours, rooms], and the weather of the stations, (stations, hours)."""

    first_day: int
    temperature: Floats
    humidity: Floats
    co2: Floats
    outdoor: Floats
    outdoor_humidity: Floats
    rain: Floats

    def day(self, day: int, stock: Stock, until: int) -> tuple[Hours, Places]:
        """One day's hours, and which station spoke for each room (-1: none)."""
        span = slice((day - self.first_day) * HOURS_A_DAY, (day - self.first_day + 1) * HOURS_A_DAY)
        by = [
            choose(~np.isnan(one[:, span]), stock.near, until)
            for one in (self.outdoor, self.outdoor_humidity, self.rain)
        ]
        hours = Hours(
            temperature=self.temperature[span],
            humidity=self.humidity[span],
            co2=self.co2[span],
            outdoor_temperature=hours_of(self.outdoor[:, span], by[0]),
            outdoor_humidity=hours_of(self.outdoor_humidity[:, span], by[1]),
            rain=hours_of(self.rain[:, span], by[2]),
        )
        return hours, by[0]


def read_block(connection: Connection, stock: Stock, first_day: int, days: int) -> Block:
    """The hours of `days` days (from `first_day`, days since 1970) of rooms and of all stations near any of them."""
    air = _Table([row.place_id for row in stock.rows], (TEMPERATURE, HUMIDITY, CO2), first_day, days)
    air.read(connection)
    _clean(connection, air)
    used = np.unique(stock.near.station)
    near = {stock.stations[n].place_id: int(n) for n in used if n >= 0}
    spread = np.full((3, len(stock.stations), days * HOURS_A_DAY), np.nan)
    for which, values in enumerate(read_outside(connection, list(near), first_day, days)):
        spread[which, list(near.values())] = values.T
    return Block(
        first_day=first_day,
        temperature=air.of(TEMPERATURE),
        humidity=air.of(HUMIDITY),
        co2=air.of(CO2),
        outdoor=spread[0],
        outdoor_humidity=spread[1],
        rain=spread[2],
    )


def read_outside(
    connection: Connection, stations: Sequence[str], first_day: int, days: int
) -> tuple[Floats, Floats, Floats]:
    """Temperature, humidity and rain (mm) at weather stations in the hours of some days, each [hours, stations]."""
    weather = _Table(stations, (TEMPERATURE, HUMIDITY, RAIN, RAIN_TOTAL), first_day, days)
    weather.read(connection)
    rain, counted = weather.of(RAIN, "total"), weather.of(RAIN_TOTAL, "total")
    return weather.of(TEMPERATURE), weather.of(HUMIDITY), np.where(np.isnan(rain), counted, rain)


class _Table:
    """Hours of places and quantities: of several sensors in a place the mean of means, the least, the greatest."""

    def __init__(self, places: Sequence[str], quantities: Sequence[str], first_day: int, days: int) -> None:
        self.places, self.quantities = list(places), list(quantities)
        self.first, self.hours = first_day * HOURS_A_DAY, days * HOURS_A_DAY
        self._at = {place: n for n, place in enumerate(places)}
        shape = (len(_KINDS), len(quantities), self.hours, len(places))
        self._values = np.full(shape, np.nan)

    def of(self, quantity: str, kind: str = "mean") -> Floats:
        """[hours, places]."""
        return np.asarray(self._values[_KINDS.index(kind), self.quantities.index(quantity)])

    def read(self, connection: Connection) -> None:
        """Fill the table."""
        asked = {
            "places": self.places,
            "quantities": self.quantities,
            "totals": RAIN in self.quantities,
            "from_at": _EPOCH + self.first * _HOUR,
            "to_at": _EPOCH + (self.first + self.hours) * _HOUR,
        }
        sums = np.zeros((len(self.quantities), self.hours, len(self.places)))
        counts = np.zeros(sums.shape, dtype=np.int64)
        with connection.cursor(binary=True) as cursor:
            take_columns(cursor)
            rows = sorted(cursor.execute(SQL["hours"], asked), key=itemgetter(2))  # sums run in one order
            for place, quantity, _, hours, mean, low, high, total in rows:
                column, which = self._at[place], self.quantities.index(quantity)
                at = np.asarray(hours) - self.first
                sums[which, at, column] += mean
                counts[which, at, column] += 1
                for kind, put, values in (("low", np.fmin, low), ("high", np.fmax, high), ("total", np.fmax, total)):
                    if len(values):
                        into = self.of(quantity, kind)
                        into[at, column] = put(into[at, column], values)
        np.divide(sums, counts, out=self._values[0], where=counts > 0)

    def put(self, quantity: str, hour: int, place: str, value: float) -> None:
        """Another mean for an hour (since 1970); NaN where nothing is left that is believed."""
        self.of(quantity)[hour - self.first, self._at[place]] = value


def _clean(connection: Connection, air: _Table) -> None:
    """Read raw what looks wrong, and put in what is believed of it; what is no longer there raw keeps what can be."""
    doubtful = suspicious(
        temperature_min=air.of(TEMPERATURE, "low"),
        temperature_max=air.of(TEMPERATURE, "high"),
        humidity_min=air.of(HUMIDITY, "low"),
        humidity_max=air.of(HUMIDITY, "high"),
    )
    at = np.argwhere(doubtful)
    if not len(at):
        return
    pairs = [(air.places[place], int(hour) + air.first) for hour, place in at]
    asked = {"places": [place for place, _ in pairs], "hours": [_EPOCH + hour * _HOUR for _, hour in pairs]}
    means: dict[tuple[str, str, int], list[float]] = {}
    for place, deployment in _raw(connection, asked):
        for hour in {hour for whose, hour in pairs if whose == place}:
            for quantity, value in deployment.means(hour).items():
                means.setdefault((place, quantity, hour), []).append(value)
    for place, hour in pairs:
        for quantity in (TEMPERATURE, HUMIDITY):
            found = [one for one in means.get((place, quantity, hour), []) if not np.isnan(one)]
            read = (place, quantity, hour) in means
            air.put(quantity, hour, place, float(np.mean(found)) if found else _kept(air, quantity, hour, place, read))


def _kept(air: _Table, quantity: str, hour: int, place: str, read: bool) -> float:
    """Of an hour without believed readings: unknown; of one whose readings are gone, its mean where it can be one."""
    at, column = hour - air.first, air.places.index(place)
    mean = float(air.of(quantity)[at, column])
    low, high = float(air.of(quantity, "low")[at, column]), float(air.of(quantity, "high")[at, column])
    least, most = (COLDEST, HOTTEST) if quantity == TEMPERATURE else (DRIEST, WETTEST)
    return mean if not read and least <= low <= high <= most else float("nan")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Raw:
    """One sensor's raw readings: seconds since 1970 and values, by quantity."""

    readings: dict[str, tuple[NDArray[np.int64], Floats]]

    def means(self, hour: int) -> dict[str, float]:
        """What is believed of an hour, by quantity; NaN where nothing is."""
        times = np.unique(np.concatenate([seconds for seconds, _ in self.readings.values()]))
        columns = {quantity: self._column(times, quantity) for quantity in (TEMPERATURE, HUMIDITY)}
        cleaned = clean(times, columns[TEMPERATURE], columns[HUMIDITY])
        return {
            quantity: float(hourly_means(times, columns[quantity], cleaned, hour, 1)[0][0])
            for quantity in self.readings
        }

    def _column(self, times: NDArray[np.int64], quantity: str) -> Floats:
        column = np.full(len(times), np.nan)
        if quantity in self.readings:
            seconds, values = self.readings[quantity]
            column[np.searchsorted(times, seconds)] = values
        return column


def _raw(connection: Connection, asked: Mapping[str, object]) -> list[tuple[str, _Raw]]:
    found: dict[tuple[str, int], dict[str, tuple[NDArray[np.int64], Floats]]] = {}
    with connection.cursor(binary=True) as cursor:
        take_columns(cursor)
        for place, quantity, deployment, seconds, values in cursor.execute(SQL["raw_hours"], asked):
            times, first = np.unique(np.asarray(seconds), return_index=True)
            found.setdefault((place, deployment), {})[quantity] = (times, np.asarray(values)[first])
    return [(place, _Raw(readings=readings)) for (place, _), readings in sorted(found.items())]
