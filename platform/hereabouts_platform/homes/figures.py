"""The numbers that levels are judged by and that people are shown, as they stand at the record's end."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.daily import index_rate, known_days, mean_over
from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.record import HIGH, LOW, RING, SENSOR_HIGH, SENSOR_LOW, WEEK, Bools, Record
from hereabouts_platform.homes.surfaces import index_of

LONGEST_FORECAST = 365.0  # days: a line drawn further says nothing


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Figures:
    """Each (rooms,), NaN where it cannot be said.

    Attributes:
        air_day, air_week, air_month: mean relative humidity of the air, %; the periods of Approved Document F.
        surface_day, surface_week, surface_month: the same at the coldest surface, %.
        deficit: mean of room less surface temperature over the week, K.
        temperature_day, temperature_week: mean temperature, degC.
        days_of_week, days_of_month, warm_days_of_week: days with enough readings, of 7 and of 30.
        mould_low, mould_high: bounds that missing hours leave on the mould index.
        sensor_low, sensor_high: bounds with the tolerance of sensor and wall on top.
        rate, rate_high: growth of the lower and of the upper bound a day, over the last week.
        visible_in: days until mould is likely to be seen (index 3) if it goes on like this; 0 where it is, NaN where it
            does not grow or would take more than a year.
        visible_from: the same by the upper bounds: the soonest.
    """

    air_day: Floats
    air_week: Floats
    air_month: Floats
    surface_day: Floats
    surface_week: Floats
    surface_month: Floats
    deficit: Floats
    temperature_day: Floats
    temperature_week: Floats
    days_of_week: Floats
    days_of_month: Floats
    warm_days_of_week: Floats
    mould_low: Floats
    mould_high: Floats
    sensor_low: Floats
    sensor_high: Floats
    rate: Floats
    rate_high: Floats
    visible_in: Floats
    visible_from: Floats

    def of(self, rooms: slice) -> Self:
        """The figures of some of the rooms."""
        return replace(self, **{one.name: getattr(self, one.name)[rooms] for one in fields(self)})


def figures_of(record: Record, limits: Limits) -> Figures:
    """The figures of every room; the record alone is enough."""
    closing = closes(record, limits)
    week, month = limits.sensor.days_a_week, limits.sensor.days_a_month
    low, high = index_of(record, LOW), index_of(record, HIGH)
    rate, fastest = index_rate(record, 0), index_rate(record, 1)
    return Figures(
        air_day=mean_over(record, "air", 1, 1, closing),
        air_week=mean_over(record, "air", WEEK, week, closing),
        air_month=mean_over(record, "air", RING, month, closing),
        surface_day=mean_over(record, "surface", 1, 1, closing),
        surface_week=mean_over(record, "surface", WEEK, week, closing),
        surface_month=mean_over(record, "surface", RING, month, closing),
        deficit=mean_over(record, "deficit", WEEK, week, closing),
        temperature_day=mean_over(record, "temperature", 1, 1, closing),
        temperature_week=mean_over(record, "temperature", WEEK, week, closing),
        days_of_week=known_days(record, "air", WEEK, closing),
        days_of_month=known_days(record, "air", RING, closing),
        warm_days_of_week=known_days(record, "temperature", WEEK, closing),
        mould_low=low,
        mould_high=high,
        sensor_low=np.minimum(index_of(record, SENSOR_LOW), low),
        sensor_high=np.maximum(index_of(record, SENSOR_HIGH), high),
        rate=rate,
        rate_high=fastest,
        visible_in=_days_to_see(low, rate, limits),
        visible_from=_days_to_see(high, np.fmax(rate, fastest), limits),
    )


def closes(record: Record, limits: Limits) -> Bools:
    """Whether the day closes: enough of it is in for it to count, or it is over."""
    return np.asarray((record["covered"] >= limits.sensor.hours_a_day) | (record["until"] == 24))


def _days_to_see(index: Floats, rate: Floats, limits: Limits) -> Floats:
    left = np.maximum(limits.damp.index_visible - index, 0.0)
    grows = rate > 0
    days = np.divide(left, rate, out=np.full(len(index), np.nan), where=grows)
    days = np.where(left == 0, 0.0, days)
    return np.where(days <= LONGEST_FORECAST, days, np.nan)
