"""Hourly weather of an English town: the season of the date, a day's cycle, and weather systems as AR(1) noise.

The seasonal means stand near those of lowland England (about 4 degC in January, 17 degC in July; 2 mm of rain a day).
It is weather like England's, not the weather of any day that was.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.air import saturation_pa
from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import HOUR_S, Array, ticks, wall_clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """Hourly from `origin`: air temperature in degC, relative humidity in %, rain in mm over the hour that begins."""

    origin: datetime
    temperature: Array
    humidity: Array
    rain: Array

    def temperature_at(self, seconds: Array) -> Array:
        """Temperature in degC, between the hours by a straight line."""
        return self._between(self.temperature, seconds)

    def humidity_at(self, seconds: Array) -> Array:
        """Relative humidity in %, between the hours by a straight line."""
        return self._between(self.humidity, seconds)

    def rain_between(self, start: float, end: float) -> float:
        """Rain over model times [start, end), in mm; within an hour it falls evenly."""
        fallen = np.concatenate([[0.0], np.cumsum(self.rain)])
        hours = ticks(len(fallen), HOUR_S)
        return float(np.interp(end, hours, fallen) - np.interp(start, hours, fallen))

    def _between(self, hourly: Array, seconds: Array) -> Array:
        return np.asarray(np.interp(seconds, ticks(len(hourly), HOUR_S), hourly))


def make_weather(seed: int, origin: datetime, hours: int) -> Weather:
    """Weather for `hours` hours from `origin` on; more hours leave the first ones as they were."""
    clock = wall_clock(origin, hours, HOUR_S)
    day_of_year = origin.timetuple().tm_yday + np.arange(hours) / 24
    summer = summerness(day_of_year)
    noise = stream(seed, "weather").standard_normal((hours, 4))
    systems = _persistent(noise[:, 0], hours=60) * (3.1 - 1.1 * summer)
    gusts = _persistent(noise[:, 1], hours=3) * 0.4
    dryness = _persistent(noise[:, 2], hours=30)

    daily = 4.3 + 12.6 * summer + systems
    swing = (1.6 + 2.6 * summer) * np.clip(1 + 0.35 * dryness, 0.2, 1.8)
    temperature = daily + swing * np.cos(2 * np.pi * (clock.hour - 15) / 24) + gusts
    dew_point = daily - np.maximum(0.3 + 1.7 * summer, 2.3 + 2.3 * summer + 1.2 * dryness)
    humidity = np.minimum(99.0, 100 * saturation_pa(dew_point) / saturation_pa(temperature))
    return Weather(origin=origin, temperature=temperature, humidity=humidity, rain=_rain(dryness, noise[:, 3]))


def summerness(day_of_year: Array) -> Array:
    """0 in the depth of winter (20 January), 1 at the height of summer."""
    return np.asarray((1 - np.cos(2 * np.pi * (day_of_year - 20) / 365.25)) / 2)


def _persistent(noise: Array, *, hours: float) -> Array:
    """AR(1) noise of standard deviation 1 that forgets over `hours`."""
    keep = np.exp(-1 / hours)
    out = np.empty_like(noise)
    state = noise[0] if len(noise) else 0.0
    for k, shock in enumerate(noise):
        state = keep * state + np.sqrt(1 - keep**2) * shock
        out[k] = state
    return out


def _rain(dryness: Array, noise: Array) -> Array:
    """Rain falls in the humid spells, in steps of a tipping bucket's 0.2 mm."""
    wet = (dryness < -0.5) & (noise > 0.0)
    return np.asarray(np.where(wet, np.round(noise**2 * 0.5 / 0.2) * 0.2, 0.0))
