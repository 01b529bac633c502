"""A habit learnt from what was found in bins: the bend of growth, weekdays, times of day and holidays.

The bend is the one that would have forecast best. The rest is a ridge regression of surprises on how much of the time
between two emptyings fell on each kind of hour: small data gives factors near 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hereabouts_platform.bins.calendar import Hours
from hereabouts_platform.bins.growth import Habit
from hereabouts_platform.bins.level import Floats, Times

EXPONENTS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0)
#: Times of day that are told apart: from these hours on.
PARTS_H = (0, 6, 12, 18)
RIDGE = 5.0  # belief in "no difference": as if five emptyings had fallen on one kind of hour alone
LEAST, MOST = 0.25, 4.0  # factors beyond it are somebody's mistake


def best_exponent(error: Callable[[Habit], float], habit: Habit, exponents: Sequence[float] = EXPONENTS) -> Habit:
    """The habit with the exponent whose forecasts were least off, by `error` (mean absolute, points)."""
    return min((replace(habit, exponent=one) for one in exponents), key=error)


def learnt_habit(habit: Habit, hours: Hours, since: Times, until: Times, surprise: Floats, *, holidays: bool) -> Habit:
    """The habit with factors moved by the surprises of emptyings.

    Args:
        habit: whose forecasts they surprised; hours: that hold all spans.
        since, until: the time between emptyings, seconds since 1970 UTC; surprise: found / expected - 1, of each.
        holidays: whether bank and school holidays are looked for.
    """
    kinds = _kinds(hours, holidays=holidays)
    shares = _shares(kinds, hours, since, until)
    centred = shares - shares.mean(axis=0)
    target = (surprise - surprise.mean()) / habit.exponent
    left = centred.T @ centred + RIDGE * np.eye(shares.shape[1])
    factor = np.clip(np.exp(np.linalg.solve(left, centred.T @ target)), LEAST, MOST)
    return _moved(habit, dict(zip(_names(holidays=holidays), factor.tolist(), strict=True)))


def _names(*, holidays: bool) -> list[str]:
    names = [f"weekday {day}" for day in range(7)] + [f"part {part}" for part in range(len(PARTS_H))]
    return [*names, "bank", "school"] if holidays else names


def _kinds(hours: Hours, *, holidays: bool) -> Floats:
    """Which kinds each hour is of, [hours, kinds], 0 or 1."""
    part = np.searchsorted(PARTS_H, hours.hour, side="right") - 1
    kinds = [hours.weekday == day for day in range(7)] + [part == one for one in range(len(PARTS_H))]
    more = [hours.bank_holiday, hours.school_holiday] if holidays else []
    return np.stack([np.asarray(one, np.float64) for one in [*kinds, *more]], axis=1)


def _shares(kinds: Floats, hours: Hours, since: Times, until: Times) -> Floats:
    """What share of each span fell on each kind of hour, [spans, kinds]."""
    total = np.concatenate([np.zeros((1, kinds.shape[1])), np.cumsum(kinds, axis=0)])
    at = np.arange(len(total))
    low, high = since / 3600 - hours.first, until / 3600 - hours.first
    spent = np.stack([np.interp(high, at, one) - np.interp(low, at, one) for one in total.T], axis=1)
    return np.asarray(spent / np.maximum(high - low, 1e-9)[:, np.newaxis])


def _moved(habit: Habit, factor: Mapping[str, float]) -> Habit:
    part = np.searchsorted(PARTS_H, np.arange(24), side="right") - 1
    return replace(
        habit,
        weekday=tuple(one * factor[f"weekday {day}"] for day, one in enumerate(habit.weekday)),
        hour=tuple(one * factor[f"part {part[hour]}"] for hour, one in enumerate(habit.hour)),
        bank_holiday=habit.bank_holiday * factor.get("bank", 1.0),
        school_holiday=habit.school_holiday * factor.get("school", 1.0),
    )
