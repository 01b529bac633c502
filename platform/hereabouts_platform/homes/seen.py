"""What is believed of a day's hours: gaps bridged for an hour or two, faults taken out, vapour worked out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats, absolute_humidity, vapour_pressure
from hereabouts_platform.homes.hours import HOURS_A_DAY, Hours
from hereabouts_platform.homes.limits import SensorLimits
from hereabouts_platform.homes.record import NEVER, Bools, Record

_HOURS = np.arange(HOURS_A_DAY)[:, np.newaxis]
SMALL_HOURS = slice(0, 5)  # UTC: little is cooked, washed or heated


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Seen:
    """A day's hours as they are reckoned with, each [24, rooms], NaN where unknown.

    Attributes:
        temperature, humidity: in the room, degC and %; humidity only where the temperature is known too.
        outdoor, outdoor_humidity: outside.
        vapour, outdoor_vapour: pressures, Pa.
        weight, outdoor_weight: absolute humidity, g/m3.
    """

    temperature: Floats
    humidity: Floats
    outdoor: Floats
    outdoor_humidity: Floats
    vapour: Floats
    outdoor_vapour: Floats
    weight: Floats
    outdoor_weight: Floats

    @property
    def warmth_known(self) -> Bools:
        """Hours with a temperature."""
        return ~np.isnan(self.temperature)

    @property
    def known(self) -> Bools:
        """Hours with temperature and humidity."""
        return ~np.isnan(self.humidity)

    @property
    def weathered(self) -> Bools:
        """Hours with temperature, humidity and the temperature outside: the surface is known."""
        return ~np.isnan(self.vapour + self.outdoor)

    @property
    def compared(self) -> Bools:
        """Hours with the vapour of both sides."""
        return ~np.isnan(self.vapour + self.outdoor_vapour)


def see(record: Record, hours: Hours, until: int, limits: SensorLimits) -> Seen:
    """Hours with short gaps bridged by the last value; what is carried on is written to `record`."""
    _note_silence(record, hours, until)
    temperature = _carried(record, 0, hours.temperature, until, limits.hold_hours)
    humidity = _carried(record, 1, hours.humidity, until, limits.hold_hours)
    outdoor = _carried(record, 2, hours.outdoor_temperature, until, limits.hold_weather_hours)
    outdoor_humidity = _carried(record, 3, hours.outdoor_humidity, until, limits.hold_weather_hours)
    return _seen(temperature, humidity, outdoor, outdoor_humidity)


def believe(seen: Seen, doubted: Bools, humidity_doubted: Bools) -> Seen:
    """The same hours without those that a fault stands over: all of the room, or its humidity alone."""
    if not humidity_doubted.any() and not doubted.any():
        return seen
    temperature = np.where(doubted, np.nan, seen.temperature)
    humidity = np.where(doubted | humidity_doubted, np.nan, seen.humidity)
    return _seen(temperature, humidity, seen.outdoor, seen.outdoor_humidity)


def mean_of(values: Floats, known: Bools) -> Floats:
    """Mean over the hours that are known; NaN where none is."""
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def _seen(temperature: Floats, humidity: Floats, outdoor: Floats, outdoor_humidity: Floats) -> Seen:
    humidity = np.where(np.isnan(temperature), np.nan, humidity)
    return Seen(
        temperature=temperature,
        humidity=humidity,
        outdoor=outdoor,
        outdoor_humidity=outdoor_humidity,
        vapour=vapour_pressure(temperature, humidity),
        outdoor_vapour=vapour_pressure(outdoor, outdoor_humidity),
        weight=absolute_humidity(temperature, humidity),
        outdoor_weight=absolute_humidity(outdoor, outdoor_humidity),
    )


def _note_silence(record: Record, hours: Hours, until: int) -> None:
    read = ~np.isnan(hours.temperature[:until]) | ~np.isnan(hours.humidity[:until])
    heard = read.any(axis=0)
    since = np.argmax(read[::-1], axis=0) if until else np.zeros(hours.rooms, dtype=np.int64)
    waited = np.minimum(record["silent"].astype(np.int64) + until, NEVER)
    record["silent"] = np.where(heard, since, waited)
    begins = heard & (record["first_hour"] < 0)
    first = record["day"].astype(np.int64) * HOURS_A_DAY + (np.argmax(read, axis=0) if until else 0)
    record["first_hour"] = np.where(begins, first, record["first_hour"])


def _carried(record: Record, which: int, values: Floats, until: int, most: int) -> Floats:
    """Values with gaps of up to `most` hours bridged, as far as the day is over."""
    at = np.where(np.isnan(values[:until]), -1 - record["age"][:, which].astype(np.int64), _HOURS[:until])
    at = np.maximum.accumulate(at, axis=0)
    ages = _HOURS[:until] - at
    found = np.where(at >= 0, np.take_along_axis(values, np.maximum(at, 0), axis=0), record["last"][:, which])
    filled = np.full(values.shape, np.nan)
    filled[:until] = np.where(ages <= most, found, np.nan)
    if until:
        record["last"][:, which] = found[-1]
        record["age"][:, which] = np.minimum(ages[-1], 255)
    return filled


def share_of(mask: Bools) -> NDArray[np.int64]:
    """How many hours of the day hold."""
    return np.asarray(mask.sum(axis=0), dtype=np.int64)
