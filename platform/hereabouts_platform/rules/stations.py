"""Which weather station speaks for a home: the nearest that is heard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.averages import WEEK, valid_days
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.rules.room import Weather

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Station:
    """A weather station (a place by its id), WGS 84 degrees, and its outdoor air temperature, degC, hour by hour."""

    place_id: str
    name: str
    lon: float
    lat: float
    temperature: Floats


def heard(stations: Sequence[Station]) -> list[Station]:
    """Those with enough of the last week to average; where none has, those with any reading at all."""
    current = [s for s in stations if len(s.temperature) and valid_days(s.temperature, WEEK)[-1] >= WEEK.valid_days]
    return current or [s for s in stations if not np.all(np.isnan(s.temperature))]


def nearest(stations: Sequence[Station], lon: float | None, lat: float | None) -> Weather | None:
    """The weather of the nearest station, as the crow flies, and which one that is; None without one or a position."""
    if lon is None or lat is None or not stations:
        return None
    away, _, index = min((great_circle_km(lon, lat, s.lon, s.lat), s.name, n) for n, s in enumerate(stations))
    station = stations[index]
    return Weather(
        station=station.name, station_id=station.place_id, distance_km=away, temperature=station.temperature
    )  # fmt: skip


def great_circle_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Distance on the sphere between two points in degrees, km (haversine formula).

    Example:
        >>> round(great_circle_km(-1.55, 53.80, -2.24, 53.48))  # Leeds to Manchester
        58
    """
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_lat = math.sin((phi2 - phi1) / 2)
    half_lon = math.sin(math.radians(lon2 - lon1) / 2)
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half_lat**2 + math.cos(phi1) * math.cos(phi2) * half_lon**2))
