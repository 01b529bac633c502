"""Moving averages that know how much they rest on: nothing is averaged that was not measured often enough."""

from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats

HOURS_A_DAY = 24
HOURS_A_VALID_DAY = 18  # 75 % of a day's hours
_DECIMALS = 6  # takes the noise of summing away, so that a mean of exactly 75 % is exactly 75 %


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A span to average over: `days` of 24 hours back from an hour's end, of which `valid_days` have enough hours."""

    name: str
    days: int
    valid_days: int
    phrase: str

    @property
    def hours(self) -> int:
        """Its length in hours."""
        return self.days * HOURS_A_DAY


DAY = Period(name="day", days=1, valid_days=1, phrase="24 hours")
WEEK = Period(name="week", days=7, valid_days=5, phrase="7 days")
MONTH = Period(name="month", days=30, valid_days=20, phrase="30 days")


def trailing_mean(values: Floats, period: Period) -> Floats:
    """Mean of the known hours of `period` up to and with each hour; NaN where too few of its days are valid.

    `values` are consecutive hours, NaN where there was no reading; hours before the first count as unknown.
    """
    known = ~np.isnan(values)
    total = _trailing_sum(np.where(known, values, 0.0), period.hours)
    hours = _trailing_sum(known.astype(np.float64), period.hours)
    enough = valid_days(values, period) >= period.valid_days
    mean = np.full(values.shape, np.nan)
    np.divide(total, hours, out=mean, where=enough)
    return np.asarray(np.round(mean, _DECIMALS))


def valid_days(values: Floats, period: Period) -> Floats:
    """How many of the `period`'s days, counted back from each hour's end, have 18 known hours or more."""
    hours = _trailing_sum((~np.isnan(values)).astype(np.float64), HOURS_A_DAY)
    valid = (hours >= HOURS_A_VALID_DAY).astype(np.float64)
    count = np.zeros(values.shape)
    for back in range(0, min(period.hours, len(values)), HOURS_A_DAY):
        count[back:] += valid[: len(valid) - back]
    return count


def _trailing_sum(values: Floats, width: int) -> Floats:
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(sums))
    return np.asarray(sums[ends] - sums[np.maximum(ends - width, 0)])
