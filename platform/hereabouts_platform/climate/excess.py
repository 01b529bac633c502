"""How much vapour a home adds to the air that comes in, and that figure made comparable between months and homes.

Vapour pressures in Pa, temperatures in degC, relative humidity in %; any shapes that broadcast, NaN stays NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hereabouts_platform.climate.vapour import Floats, saturation_pressure, vapour_pressure

STANDARD_OUTDOOR = 5.0  # degC, at 80 % relative humidity
STANDARD_INDOOR = 18.0  # degC
STANDARD_OUTDOOR_HUMIDITY = 80.0  # %
FEWEST_DAYS = 14
LEAST_SPAN = 6.0  # K of daily mean outdoor temperatures: less does not tell a slope
_CLASS_STEPS = (270.0, 540.0, 810.0, 1080.0)  # Pa: 2, 4, 6, 8 g/m3 at 20 degC
_CLASS_ENDS = 20.0  # degC outdoors, where all limits have come down to 0


def vapour_excess(indoor: ArrayLike, humidity: ArrayLike, outdoor: ArrayLike, outdoor_humidity: ArrayLike) -> Floats:
    """Vapour pressure indoors less that outdoors, Pa: `ei - ee`; below 0 where the room is drier than the air outside.

    Example:
        >>> round(float(vapour_excess(20.0, 60.0, 5.0, 85.0)))
        661
    """
    return np.asarray(vapour_pressure(indoor, humidity) - vapour_pressure(outdoor, outdoor_humidity))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ExcessDays:
    """Days of daily means, summed: enough for a straight line. All [rooms], or numbers; weights may stand for days.

    Attributes:
        days: how many days.
        outdoor, outdoor_squared: sums of daily mean outdoor temperature, degC, and of its square.
        excess, product: sums of daily mean vapour excess, Pa, and of its product with the outdoor temperature.
        coldest, warmest: the least and the greatest daily mean outdoor temperature, degC.
    """

    days: Floats
    outdoor: Floats
    outdoor_squared: Floats
    excess: Floats
    product: Floats
    coldest: Floats
    warmest: Floats

    @property
    def tells(self) -> NDArray[np.bool_]:
        """Whether there are 14 days or more, over 6 K or more: fewer or steadier days do not tell a line."""
        return np.asarray((self.days >= FEWEST_DAYS) & (self.warmest - self.coldest >= LEAST_SPAN))


def sum_days(outdoor: Floats, excess: Floats) -> ExcessDays:
    """Sums of the days along the first axis, of which both means are known (NaN where not)."""
    known = ~np.isnan(outdoor + excess)
    te, pa = np.where(known, outdoor, 0.0), np.where(known, excess, 0.0)
    return ExcessDays(
        days=known.sum(axis=0).astype(np.float64),
        outdoor=te.sum(axis=0),
        outdoor_squared=(te * te).sum(axis=0),
        excess=pa.sum(axis=0),
        product=(te * pa).sum(axis=0),
        coldest=np.where(known, outdoor, np.inf).min(axis=0, initial=np.inf),
        warmest=np.where(known, outdoor, -np.inf).max(axis=0, initial=-np.inf),
    )


def excess_line(days: ExcessDays) -> tuple[Floats, Floats]:
    """Intercept (Pa) and slope (Pa/K) of daily vapour excess against daily outdoor temperature: least squares.

    NaN where the days do not tell a line (`ExcessDays.tells`).
    """
    count = np.where(days.tells, days.days, 1.0)
    te, pa = days.outdoor / count, days.excess / count
    spread = np.where(days.tells, days.outdoor_squared / count - te * te, np.nan)
    slope = (days.product / count - te * pa) / spread
    return np.asarray(pa - slope * te), np.asarray(slope)


def standardised_excess(days: ExcessDays) -> Floats:
    """VPX5, Pa: the vapour excess at 5 degC outdoors that a home's own line gives; NaN where days do not tell.

    Source: the Warm Front study of 1,604 English homes, which compared homes at 5 degC and 80 % outdoors.
    """
    intercept, slope = excess_line(days)
    return np.asarray(intercept + slope * STANDARD_OUTDOOR)


def standardised_humidity(vpx5: ArrayLike, indoor: float = STANDARD_INDOOR) -> Floats:
    """sRH, %: humidity of a room at `indoor` degC with that excess over air of 5 degC and 80 %; the Warm Front study.

    `100 (0.8 es(5) + VPX5) / es(Tstd)`.

    Example:
        >>> round(float(standardised_humidity(300.0)), 1)
        48.4
    """
    outside = vapour_pressure(STANDARD_OUTDOOR, STANDARD_OUTDOOR_HUMIDITY)
    return np.asarray(100 * (outside + np.asarray(vpx5, dtype=np.float64)) / saturation_pressure(indoor))


def class_limits(outdoor: ArrayLike) -> Floats:
    """Upper limits of ISO 13788's humidity classes 1 to 4, Pa, by outdoor temperature; classes along a new last axis.

    270, 540, 810 and 1080 Pa at 0 degC and below, falling in a straight line to 0 at 20 degC.
    """
    share = np.clip(1 - np.asarray(outdoor, dtype=np.float64) / _CLASS_ENDS, 0.0, 1.0)
    return np.asarray(share[..., np.newaxis] * np.array(_CLASS_STEPS))


def humidity_class(excess: ArrayLike, outdoor: ArrayLike) -> NDArray[np.int64]:
    """Humidity class of ISO 13788 of a mean vapour excess, Pa: 1 stores, 3 a usual dwelling, 5 laundries; 0 unknown."""
    found = np.asarray(excess, dtype=np.float64)
    above = (found[..., np.newaxis] > class_limits(outdoor)).sum(axis=-1) + 1
    return np.asarray(np.where(np.isnan(found + np.asarray(outdoor, dtype=np.float64)), 0, above), dtype=np.int64)
