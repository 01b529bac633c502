"""Proof of fix: whether a room is drier (or warmer) than before the works in the same weather, and how sure that is.

Days before and after are compared at equal outdoor temperatures: by the straight line that both periods share against
the daily mean outdoor temperature, as the Warm Front study of 1,604 English homes did for vapour excess, on the days
whose weather both periods have. Days follow each other, so a run of them says less than as many separate days would:
the effective number of days is lessened by the correlation of one day's residual with the next (Bartlett).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.homes.student import below, quantile

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

FEWEST_DAYS = 14  # of equal weather in each period
EDGE = 0.5  # K beyond the weather that both periods have
STANDARD_OUTDOOR = 5.0  # degC
CERTAIN, LIKELY = 0.975, 0.8
_MOST_CORRELATION = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """What is compared.

    Attributes:
        name: in data.
        title: for people, so that it fits after "the".
        unit: UCUM.
        better: -1 where less is better, 1 where more is.
        matters: the least difference that is worth speaking of.
    """

    name: str
    title: str
    unit: str
    better: int
    matters: float


VAPOUR_EXCESS = Measure(
    name="vapour_excess", title="moisture added to the air", unit="Pa", better=-1, matters=60.0
)  # fmt: skip
SURFACE_HUMIDITY = Measure(
    name="surface_humidity", title="humidity at the coldest surface", unit="%", better=-1, matters=3.0
)
COLD = Measure(name="temperature", title="room temperature", unit="Cel", better=1, matters=0.5)
HEAT = Measure(name="temperature", title="room temperature", unit="Cel", better=-1, matters=0.5)
MEASURES_OF = {
    "damp_mould": (VAPOUR_EXCESS, SURFACE_HUMIDITY),
    "excess_cold": (COLD,),
    "excess_heat": (HEAT,),
}


class Verdict(StrEnum):
    """What a comparison comes to."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"  # none that matters, and that is sure
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RoomDays:
    """Daily means of a room, oldest first, each (days,); NaN where a day is not valid.

    Attributes:
        day: the civil days, datetime64[D].
        outdoor: mean outdoor temperature, degC.
        value: mean of what is compared.
    """

    day: Days
    outdoor: Floats
    value: Floats

    def between(self, first: np.datetime64, last: np.datetime64) -> "RoomDays":
        """The days from `first` up to and without `last`."""
        kept = (self.day >= first) & (self.day < last)
        return RoomDays(day=self.day[kept], outdoor=self.outdoor[kept], value=self.value[kept])

    def known(self) -> "RoomDays":
        """The days of which weather and room are known."""
        kept = ~np.isnan(self.outdoor + self.value)
        return RoomDays(day=self.day[kept], outdoor=self.outdoor[kept], value=self.value[kept])


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """How a measure changed at equal weather.

    Attributes:
        measure: what was compared.
        verdict: what it comes to.
        days_before, days_after: days of equal weather.
        at_outdoor: the outdoor temperature at which `before` and `after` are given, degC: 5 where both periods have
            such days, else the mean of theirs.
        before, after: the measure there; NaN where it cannot be said.
        change: after less before, with its 95 % interval `low` to `high`.
        sure: the odds, 0 to 1, that it went the better way.
        reason: why nothing can be said; empty where something can.
    """

    measure: Measure
    verdict: Verdict
    days_before: int
    days_after: int
    at_outdoor: float = np.nan
    before: float = np.nan
    after: float = np.nan
    change: float = np.nan
    low: float = np.nan
    high: float = np.nan
    sure: float = np.nan
    reason: str = ""


