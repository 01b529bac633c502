"""What kind of hour it is where the bins are: local weekday and hour, bank holiday, school holiday, events.

Bank holidays come from the package `holidays`; school holidays and events are the council's own data.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import holidays
import numpy as np

from hereabouts_platform.bins.level import Floats
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON

HOUR_S = 3600
NATIONS = ("ENG", "NIR", "SCT", "WLS")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that fills bins: `factor` times as much as on a common day, over `[from_at, to_at)`, aware.

    `groups` are the groups of bins it is felt in; none named: all of them.
    """

    name: str
    from_at: datetime
    to_at: datetime
    factor: float
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """A council's days: the nation for bank holidays, school holidays (first and last day), events.

    Attributes:
        bank_holidays: days off of its own, beside the nation's.
        bank_holiday_as: the weekday (Monday 0) that bank holidays are like; None: the one they fall on.
    """

    nation: str = "ENG"
    school_holidays: tuple[tuple[date, date], ...] = ()
    events: tuple[Event, ...] = ()
    bank_holidays: frozenset[date] = frozenset()
    bank_holiday_as: int | None = None

    def __post_init__(self) -> None:
        if self.nation not in NATIONS:
            raise InputError("nation", self.nation, f"Give one of {', '.join(NATIONS)}.")
        for event in self.events:
            if not (event.factor > 0 and event.from_at < event.to_at):
                raise InputError("events", event.name, "An event ends after it begins, and its factor is above 0.")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Hours:
    """Facts of each hour, [hours]: weekday (Monday 0) and hour in Europe/London, and 0 or 1 of the holidays."""

    first: int
    weekday: np.ndarray[tuple[int], np.dtype[np.int64]]
    hour: np.ndarray[tuple[int], np.dtype[np.int64]]
    bank_holiday: Floats
    school_holiday: Floats


def hours_of(calendar: Calendar, first: int, count: int) -> Hours:
    """The facts of `count` hours from hour `first`, counted since 1970 UTC."""
    local = [(EPOCH + timedelta(hours=first + k)).astimezone(LONDON) for k in range(count)]
    days = {at.date() for at in local}
    off = holidays.country_holidays("GB", subdiv=calendar.nation, years={day.year for day in days})
    bank = {day: float(day in off or day in calendar.bank_holidays) for day in days}
    school = {day: float(any(a <= day <= b for a, b in calendar.school_holidays)) for day in days}
    is_off = np.array([bank[at.date()] for at in local])
    weekday = np.array([at.weekday() for at in local])
    return Hours(
        first=first,
        weekday=weekday if calendar.bank_holiday_as is None else np.where(is_off, calendar.bank_holiday_as, weekday),
        hour=np.array([at.hour for at in local]),
        bank_holiday=is_off,
        school_holiday=np.array([school[at.date()] for at in local]),
    )


def event_factors(calendar: Calendar, hours: Hours, group: str) -> Floats:
    """How many times as much as on a common day comes in each hour, by the events that the group feels."""
    factor = np.ones(len(hours.hour))
    begins = (hours.first + np.arange(len(hours.hour))) * HOUR_S
    for event in calendar.events:
        if not event.groups or group in event.groups:
            inside = (begins >= event.from_at.timestamp()) & (begins < event.to_at.timestamp())
            factor = np.where(inside, factor * event.factor, factor)
    return factor
