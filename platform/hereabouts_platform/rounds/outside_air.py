"""The weather at the bins, as the forecast sees it: what was measured near by, and what is told of the days to come."""

from collections.abc import Sequence

import numpy as np

from hereabouts_platform.bins.level import Floats
from hereabouts_platform.bins.weather import DAY_H, USUAL_DAYS, Air, air_near
from hereabouts_platform.geography.sphere import great_circle_km
from hereabouts_platform.rounds.council_days import Slots
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.room_hours import read_outside
from hereabouts_platform.store.weather import Coming, coming_at, measuring_stations

HOUR_S, DAY_S = 3600, 86_400
#: Stations that may speak for the bins, from their middle: so many, not farther than so many kilometres.
CANDIDATES, FARTHEST_KM = 3, 50.0


def outside_air(connection: Connection, slots: Slots, span: tuple[int, int], now: int) -> Air:
    """How far each day of a span lies from what is usual; nothing is known where no station is near.

    Args:
        span: seconds since 1970 UTC; now: when it is looked at: from its hour on, what is told counts.
    """
    first = span[0] // DAY_S - USUAL_DAYS
    days = -(-span[1] // DAY_S) - first
    stations = _nearest(slots, measuring_stations(connection))
    if not stations:
        return Air(first=first, warmer=np.empty(0), wetter=np.empty(0))
    temperature, _, rain = read_outside(connection, stations, first, days)
    hour = now // HOUR_S - first * DAY_H
    told = coming_at(connection, stations)
    for column, station in enumerate(stations):
        if station in told:
            _put(told[station], first * DAY_H, hour, temperature[:, column], rain[:, column])
    return air_near(first, temperature, rain)


def _nearest(slots: Slots, stations: Sequence[tuple[str, float, float]]) -> list[str]:
    """Those that may speak for the bins, the nearest first."""
    if not slots or not stations:
        return []
    lon, lat = (float(np.median([getattr(one, axis) for one in slots.values()])) for axis in ("lon", "lat"))
    away = great_circle_km(lon, lat, [one[1] for one in stations], [one[2] for one in stations])
    order = [k for k in np.argsort(away, kind="stable").tolist() if away[k] <= FARTHEST_KM]
    return [stations[k][0] for k in order[:CANDIDATES]]


def _put(coming: Coming, first_hour: int, since: int, temperature: Floats, rain: Floats) -> None:
    """What is told, into hours from `since` on of which nothing was measured."""
    begin = int(coming.first_at.timestamp()) // HOUR_S - first_hour
    for into, values in ((temperature, coming.temperature), (rain, coming.rain_mm)):
        at = begin + np.arange(len(values))
        here = (at >= max(since, 0)) & (at < len(into))
        told = np.array([np.nan if one is None else one for one in values], np.float64)[here]
        into[at[here]] = np.where(np.isnan(into[at[here]]), told, into[at[here]])