def weather_matched(before: RoomDays, after: RoomDays, measure: Measure) -> Change:
    """How a measure changed between two periods, at equal outdoor temperatures."""
    first, last = _equal_weather(before.known(), after.known())
    n_before, n_after = len(first.day), len(last.day)
    if min(n_before, n_after) < FEWEST_DAYS:
        return Change(
            measure=measure,
            verdict=Verdict.CANNOT_SAY,
            days_before=n_before,
            days_after=n_after,
            reason=_too_few(before, after, n_before, n_after),
        )
    outdoor = np.concatenate((first.outdoor, last.outdoor))
    value = np.concatenate((first.value, last.value))
    is_after = np.repeat((0.0, 1.0), (n_before, n_after))
    at = STANDARD_OUTDOOR if outdoor.min() <= STANDARD_OUTDOOR <= outdoor.max() else float(outdoor.mean())
    columns = np.column_stack((np.ones_like(outdoor), outdoor - at, is_after))
    fitted, inverse = np.linalg.lstsq(columns, value)[0], np.linalg.pinv(columns.T @ columns)
    residual = value - columns @ fitted
    days = _effective(residual[:n_before], first.day) + _effective(residual[n_before:], last.day)
    freedom = max(days - columns.shape[1], 1.0)
    variance = float(residual @ residual) / (len(value) - columns.shape[1])
    error = float(np.sqrt(variance * inverse[2, 2] * len(value) / days))
    fit = _Fit(before=float(fitted[0]), change=float(fitted[2]), error=error, freedom=freedom)
    return _judged(measure, fit, at, n_before, n_after)


def _equal_weather(before: RoomDays, after: RoomDays) -> tuple[RoomDays, RoomDays]:
    """The days of both periods whose outdoor temperature the other one has too."""
    if not len(before.day) or not len(after.day):
        return before.between(_NO_DAY, _NO_DAY), after.between(_NO_DAY, _NO_DAY)
    low = max(before.outdoor.min(), after.outdoor.min()) - EDGE
    high = min(before.outdoor.max(), after.outdoor.max()) + EDGE
    kept = [(period.outdoor >= low) & (period.outdoor <= high) for period in (before, after)]
    first, last = (
        RoomDays(day=period.day[days], outdoor=period.outdoor[days], value=period.value[days])
        for period, days in zip((before, after), kept, strict=True)
    )
    return first, last


_NO_DAY = np.datetime64("1970-01-01", "D")


def _effective(residual: Floats, day: Days) -> float:
    """How many separate days a run of days is worth: `n (1 - r) / (1 + r)`, r from one day to the next."""
    next_day = np.flatnonzero(np.diff(day) == np.timedelta64(1, "D"))
    spread = float(residual @ residual) / len(residual)
    if not len(next_day) or spread == 0.0:
        return float(len(residual))
    r = float(np.mean(residual[next_day] * residual[next_day + 1])) / spread
    r = min(max(r, 0.0), _MOST_CORRELATION)
    return max(len(residual) * (1 - r) / (1 + r), 2.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fit:
    """The measure before, at the temperature it is given for; the change, its standard error, degrees of freedom."""

    before: float
    change: float
    error: float
    freedom: float


def _judged(measure: Measure, fit: _Fit, at: float, days_before: int, days_after: int) -> Change:
    reach = quantile(CERTAIN, fit.freedom) * fit.error
    low, high = fit.change - reach, fit.change + reach
    good = measure.better * fit.change
    sure = below(good / fit.error, fit.freedom) if fit.error else float(good > 0)
    return Change(
        measure=measure,
        verdict=_verdict(measure, fit.change, low, high),
        days_before=days_before,
        days_after=days_after,
        at_outdoor=at,
        before=fit.before,
        after=fit.before + fit.change,
        change=fit.change,
        low=low,
        high=high,
        sure=sure,
    )


def _verdict(measure: Measure, change: float, low: float, high: float) -> Verdict:
    """Better or worse where the whole interval lies on that side and the change matters."""
    if (low > 0 or high < 0) and abs(change) >= measure.matters:
        return Verdict.BETTER if change * measure.better > 0 else Verdict.WORSE
    if max(abs(low), abs(high)) <= measure.matters:
        return Verdict.NO_DIFFERENCE
    return Verdict.CANNOT_SAY


def _too_few(before: RoomDays, after: RoomDays, n_before: int, n_after: int) -> str:
    known = [len(period.known().day) for period in (before, after)]
    if min(known) < FEWEST_DAYS:
        return f"{known[0]} valid days before and {known[1]} after; {FEWEST_DAYS} of each are needed."
    return (
        f"Only {n_before} days before and {n_after} after had the same weather; {FEWEST_DAYS} of each are needed. "
        "It will tell when the season brings such days again."
    )
