"""Working days of England or Scotland: not Saturday, Sunday or a bank holiday; in Europe/London civil days.

Bank holidays: the package `holidays`, GB with a subdivision, which follows GOV.UK's list. It goes on by rule where no
list has been published, and a jubilee or a coronation is proclaimed a year ahead at best: so a day after `known_to` is
never said to be a working day, nor a date worked out that would rest on one.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON, aware_utc

ONE_DAY = timedelta(days=1)
SUBDIVISIONS = ("ENG", "SCT", "WLS", "NIR")


class BeyondKnownDays(ValueError):
    """A date rests on bank holidays that nobody has published yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingDays:
    """The working days of a nation.

    Attributes:
        subdivision: ENG, SCT, WLS or NIR.
        known_to: the last day for which bank holidays are published.
    """

    subdivision: str
    known_to: date

    def __contains__(self, day: date) -> bool:
        """Whether it is a working day.

        Raises:
            BeyondKnownDays: it lies after `known_to`.
        """
        if day > self.known_to:
            raise BeyondKnownDays(self.cannot_say())
        return day.weekday() < 5 and day not in _bank_holidays(self.subdivision, day.year)

    def after(self, day_zero: date, count: int) -> date:
        """The `count`-th working day after day zero, which does not count itself.

        Raises:
            BeyondKnownDays: it would lie after `known_to`.
        """
        day = day_zero
        while count:
            day += ONE_DAY
            count -= day in self
        return day

    def between(self, day: date, last: date) -> int:
        """How many working days come after `day` up to and with `last`; negative when `last` lies before `day`.

        Raises:
            BeyondKnownDays: the later of the two lies after `known_to`.
        """
        if last < day:
            return -self.between(last, day)
        return sum(day + n * ONE_DAY in self for n in range(1, (last - day).days + 1))

    def cannot_say(self) -> str:
        """Why no date is given, as a sentence."""
        end = self.known_to
        return (
            f"Cannot say: bank holidays are known to {end.day} {end:%B %Y}, and the date lies beyond. "
            "It will be worked out once the list of the next year is in this system."
        )


@lru_cache(maxsize=64)
def _bank_holidays(subdivision: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv=subdivision, years=year))


def civil_day(at: datetime) -> date:
    """The day that an instant falls on in Europe/London."""
    return at.astimezone(LONDON).date()


def end_of(day: date) -> datetime:
    """The instant at which a civil day of Europe/London ends, in that zone: the day holds what comes before it."""
    return datetime.combine(day + ONE_DAY, time(), LONDON)


def hours_after(at: datetime, hours: int) -> datetime:
    """So many hours later as they pass, not as the clock on the wall shows; in Europe/London."""
    return (aware_utc(at) + timedelta(hours=hours)).astimezone(LONDON)


def check_subdivision(text: str, where: str) -> str:
    """Refuse a subdivision whose bank holidays are not known.

    Raises:
        InputError: it is none of `SUBDIVISIONS`.
    """
    if text not in SUBDIVISIONS:
        raise InputError(where, text, f"Write one of {', '.join(SUBDIVISIONS)}.")
    return text
