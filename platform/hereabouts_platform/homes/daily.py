"""The close of a day: what its hours came to, into the rings of the month and the sums that forget."""

from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes import sums
from hereabouts_platform.homes.hours import Hours
from hereabouts_platform.homes.limits import Limits, MemoryLimits
from hereabouts_platform.homes.record import (
    HIGH,
    LOW,
    RING,
    RINGS,
    STANDARD,
    WEEK,
    Bools,
    Record,
    month_of,
    ring,
    slots,
)  # fmt: skip
from hereabouts_platform.homes.rooms import Rooms
from hereabouts_platform.homes.seen import SMALL_HOURS, Seen, mean_of
from hereabouts_platform.homes.surfaces import Surfaces, index_of

_COOL = 18.0  # degC, of the season's share; the limit by which levels are judged may be drafted otherwise
_FIRST, _LAST = slice(0, 2), slice(3, 5)  # ends of the small hours
_APART_H = 3.0  # between their middles
_AIR_FALLS_TO, _HEAT_FALLS_TO = 0.95, 0.97  # shares of what it was: less of a fall is chance
_NIGHT_HOURS = 3  # of the five small ones, below which a night's least says nothing


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Counted:
    """Which rooms' day closes, and of which it counts: for air, surface (with weather) and warmth, and as heard."""

    closing: Bools
    valid: Bools
    weathered: Bools
    warm: Bools
    heard: Bools


def day_means(hours: Hours, heard: Seen, seen: Seen, today: Surfaces, limits: MemoryLimits) -> sums.DayMeans:
    """What the day came to: `seen` is what is believed of it, `heard` what was read, `today` the surface."""
    known, weathered, warm = seen.known, seen.weathered, seen.warmth_known
    wet, surface = today.humidity, today.temperature[LOW]
    excess = seen.weight - seen.outdoor_weight
    night = hours.co2[SMALL_HOURS]
    return sums.DayMeans(
        temperature=mean_of(seen.temperature, warm),
        humidity=mean_of(seen.humidity, known),
        outdoor=mean_of(seen.outdoor, ~np.isnan(seen.outdoor)),
        vapour=mean_of(seen.vapour, known),
        excess=mean_of(seen.vapour - seen.outdoor_vapour, seen.compared),
        surface=np.stack([mean_of(one, weathered) for one in wet]),
        deficit=mean_of(seen.temperature - surface, weathered),
        floor=_least(seen.weight),
        floor_excess=_least(excess),
        swing=_range(seen.weight),
        temperature_swing=_range(seen.temperature),
        cold_hours=(seen.temperature < _COOL).sum(axis=0).astype(np.float64),
        warm_hours=warm.sum(axis=0).astype(np.float64),
        condensing=((wet[LOW] >= 100) & weathered).sum(axis=0).astype(np.float64),
        co2=np.where((~np.isnan(night)).sum(axis=0) >= _NIGHT_HOURS, mean_of(night, ~np.isnan(night)), np.nan),
        air_decay=_decay(excess, limits.excess, _AIR_FALLS_TO),
        cooling=_decay(seen.temperature - seen.outdoor, limits.cooling, _HEAT_FALLS_TO),
        heard_temperature=mean_of(heard.temperature, heard.compared),
        heard_humidity=mean_of(heard.humidity, heard.compared),
        heard_outdoor=mean_of(heard.outdoor, heard.compared),
        heard_excess=mean_of(heard.vapour - heard.outdoor_vapour, heard.compared),
    )


def close_day(record: Record, day: sums.DayMeans, rooms: Rooms, closing: Bools, limits: Limits) -> None:
    """Write what the day came to into rings and sums of the rooms whose day closes."""
    enough = limits.sensor.hours_a_day
    counted = Counted(
        closing=closing,
        valid=closing & (record["covered"] >= enough),
        weathered=closing & (record["covered"] >= enough) & (record["weathered"] >= enough),
        warm=closing & (record["warm_covered"] >= enough),
        heard=closing & (record["heard"] >= enough),
    )
    apart = to_others(np.where(counted.valid, day.vapour, np.nan), rooms)
    floor_apart = to_others(np.where(counted.valid, day.floor, np.nan), rooms)
    _write_rings(record, day, floor_apart, counted)
    _write_index(record, closing)
    if in_season(record):
        sums.add_season(record, day, record["wetness"], counted.weathered, limits.memory)
        sums.add_heating(record, day, counted.warm, limits.memory)
    sums.add_fast(record, day, counted.heard, limits.memory)
    sums.add_every(record, day, apart, counted.valid, limits.memory)
    sums.add_night(record, day, counted.valid, limits.memory)


def in_season(record: Record) -> bool:
    """Whether the record's day lies in the heating season, October to April."""
    return month_of(record) in (10, 11, 12, 1, 2, 3, 4)


