"""A month of a room: its air, its coldest surface and the weather, as two charts and the same as a table by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from hereabouts_api.pages.charts import HOUR, Chart, Limit, Named, Series, Window, draw_together
from hereabouts_api.pages.words import number
from hereabouts_platform.climate.surface import surface_humidity, surface_temperature
from hereabouts_platform.homes.screening import say_screening, screen
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.readings import Interval, buckets, datastreams_at
from hereabouts_schemas.times import LONDON, hour_of

DAYS = 30
TEMPERATURE, HUMIDITY = "air_temperature", "relative_humidity"
Hourly = Mapping[datetime, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """Where the weather comes from, and how the wall stands to it: `f_rsi` of its coldest surface."""

    place: str
    name: str
    f_rsi: float
    f_known: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRow:
    """A civil day's means in words, and how many of its hours are known."""

    day: date
    hours: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomMonth:
    """The charts, the table, what they rest on, and published screens of the coldest surface in words."""

    charts: tuple[Chart, ...]
    columns: tuple[str, ...]
    rows: tuple[DayRow, ...]
    note: str
    screening: str


def room_month(
    connection: Connection, place: str, outside: Outside | None, limits: Mapping[str, Sequence[Limit]], now: datetime
) -> RoomMonth | None:
    """The last 30 days at a place; None where nothing was read. `limits` stand by quantity."""
    to_at = hour_of(now) + HOUR
    window = Window(from_at=to_at - timedelta(days=DAYS), to_at=to_at)
    room = _hours(connection, place, window)
    if not room[HUMIDITY] and not room[TEMPERATURE]:
        return None
    weather = _hours(connection, outside.place, window)[TEMPERATURE] if outside else {}
    wall_wet, wall_cold = _surface(room, weather, outside)
    wet = {"Air of the room": room[HUMIDITY], "Coldest surface, estimated": wall_wet}
    warm = {"Air of the room": room[TEMPERATURE], "Coldest surface, estimated": wall_cold, "Outdoors": weather}
    charts = [
        _chart(title, courses, unit, window, limits.get(quantity, ()))
        for title, courses, unit, quantity in (
            ("Relative humidity", wet, "%", HUMIDITY),
            ("Temperature", warm, "Cel", TEMPERATURE),
        )
        if next(iter(courses.values()))
    ]
    columns = [(f"Humidity: {name.lower()}, %", course, "%") for name, course in wet.items()]
    columns += [(f"Temperature: {name.lower()}, °C", course, "Cel") for name, course in warm.items()]
    told = [column for column in columns if column[1]]
    return RoomMonth(
        charts=tuple(charts),
        columns=tuple(name for name, _, _ in told),
        rows=tuple(_days([(course, unit) for _, course, unit in told], window)),
        note=_note(outside, has_weather=bool(weather)),
        screening=_screening(wall_cold, wall_wet),
    )


def _hours(connection: Connection, place: str, window: Window) -> dict[str, Hourly]:
    """Hourly means of temperature and humidity at the place itself, its devices alike."""
    streams = [row for row in datastreams_at(connection, place, (TEMPERATURE, HUMIDITY)) if row["place"] == place]
    interval = Interval(from_at=window.from_at, to_at=window.to_at)
    rows = buckets(connection, streams, interval, HOUR, after=None, most=len(streams) * window.hours) if streams else []
    means: dict[str, dict[datetime, list[float]]] = {TEMPERATURE: {}, HUMIDITY: {}}
    for row in rows:
        means[row["quantity"]].setdefault(row["from"], []).append(row["mean"])
    return {name: {at: sum(some) / len(some) for at, some in sorted(found.items())} for name, found in means.items()}


def _surface(room: Mapping[str, Hourly], weather: Hourly, outside: Outside | None) -> tuple[Hourly, Hourly]:
    hours = [at for at in room[HUMIDITY] if at in room[TEMPERATURE] and at in weather]
    if not hours or outside is None:
        return {}, {}
    inside = np.array([room[TEMPERATURE][at] for at in hours])
    humidity = np.array([room[HUMIDITY][at] for at in hours])
    outdoors = np.array([weather[at] for at in hours])
    wet = surface_humidity(inside, humidity, outdoors, outside.f_rsi)
    cold = surface_temperature(inside, outdoors, outside.f_rsi)
    return dict(zip(hours, map(float, wet), strict=True)), dict(zip(hours, map(float, cold), strict=True))


def _screening(cold: Hourly, wet: Hourly) -> str:
    found = screen([cold[at] for at in wet], list(wet.values()))
    return "" if found is None else say_screening(found)


_STYLES = ("room", "surface", "outdoors")


def _chart(
    title: str, courses: Mapping[str, Hourly], unit: str, window: Window, limits: Sequence[Limit]
) -> Chart:  # fmt: skip
    several = [
        Named(
            name=name,
            style=style,
            series=Series(quantity=title, channel="", unit=unit, values=course, longest_step=3 * HOUR),
        )
        for (name, course), style in zip(courses.items(), _STYLES, strict=False)
        if course
    ]
    return draw_together(title, several, window, limits)


def _days(columns: Sequence[tuple[Hourly, str]], window: Window) -> list[DayRow]:
    first, last = (at.astimezone(LONDON).date() for at in (window.from_at, window.to_at - HOUR))
    by_day = [(_by_day(course), unit) for course, unit in columns]
    rows = []
    for n in range((last - first).days + 1):
        day = last - timedelta(days=n)
        cells = tuple(
            number(sum(found[day]) / len(found[day]), unit) if day in found else "none" for found, unit in by_day
        )
        rows.append(DayRow(day=day, hours=len(by_day[0][0].get(day, ())), cells=cells))
    return rows


def _by_day(course: Hourly) -> dict[date, list[float]]:
    days: dict[date, list[float]] = {}
    for at, value in course.items():
        days.setdefault(at.astimezone(LONDON).date(), []).append(value)
    return days


def _note(outside: Outside | None, *, has_weather: bool) -> str:
    if outside is None or not has_weather:
        return "No weather is known here, so nothing can be said of the coldest surface."
    whose = "measured" if outside.f_known else "assumed, as nobody has measured it"
    return f"Outdoors: {outside.name}. Temperature factor of the coldest surface: {outside.f_rsi:.2f}, {whose}."
