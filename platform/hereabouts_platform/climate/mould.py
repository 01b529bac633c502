"""The VTT mould index of a surface, 0 to 6, an hour at a time: state in, weather at the surface in, state out.

1 is growth under a microscope, 3 is visible (less than 10 % of the surface), 4 is 10 to 50 %, 5 more than 50 %, 6 all.
Sources: Hukka and Viitanen 1999 (wood; times of response, the most that grows, decline); Ojanen, Viitanen and others
2010 (classes of material, factors of decline). What a material is stands in `material.py`.

Rooms lie along the last axis, hours (where there are several) along the first. Temperatures are of the surface, degC;
relative humidity is at the surface, %, where more than 100 counts as 100: water runs, the air is no wetter for it.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hereabouts_platform.climate.material import Material
from hereabouts_platform.climate.vapour import Floats

HOURS_A_WEEK = 168.0
_COLDEST, _HOTTEST = 0.0, 50.0  # degC, between which mould grows
_STEEPNESS = 2.3  # of the slowing towards the most that grows
_LOSS_AT_FIRST = 0.032 / 24  # an hour, for 6 hours
_LOSS_LATER = 0.016 / 24  # an hour, after 24 hours
# What an hour takes away, by how many hours in a row have been unfavourable; the last stands for all that follow.
_LOSS = np.array([0.0] + [_LOSS_AT_FIRST] * 6 + [0.0] * 18 + [_LOSS_LATER])
_LONGEST = len(_LOSS) - 1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Mould:
    """Where the integration stands.

    Attributes:
        index: the mould index, 0 to 6; float64 [rooms], or any shape whose last axis is rooms.
        unfavourable: hours in a row without growth, counted to 25 (more is not told apart); int64, the same shape.
    """

    index: Floats
    unfavourable: NDArray[np.int64]

    @classmethod
    def clean(cls, rooms: int) -> Self:
        """Surfaces without mould, that have long been dry."""
        return cls(index=np.zeros(rooms), unfavourable=np.full(rooms, _LONGEST, dtype=np.int64))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Growth:
    """What hours offer to mould, worked out ahead of the fold: all of one shape, [rooms] or [hours, rooms].

    Attributes:
        early, late: growth an hour below index 1 and from 1 on, before it slows; 0 in unfavourable and unknown hours.
        most: the index at which growth ends in such weather.
        dry: 1 in hours without growth, 0 in hours with it; int64.
    """

    early: Floats
    late: Floats
    most: Floats
    dry: NDArray[np.int64]

    def __getitem__(self, hours: int | slice) -> "Growth":
        """Those hours of a block."""
        return Growth(early=self.early[hours], late=self.late[hours], most=self.most[hours], dry=self.dry[hours])


def critical_humidity(temperature: ArrayLike, material: Material) -> Floats:
    """Humidity from which mould grows, %: `max(-0.00267 T^3 + 0.16 T^2 - 3.13 T + 100, RHmin)` to 20 degC, then RHmin.

    Source: Hukka and Viitanen 1999; RHmin by class, Ojanen and others 2010.
    """
    t = np.asarray(temperature, dtype=np.float64)
    curve = ((-0.00267 * t + 0.16) * t - 3.13) * t + 100
    return np.asarray(np.where(t > 20, material.least_humidity, np.maximum(curve, material.least_humidity)))


def weeks_to_start(temperature: ArrayLike, humidity: ArrayLike, material: Material) -> Floats:
    """Weeks until index 1 on the reference wood, `tm`: temperatures above 0 degC (Hukka and Viitanen 1999).

    `tm = exp(-0.68 ln T - 13.9 ln RH + 0.14 W - 0.33 SQ + 66.02)`.
    """
    species = 0.14 * material.softwood - 0.33 * material.kiln_dried
    return np.asarray(np.exp(-0.68 * np.log(temperature) - 13.9 * np.log(humidity) + species + 66.02))


def weeks_to_see(temperature: ArrayLike, humidity: ArrayLike, material: Material) -> Floats:
    """Weeks until index 3 on wood, `tv = exp(-0.74 ln T - 12.72 ln RH + 0.06 W + 61.50)` (Hukka and Viitanen 1999)."""
    return np.asarray(np.exp(-0.74 * np.log(temperature) - 12.72 * np.log(humidity) + 0.06 * material.softwood + 61.50))


def most(temperature: ArrayLike, humidity: ArrayLike, material: Material) -> Floats:
    """The index at which growth ends: `A + B x - C x^2`, `x = (RHcrit - RH) / (RHcrit - 100)` (humidity to 100 %)."""
    critical = critical_humidity(temperature, material)
    x = (critical - np.asarray(humidity, dtype=np.float64)) / (critical - 100)
    return np.asarray(material.a + x * (material.b - material.c * x))


def growth(temperature: ArrayLike, humidity: ArrayLike, material: Material) -> Growth:
    """What those hours offer to mould on `material`; any shape. NaN in either, an unknown hour, counts as dry.

    Growth at 0 < T < 50 degC and RH >= RHcrit: `k1 / (7 tm)` a day, k1 of the class below index 1 and from 1 on; on
    wood in its form of 1999 k1 is 1, then `2 / (tv / tm - 1)`.
    """
    t = np.asarray(temperature, dtype=np.float64)
    wet = np.minimum(humidity, 100.0)
    critical = critical_humidity(t, material)
    grows = (wet >= critical) & (critical < 100) & (t > _COLDEST) & (t < _HOTTEST)
    t, wet = t[grows], wet[grows]  # few hours grow anything; logarithms of the others would cost the most
    weeks = weeks_to_start(t, wet, material)
    late = 2 / (weeks_to_see(t, wet, material) / weeks - 1) if material.k1_late is None else material.k1_late
    return Growth(
        early=_spread(material.k1_early / (HOURS_A_WEEK * weeks), grows),
        late=_spread(late / (HOURS_A_WEEK * weeks), grows),
        most=_spread(most(t, wet, material), grows),
        dry=np.asarray(~grows, dtype=np.int64),
    )


def advance(state: Mould, temperature: ArrayLike, humidity: ArrayLike, material: Material, decline: ArrayLike) -> Mould:
    """The state an hour later.

    Args:
        state: of [rooms].
        temperature, humidity: of the surfaces during the hour, degC and %; NaN counts as an unfavourable hour.
        material: what the surfaces are made of.
        decline: Cmat, 1 (as fast as on wood) to 0 (never); a number or [rooms].
    """
    return step(state, growth(temperature, humidity, material), decline)


def _spread(values: Floats, at: NDArray[np.bool_]) -> Floats:
    spread = np.zeros(at.shape)
    spread[at] = values
    return spread


def step(state: Mould, hour: Growth, decline: ArrayLike) -> Mould:
    """The state after one hour whose growth is worked out: the inner loop of every fold.

    `M + k1 k2 / (7 tm 24)`, `k2 = max(1 - exp(2.3 (M - Mmax)), 0)`; in an unfavourable hour `M - Cmat 0.032 / 24` in
    the first 6 in a row, nothing to the 24th, then `M - Cmat 0.016 / 24`; never below 0.
    """
    index = state.index
    pace = np.where(index < 1, hour.early, hour.late)
    slowing = np.maximum(-np.expm1(_STEEPNESS * (index - hour.most)), 0.0)
    unfavourable = np.minimum(state.unfavourable + 1, _LONGEST) * hour.dry
    grown = index + pace * slowing - _LOSS.take(unfavourable) * decline
    return Mould(index=np.maximum(grown, 0.0), unfavourable=unfavourable)


def course(
    temperature: ArrayLike,
    humidity: ArrayLike,
    material: Material,
    decline: ArrayLike = 1.0,
    start: Mould | None = None,
) -> Floats:
    """The index at the end of each hour of [hours] or [hours, rooms], from clean surfaces or from `start`."""
    hours = growth(np.atleast_1d(temperature), np.atleast_1d(humidity), material)
    state = start or Mould.clean(hours.early[0].size)
    found = np.empty((len(hours.early), state.index.size))
    for hour in range(len(found)):
        state = step(state, hours[hour], decline)
        found[hour] = state.index
    return np.asarray(found.reshape(hours.early.shape))