def mean_over(record: Record, name: str, days: int, least: int, closing: Bools) -> Floats:
    """Mean of the last `days` daily values with at least `least` of them known; else NaN.

    Where the day has not closed yet the days end with the one before; of 30 days that are all slots, either way.
    """
    values = ring(record, name)
    recent = known_mean(values[:, slots(record, days)], least)
    if days == RING:
        return recent
    return np.where(closing, recent, known_mean(values[:, slots(record, days, ends=1)], least))


def known_days(record: Record, name: str, days: int, closing: Bools) -> Floats:
    """How many of the last `days` days have a value."""
    known = ~np.isnan(ring(record, name))
    count = known[:, slots(record, days)].sum(axis=1)
    earlier = known[:, slots(record, days, ends=1)].sum(axis=1)
    return np.asarray(np.where(closing, count, earlier), dtype=np.float64)


def index_rate(record: Record, which: int) -> Floats:
    """Growth of the mould index (of the climate LOW or HIGH) a day over the last week; NaN before there is."""
    now = index_of(record, which)
    then = record["index_week"][:, which, (int(record["day"][0]) - WEEK) % (WEEK + 1)].astype(np.float64)
    return np.asarray((now - then) / WEEK)


def known_mean(values: Floats, least: int = 1) -> Floats:
    """Mean along the last axis of what is known; NaN with fewer than `least`."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean = np.divide(total, count, out=np.full(len(values), np.nan), where=count >= max(least, 1))
    return np.asarray(mean)


def _write_rings(record: Record, day: sums.DayMeans, floor_apart: Floats, counted: Counted) -> None:
    values = {
        "air": np.where(counted.valid, day.humidity, np.nan),
        "temperature": np.where(counted.warm, day.temperature, np.nan),
        "surface": np.where(counted.weathered, day.surface[LOW], np.nan),
        "standard": np.where(counted.weathered, day.surface[STANDARD], np.nan),
        "deficit": np.where(counted.weathered, day.deficit, np.nan),
        "outdoor": np.where(counted.weathered, day.outdoor, np.nan),
        "floor": np.where(counted.valid, day.floor, np.nan),
        "floor_excess": np.where(counted.weathered, day.floor_excess, np.nan),
        "floor_apart": np.where(counted.valid, floor_apart, np.nan),
        "condensing": np.where(counted.weathered, day.condensing, np.nan),
        "swing": np.where(counted.warm, day.temperature_swing, np.nan),
        "heard": np.where(counted.heard, day.heard_humidity, np.nan),
    }
    slot = int(record["day"][0]) % RING
    today = np.stack([values[name] for name in RINGS], axis=1)
    record["ring"][:, :, slot] = np.where(counted.closing[:, np.newaxis], today, record["ring"][:, :, slot])


def _write_index(record: Record, closing: Bools) -> None:
    slot = int(record["day"][0]) % (WEEK + 1)
    now = np.stack((index_of(record, LOW), index_of(record, HIGH)), axis=1)
    record["index_week"][:, :, slot] = np.where(closing[:, np.newaxis], now, record["index_week"][:, :, slot])


def _least(values: Floats) -> Floats:
    night = values[SMALL_HOURS]
    known = ~np.isnan(night)
    least = np.where(known, night, np.inf).min(axis=0)
    return np.where(known.sum(axis=0) >= _NIGHT_HOURS, least, np.nan)


def _range(values: Floats) -> Floats:
    known = ~np.isnan(values)
    span = np.where(known, values, -np.inf).max(axis=0) - np.where(known, values, np.inf).min(axis=0)
    return np.where(known.any(axis=0), span, np.nan)


def _decay(over: Floats, least: float, falls_to: float) -> Floats:
    """Rate of decay over the small hours, 1/h; NaN where it began below `least` or hardly fell.

    `-ln((x - xe) / (x0 - xe)) / t` between the first and the last two hours: of humidity by weight a relative index of
    air change (walls give vapour back, which biases it), of temperature one of the loss of heat.
    """
    first, last = over[_FIRST].mean(axis=0), over[_LAST].mean(axis=0)
    tells = (first >= least) & (last > 0) & (last < falls_to * first)
    ratio = np.divide(last, first, out=np.ones(first.shape), where=tells)
    return np.where(tells, -np.log(ratio) / _APART_H, np.nan)


def to_others(values: Floats, rooms: Rooms) -> Floats:
    """Each room's value less the mean of the home's other rooms'; NaN where no other is known.

    Args:
        values: [rooms], or [rooms, days].
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    days = values.shape[1] if values.ndim == 2 else 1
    size = (int(rooms.home.max(initial=0)) + 1) * days
    which = (rooms.home[:, np.newaxis] * days + np.arange(days)).reshape(
        values.shape
    )  # a home's own place for each day
    total = np.bincount(which.ravel(), filled.ravel(), size)[which]
    others = np.bincount(which.ravel(), known.ravel(), size)[which] - known
    mean = np.divide(total - filled, others, out=np.full(values.shape, np.nan), where=others > 0)
    return np.asarray(values - mean)
