"""How waste grows in a bin of a group while nobody empties it: hours that count more or less, and a bend.

    level(t) = left in it + amplitude * days(t) ** exponent

`days` is the time since the emptying in common days: each hour counts by its weekday, its time of day, holidays, events
and weather, 1 on average. An exponent of 1 is steady growth. Where levels are known only when crews come, and they come
sooner to bins that are full, levels grow less than linearly with the time between visits, and a smaller exponent says
what will be found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hereabouts_platform.bins.calendar import HOUR_S, Calendar, Hours, event_factors, hours_of
from hereabouts_platform.bins.level import Floats
from hereabouts_schemas.errors import InputError

#: The group that stands for all bins, where what is looked for is not known of a group of its own.
EVERYBODY = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """When a group's waste comes.

    Attributes:
        exponent: how growth bends, above 0; 1 is a straight line.
        weekday: factor of each weekday, Monday first; hour: of each hour of the day, Europe/London.
        bank_holiday, school_holiday: factors of such days.
    """

    exponent: float = 1.0
    weekday: tuple[float, ...] = (1.0,) * 7
    hour: tuple[float, ...] = (1.0,) * 24
    bank_holiday: float = 1.0
    school_holiday: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Growth:
    """A habit over a span of hours: common days from its beginning up to each hour, [hours + 1]."""

    first: int
    cumulative: Floats
    exponent: float

    def days(self, times: ArrayLike) -> Floats:
        """Common days from the beginning up to each instant (seconds since 1970 UTC).

        Raises:
            ValueError: an instant outside the span; a forecast has to be given its hours.
        """
        hour = np.asarray(times, np.float64) / HOUR_S - self.first
        last = len(self.cumulative) - 1
        if hour.size and (np.min(hour) < 0 or np.max(hour) > last):
            raise ValueError(f"Growth is known for {last} hours from hour {self.first}; asked for {hour + self.first}.")
        return np.asarray(np.interp(hour, np.arange(last + 1), self.cumulative))

    def day(self, at: float) -> float:
        """The same of one instant."""
        hour = at / HOUR_S - self.first
        whole = int(hour)
        if hour < 0 or whole >= len(self.cumulative) - 1:
            return float(self.days(at))
        low, high = self.cumulative.item(whole), self.cumulative.item(whole + 1)
        return float(low + (high - low) * (hour - whole))

    def effort(self, since: float, until: float) -> float:
        """`days ** exponent` between two instants: how many amplitudes fall in between. 0 where none has passed."""
        days = max(self.day(until) - self.day(since), 0.0)
        return days if self.exponent == 1 else float(days**self.exponent)

    def weighted(self, factor: Floats) -> "Growth":
        """With each hour counting so many times as much, [hours], such as by what the weather does to it.

        Raises:
            InputError: not a factor above 0 for each of the hours.
        """
        hours = len(self.cumulative) - 1
        if len(factor) != hours or not (np.isfinite(factor) & (factor > 0)).all():
            raise InputError("factor", len(factor), f"Give a factor above 0 for each of the {hours} hours.")
        cumulative = np.concatenate([[0.0], np.cumsum(np.diff(self.cumulative) * factor)])
        return Growth(first=self.first, cumulative=cumulative, exponent=self.exponent)


def growth_of(habit: Habit, calendar: Calendar, hours: Hours, group: str) -> Growth:
    """A group's growth over hours, by its habit and the calendar."""
    weight = np.array(habit.weekday)[hours.weekday] * np.array(habit.hour)[hours.hour]
    weight = weight / (np.mean(habit.weekday) * np.mean(habit.hour))
    weight = weight * habit.bank_holiday**hours.bank_holiday * habit.school_holiday**hours.school_holiday
    weight = weight * event_factors(calendar, hours, group)
    return Growth(
        first=hours.first, cumulative=np.concatenate([[0.0], np.cumsum(weight) / 24]), exponent=habit.exponent
    )


def growths(
    habits: Mapping[str, Habit], groups: Iterable[str], calendar: Calendar, span: tuple[int, int]
) -> dict[str, Growth]:
    """Each group's growth over `[from, to)`, seconds since 1970 UTC; a group without a habit has `EVERYBODY`'s."""
    first = span[0] // HOUR_S
    hours = hours_of(calendar, first, -(-span[1] // HOUR_S) - first)
    usual = habits.get(EVERYBODY, Habit())
    return {group: growth_of(habits.get(group, usual), calendar, hours, group) for group in groups}
