"""Whose weather stands outside a room: the nearest station with enough of the day, quantity by quantity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.geography.sphere import great_circle_km
from hereabouts_platform.homes.hours import HOURS_A_DAY

CANDIDATES = 5  # nearest stations of a home that may speak for it
ENOUGH = 0.75  # of the day's hours that are over

Places = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Nearby:
    """The stations nearest to rooms, (rooms, candidates): their numbers, -1 where there are no more, and km away."""

    station: Places
    km: Floats

    def of(self, rooms: Places) -> "Nearby":
        """Those of some of the rooms."""
        return Nearby(station=self.station[rooms], km=self.km[rooms])


def nearby(lon: Floats, lat: Floats, stations: Sequence[tuple[float, float]]) -> Nearby:
    """The nearest stations (lon, lat) of rooms, in degrees; none of a room without a position. Ties go by number."""
    away = np.full((len(lon), max(len(stations), 1)), np.inf)
    for number, (station_lon, station_lat) in enumerate(stations):
        away[:, number] = great_circle_km(lon, lat, station_lon, station_lat)
    away = np.where(np.isnan(away), np.inf, away)
    order = np.argsort(away, axis=1, kind="stable")[:, :CANDIDATES]
    km = np.take_along_axis(away, order, axis=1)
    return Nearby(station=np.where(np.isfinite(km), order, -1), km=km)


def choose(known: NDArray[np.bool_], near: Nearby, until: int) -> Places:
    """For each room the station that speaks for it, -1 where none has any hour.

    Args:
        known: (stations, 24), the hours that each has.
        until: hours of the day that are over.
    """
    hours = known[:, :until].sum(axis=1) if len(known) else np.zeros(1, dtype=np.int64)
    of_each = np.where(near.station >= 0, hours[near.station], 0)
    enough = np.asarray((of_each >= ENOUGH * until) & (of_each > 0))
    anybody = enough.any(axis=1, keepdims=True)
    best = np.argmax(np.where(anybody, enough, of_each > 0), axis=1)
    chosen = np.take_along_axis(near.station, best[:, np.newaxis], axis=1)[:, 0]
    return np.where((of_each > 0).any(axis=1), chosen, -1)


def hours_of(values: Floats, chosen: Places) -> Floats:
    """The hours (24, rooms) of the stations that were chosen, of values (stations, 24)."""
    if not len(values):
        return np.full((HOURS_A_DAY, len(chosen)), np.nan)
    return np.where(chosen >= 0, values[chosen].T, np.nan)
