"""What the weather does to bins: by how much more or less comes on warm days than on cold ones, on wet than on dry.

    factor(day) = exp(warm * warmer(day) + wet * wetter(day)), from 1/2.5 to 2.5

`warmer` is the day's mean temperature less the mean of the 28 days before it, K; `wetter` is its wetness, from 0 on a
dry day to 1 with 10 mm of rain or more, less the mean of those 28 days. So what is usual for the season comes of the
record alone, and a day of which nothing is known is a usual one: its factor is 1. Days are those of UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from hereabouts_platform.bins.growth import EVERYBODY, Growth
from hereabouts_platform.bins.level import Floats

DAY_H = 24
ENOUGH_H = 18  # hours of a day that have to be known
#: What is usual is the mean of so many days before, of which at least so many are known.
USUAL_DAYS, LEAST_DAYS = 28, 14
#: Beyond them nothing is a daily mean or sum of these islands, and is taken for unknown. The coldest night, the hottest
#: day and the wettest day on record had -27.2 and 40.3 degrees Celsius and 341 mm (Met Office, UK climate extremes).
COLDEST, HOTTEST, MOST_RAIN = -28.0, 41.0, 350.0
#: A day with so much rain is wet through: climatology's day of heavy rain (R10mm of the WMO's ETCCDI indices). Less
#: counts by its amount, so that nothing turns on a tenth of a millimetre more or less than was told.
WET_MM = 10.0
#: After the last day known, so much of its departure is left with each further day; after so many days, next to none.
LEFT_A_DAY, FADES_D = 0.5, 7
MOST_KELVIN = 10.0  # a departure beyond it counts as this much
MOST = log(2.5)  # bound of what the weather does to a day, as a logarithm


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Air:
    """How far days lie from what is usual, from day `first` (since 1970) on, [days]; NaN where it is not known.

    `warmer` is in kelvin, from -10 to 10; `wetter` from -1 to 1.
    """

    first: int
    warmer: Floats
    wetter: Floats

    @property
    def known(self) -> bool:
        """Whether anything is known of any day."""
        return not (np.isnan(self.warmer).all() and np.isnan(self.wetter).all())


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """By how much the logarithm of growth moves with a kelvin, and with a day that is wet through."""

    warm: float = 0.0
    wet: float = 0.0


def air_of(first: int, temperature: Floats, rain_mm: Floats) -> Air:
    """Departures of days from their own four weeks before.

    Args:
        temperature: daily means, degrees Celsius; rain_mm: daily sums; NaN, and what cannot be, counts as unknown.
    """
    warm = np.where((temperature >= COLDEST) & (temperature <= HOTTEST), temperature, np.nan)
    wet = np.where((rain_mm >= 0) & (rain_mm <= MOST_RAIN), np.minimum(rain_mm / WET_MM, 1.0), np.nan)
    return Air(first=first, warmer=np.clip(warm - _usual(warm), -MOST_KELVIN, MOST_KELVIN), wetter=wet - _usual(wet))


def air_near(first: int, temperature: Floats, rain_mm: Floats) -> Air:
    """Departures of days by the hours of stations: of each day and quantity those of the nearest that knows its own.

    Args:
        temperature: degrees Celsius, rain_mm: [hours, stations] in whole days of UTC, the nearest station first.
    """
    days = (len(temperature) // DAY_H, DAY_H, temperature.shape[1])
    hours = np.stack([temperature, rain_mm]).reshape(2, *days)
    hours[0][(hours[0] < COLDEST) | (hours[0] > HOTTEST)] = np.nan
    count = (~np.isnan(hours)).sum(axis=2)
    sums = np.where(count >= ENOUGH_H, np.nansum(hours, axis=2), np.nan)
    means = sums[0] / np.maximum(count[0], 1)
    found = [air_of(first, means[:, one], sums[1][:, one]) for one in range(days[2])]
    return Air(
        first=first,
        warmer=_first_known([one.warmer for one in found], days[0]),
        wetter=_first_known([one.wetter for one in found], days[0]),
    )


def _first_known(values: Sequence[Floats], days: int) -> Floats:
    found = np.full(days, np.nan)
    for one in values:
        found = np.where(np.isnan(found), one, found)
    return found


def _usual(values: Floats) -> Floats:
    """The mean of the days before each; NaN where too few are known."""
    known = ~np.isnan(values)
    counts, sums = (np.concatenate([[0.0], np.cumsum(one)]) for one in (known, np.where(known, values, 0.0)))
    here = np.arange(len(values))
    since = np.maximum(here - USUAL_DAYS, 0)
    count = counts[here] - counts[since]
    return np.where(count >= LEAST_DAYS, (sums[here] - sums[since]) / np.maximum(count, 1.0), np.nan)


def day_factors(effect: Effect, air: Air) -> Floats:
    """How many times as much as usual comes on each day of `air`; after the last one known its departure fades."""
    warmer, wetter = (np.nan_to_num(faded(one)) for one in (air.warmer, air.wetter))
    return np.exp(np.clip(effect.warm * warmer + effect.wet * wetter, -MOST, MOST))


def faded(values: Floats) -> Floats:
    """With the last departure known fading over the days after it; gaps before it stay NaN."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return values
    last = known[-1]
    after = np.arange(len(values)) - last
    return np.where(after > 0, values[last] * LEFT_A_DAY ** np.maximum(after, 0), values)


def hour_factors(effect: Effect, air: Air, first: int, hours: int) -> Floats:
    """The same of each of `hours` hours from hour `first` (since 1970) on; 1 outside of `air`."""
    factors = np.concatenate([[1.0], day_factors(effect, air), [1.0]])
    day = (first + np.arange(hours)) // DAY_H - air.first
    return factors[np.clip(day + 1, 0, len(factors) - 1)]


def weathered(growths: Mapping[str, Growth], effects: Mapping[str, Effect], air: Air) -> dict[str, Growth]:
    """Growth of groups in the weather there was and that is told; as it is where nothing is known of any."""
    if not air.known:
        return dict(growths)
    everybody = effects.get(EVERYBODY, Effect())
    return {
        group: one.weighted(hour_factors(effects.get(group, everybody), air, one.first, len(one.cumulative) - 1))
        for group, one in growths.items()
    }
