"""The mould index between two honest bounds where hours are missing.

The optimist takes every unknown hour for a dry one: the index declines. The pessimist takes the hour of the day before
in its place, for 6 hours of a gap at most, and then holds the index where it is; it also holds it where the hour of
the day before is unknown too. What was measured counts alike for both. Verdicts rest on the lower bound; where the two
lie more than 0.5 apart, nothing can be said.
"""

from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hereabouts_platform.climate.material import Material
from hereabouts_platform.climate.mould import Growth, Mould, growth, step
from hereabouts_platform.climate.vapour import Floats

HOURS_REPEATED = 6
HOURS_BACK = 24
WIDEST = 0.5  # a band wider than this says nothing

Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]
_Number = TypeVar("_Number", np.float64, np.int64)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Climate:
    """Hours at the surfaces: degC and % at the surface, [hours, rooms]; NaN in either where an hour is unknown."""

    temperature: Floats
    humidity: Floats

    @classmethod
    def unknown(cls, rooms: int) -> Self:
        """A day of which nothing is known."""
        return cls(temperature=np.full((HOURS_BACK, rooms), np.nan), humidity=np.full((HOURS_BACK, rooms), np.nan))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Band:
    """Where both integrations stand, so that the fold may stop after any hour and go on later.

    Attributes:
        mould: both states, [2, rooms]: the optimist's in row 0, the pessimist's in row 1.
        missing: hours in a row that were unknown, counted to 7; int64 [rooms].
    """

    mould: Mould
    missing: Counts

    @classmethod
    def clean(cls, rooms: int) -> Self:
        """Surfaces without mould, and no hour known yet."""
        dry = Mould.clean(rooms)
        both = Mould(
            index=np.stack((dry.index, dry.index)), unfavourable=np.stack((dry.unfavourable, dry.unfavourable))
        )
        return cls(mould=both, missing=np.full(rooms, HOURS_REPEATED + 1, dtype=np.int64))

    @property
    def lower(self) -> Floats:
        """The least the index may be."""
        return np.asarray(self.mould.index.min(axis=0))

    @property
    def upper(self) -> Floats:
        """The most the index may be."""
        return np.asarray(self.mould.index.max(axis=0))

    @property
    def tells(self) -> Bools:
        """Whether the band is narrow enough to say anything."""
        return np.asarray(self.upper - self.lower <= WIDEST)


def advance_band(band: Band, before: Climate, hours: Climate, material: Material, decline: ArrayLike) -> Band:
    """The band after `hours`, any number of them, of which `before` are the 24 that went before.

    `before` is what was measured then, NaN where nothing was: nothing else has to be kept beside the band for the fold
    to go on, and folding day by day, hour by hour or all at once gives the same, bit for bit.
    """
    known = ~np.isnan(hours.temperature + hours.humidity)
    offered = growth(hours.temperature, hours.humidity, material)
    if known.all():
        return Band(mould=_walk(band.mould, offered, None, decline), missing=np.zeros_like(band.missing))
    missing = _missing(band.missing, known)
    then = Climate(
        temperature=_day_before(before.temperature, hours.temperature),
        humidity=_day_before(before.humidity, hours.humidity),
    )
    repeats = ~known & (missing <= HOURS_REPEATED) & ~np.isnan(then.temperature + then.humidity)
    both = _for_both(offered, growth(then.temperature[repeats], then.humidity[repeats], material), repeats)
    held = ~known & ~repeats
    return Band(mould=_walk(band.mould, both, held, decline), missing=missing[-1])


def _walk(mould: Mould, hours: Growth, held: Bools | None, decline: ArrayLike) -> Mould:
    for hour in range(len(hours.early)):
        after = step(mould, hours[hour], decline)
        if held is not None:
            np.copyto(after.index[1], mould.index[1], where=held[hour])
            np.copyto(after.unfavourable[1], mould.unfavourable[1], where=held[hour])
        mould = after
    return mould


def _missing(so_far: Counts, known: Bools) -> Counts:
    """Hours in a row unknown up to and with each hour, [hours, rooms]."""
    counts = np.empty(known.shape, dtype=np.int64)
    for hour, told in enumerate(known):
        so_far = np.minimum(so_far + 1, HOURS_REPEATED + 1) * ~told
        counts[hour] = so_far
    return counts


def _for_both(offered: Growth, repeated: Growth, repeats: Bools) -> Growth:
    """[hours, 2, rooms]: the optimist's hours as measured, the pessimist's with what is repeated set in."""

    def both(measured: NDArray[_Number], put_in: NDArray[_Number]) -> NDArray[_Number]:
        filled = np.stack((measured, measured), axis=1)
        filled[:, 1][repeats] = put_in
        return filled

    return Growth(
        early=both(offered.early, repeated.early),
        late=both(offered.late, repeated.late),
        most=both(offered.most, repeated.most),
        dry=both(offered.dry, repeated.dry),
    )


def _day_before(before: Floats, hours: Floats) -> Floats:
    return np.concatenate((before[-HOURS_BACK:], hours))[: len(hours)]
