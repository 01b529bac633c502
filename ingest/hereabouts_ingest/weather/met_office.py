"""Met Office Weather DataHub, site-specific hourly: a GeoJSON FeatureCollection with a timeSeries, and its parameters.

Every value is of a model: `modelRunDate` says when it ran. Hours after it are forecast. Times are UTC. Precipitation is
that of the hour before. Source: https://datahub.metoffice.gov.uk (site-specific, hourly).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hereabouts_ingest.weather.hours import SEA_LEVEL, Course, Variable, WeatherFile, number_at, numbers, to_quantity
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import parse_time

SERVICE = "met_office"
VARIABLES = {
    "screenTemperature": Variable(quantity="air_temperature"),
    "screenRelativeHumidity": Variable(quantity="relative_humidity"),
    "windSpeed10m": Variable(quantity="wind_speed"),
    "windDirectionFrom10m": Variable(quantity="wind_direction"),
    "mslp": Variable(quantity="air_pressure", channel=SEA_LEVEL),
    "totalPrecipAmount": Variable(quantity="rainfall", over_hour=True),
}


def read(found: Mapping[str, Any]) -> WeatherFile:
    """Read the answer for one point.

    Raises:
        InputError: it is not of that shape, or states no units or model run.
    """
    lon, lat, properties = _feature(found)
    series = properties.get("timeSeries")
    if not isinstance(series, list) or not all(isinstance(step, dict) for step in series) or not series:
        raise InputError("timeSeries", "nothing", "There are no hours. Fetch the file again.")
    units = _units(found.get("parameters"))
    names = list(dict.fromkeys(name for step in series for name in step if name != "time"))
    courses: list[Course] = []
    unreadable: list[tuple[int, str, str]] = []
    for name in names:
        variable = VARIABLES.get(name)
        if variable is None:
            continue
        cells = [step.get(name) for step in series]
        values, wrong = numbers(name, cells, to_quantity(variable, units.get(name), name))
        courses.append(Course(name=name, variable=variable, values=values))
        unreadable += wrong
    return WeatherFile(
        service=SERVICE,
        lon=lon,
        lat=lat,
        times=tuple(_instant("time", step.get("time")) for step in series),
        courses=tuple(courses),
        run=_instant("modelRunDate", properties.get("modelRunDate")),
        others=tuple(name for name in names if name not in VARIABLES),
        unreadable=tuple(unreadable),
    )


def _feature(found: Mapping[str, Any]) -> tuple[float, float, Mapping[str, Any]]:
    features = found.get("features")
    if not isinstance(features, list) or len(features) != 1:
        raise InputError("features", "none or several", "Fetch one point a file: each is a weather station of its own.")
    try:
        lon, lat = features[0]["geometry"]["coordinates"][:2]
        properties = dict(features[0]["properties"])
    except (TypeError, KeyError, ValueError):
        raise InputError("features", "no point", "The feature needs a Point and properties. Fetch it again.") from None
    return number_at({"lon": lon}, "lon", "coordinates"), number_at({"lat": lat}, "lat", "coordinates"), properties


def _units(parameters: object) -> dict[str, object]:
    """Each parameter's UCUM code, which stands under `unit.symbol.type`."""
    if not isinstance(parameters, list) or not parameters:
        cure = "Its units are missing, and they are not guessed. Fetch it without excludeParameterMetadata."
        raise InputError("parameters", "nothing", cure)
    found: dict[str, object] = {}
    for table in parameters:
        for name, parameter in table.items() if isinstance(table, dict) else ():
            try:
                found[name] = parameter["unit"]["symbol"]["type"]
            except (TypeError, KeyError):
                continue
    return found


def _instant(field: str, cell: object) -> datetime:
    try:
        return parse_time(str(cell))
    except (ValueError, OverflowError):
        raise InputError(field, cell, "It should be a time like 2026-11-22T08:00Z. Fetch the file again.") from None
