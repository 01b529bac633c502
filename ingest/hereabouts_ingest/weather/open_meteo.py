"""Open-Meteo's JSON with `hourly` and `hourly_units` (forecast and archive alike).

Times are local ones without a zone, all at the one offset that `utc_offset_seconds` states, also across a change of the
clocks; or seconds since 1970 where `hourly_units.time` says `unixtime`. Precipitation is that of the hour before.
Source: https://open-meteo.com/en/docs.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hereabouts_ingest.weather.hours import (
    HOUR,
    SEA_LEVEL,
    Course,
    Variable,
    WeatherFile,
    number_at,
    numbers,
    to_quantity,
)
from hereabouts_schemas.errors import InputError

SERVICE = "open_meteo"
_FARTHEST_S = 18 * 3600
VARIABLES = {
    "temperature_2m": Variable(quantity="air_temperature"),
    "relative_humidity_2m": Variable(quantity="relative_humidity"),
    "relativehumidity_2m": Variable(quantity="relative_humidity"),
    "wind_speed_10m": Variable(quantity="wind_speed"),
    "windspeed_10m": Variable(quantity="wind_speed"),
    "wind_direction_10m": Variable(quantity="wind_direction"),
    "winddirection_10m": Variable(quantity="wind_direction"),
    "surface_pressure": Variable(quantity="air_pressure"),
    "pressure_msl": Variable(quantity="air_pressure", channel=SEA_LEVEL),
    "precipitation": Variable(quantity="rainfall", over_hour=True),
}


def read(found: Mapping[str, Any]) -> WeatherFile:
    """Read the answer for one point.

    Raises:
        InputError: it is not of that shape, states no units or offset, or is not hour by hour.
    """
    hourly, units = found.get("hourly"), found.get("hourly_units")
    if not isinstance(hourly, dict) or not isinstance(units, dict):
        raise InputError(
            "hourly", "nothing", "An Open-Meteo file needs hourly and hourly_units. Fetch it with hourly=."
        )
    times = _times(found, hourly.get("time"), units.get("time"))
    courses: list[Course] = []
    unreadable: list[tuple[int, str, str]] = []
    for name, cells in hourly.items():
        variable = VARIABLES.get(name)
        if variable is None:
            continue
        if not isinstance(cells, list) or len(cells) != len(times):
            raise InputError(name, "another length", "It should have a value, or null, for every time. Fetch it again.")
        values, wrong = numbers(name, cells, to_quantity(variable, units.get(name), name))
        courses.append(Course(name=name, variable=variable, values=values))
        unreadable += wrong
    return WeatherFile(
        service=SERVICE,
        lon=number_at(found, "longitude", "longitude"),
        lat=number_at(found, "latitude", "latitude"),
        times=times,
        courses=tuple(courses),
        run=None,
        others=tuple(name for name in hourly if name != "time" and name not in VARIABLES),
        unreadable=tuple(unreadable),
    )


def _times(found: Mapping[str, Any], cells: object, unit: object) -> tuple[datetime, ...]:
    if not isinstance(cells, list) or not cells:
        raise InputError("hourly.time", "nothing", "There are no times. Fetch the file again.")
    seconds = 0.0 if unit == "unixtime" else number_at(found, "utc_offset_seconds", "utc_offset_seconds")
    if abs(seconds) > _FARTHEST_S:
        raise InputError("utc_offset_seconds", seconds, "No clock is so far from UTC. Fetch the file again.")
    times = tuple(_instant(cell, unit, timedelta(seconds=seconds)) for cell in cells)
    for before, after in pairwise(times):
        if after - before != HOUR:
            cure = "Its times do not follow each other hour by hour, so their zone cannot be told. Fetch it in GMT."
            raise InputError("hourly.time", after.isoformat(), cure)
    return times


def _instant(cell: object, unit: object, offset: timedelta) -> datetime:
    try:
        if unit == "unixtime" and isinstance(cell, int):
            return datetime.fromtimestamp(cell, UTC)
        if unit == "iso8601" and isinstance(cell, str):
            naive = datetime.fromisoformat(cell)
            if naive.tzinfo is None:
                return naive.replace(tzinfo=UTC) - offset
    except (ValueError, OverflowError, OSError):
        pass
    raise InputError(
        "hourly.time", cell, "It is no time as hourly_units.time has it (iso8601 or unixtime). Fetch it again."
    )
