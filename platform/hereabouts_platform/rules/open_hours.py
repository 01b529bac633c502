"""Hours of the week in Europe/London, as people write them: `Mon-Fri 06:00-10:00; Sat 06:00-08:00`; in UTC for a time.

In a night on which clocks change, hours mean what the clock on the wall shows: those that begin in the hour that is
left out begin when clocks go forward, those that end in the hour that comes twice end with its second coming.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import Window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CURE = "Write it like Mon-Fri 06:00-10:00; Sat 06:00-08:00, in local time; daily stands for Mon-Sun."

_SPAN = re.compile(r"(?:(?P<days>[a-z][a-z,\s-]*?)\s+)?(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})")
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """A span of local time that begins on each of some weekdays.

    Attributes:
        weekdays: 1 is Monday, 7 Sunday; in order.
        from_time, to_time: Europe/London; an end that is no later than the beginning lies on the day after.
    """

    weekdays: tuple[int, ...]
    from_time: time
    to_time: time


def read_hours(field: str, text: str) -> tuple[Hours, ...]:
    """Hours as they stand in a cell; nothing for an empty one.

    Example:
        >>> read_hours("open", "Mon-Wed 06:00-10:00")[0].weekdays
        (1, 2, 3)

    Raises:
        InputError: it cannot be read.
    """
    return tuple(_span(field, part.strip().lower(), text) for part in text.split(";") if part.strip())


def _span(field: str, part: str, whole: str) -> Hours:
    match = _SPAN.fullmatch(part)
    if match is None:
        raise InputError(field, whole, CURE)
    from_time, to_time = (read_clock(field, match[end]) for end in ("from", "to"))
    return Hours(weekdays=read_weekdays(field, match["days"] or "daily"), from_time=from_time, to_time=to_time)


def read_weekdays(field: str, text: str) -> tuple[int, ...]:
    """Weekdays in order: `Mon-Fri`, `Mon,Wed,Sat`, `Fri-Mon`, `daily`.

    Raises:
        InputError: a word is no weekday.
    """
    found: set[int] = set()
    for part in re.split(r"[,\s]+", text.strip().lower().replace(" -", "-").replace("- ", "-")):
        first, dash, last = ("mon", "-", "sun") if part == "daily" else part.partition("-")
        begin, end = (_weekday(field, name, text) for name in (first, last if dash else first))
        found |= {(begin + step - 1) % 7 + 1 for step in range((end - begin) % 7 + 1)}
    return tuple(sorted(found))


def _weekday(field: str, name: str, text: str) -> int:
    if name[:3] not in WEEKDAYS:
        raise InputError(
            field, text, "Weekdays are Mon, Tue, Wed, Thu, Fri, Sat, Sun: write Mon-Fri, Mon,Wed or daily."
        )
    return WEEKDAYS.index(name[:3]) + 1


def say_weekdays(weekdays: Sequence[int]) -> str:
    """Weekdays as `read_weekdays` takes them.

    Example:
        >>> say_weekdays((1, 3))
        'Mon,Wed'
    """
    return ",".join(WEEKDAYS[number - 1].title() for number in weekdays)


def read_clock(field: str, text: str) -> time:
    """A time of day, `06:00`; `24:00` is the midnight at its end.

    Raises:
        InputError: it is none.
    """
    try:
        hours, minutes = (int(part) for part in text.split(":"))
        return time() if (hours, minutes) == (24, 0) else time(hours, minutes)
    except ValueError:
        raise InputError(field, text, "Write a time of day in local time, like 06:00 or 14:30.") from None


def windows_over(hours: Sequence[Hours], from_at: datetime, to_at: datetime) -> tuple[Window, ...]:
    """The hours that overlap `[from_at, to_at)` as UTC windows, whole, in order; those that touch are one."""
    first, last = (at.astimezone(LONDON).date() for at in (from_at, to_at))
    found = (one for number in range((last - first).days + 2) for one in _beginning(hours, first + (number - 1) * _DAY))
    joined: list[Window] = []
    for one in sorted(found, key=lambda each: (each.from_at, each.to_at)):
        if joined and one.from_at <= joined[-1].to_at:
            joined[-1] = Window(from_at=joined[-1].from_at, to_at=max(joined[-1].to_at, one.to_at))
        else:
            joined.append(one)
    return tuple(one for one in joined if one.from_at < to_at and one.to_at > from_at)


def windows_on(hours: Sequence[Hours], day: date) -> tuple[Window, ...]:
    """The hours that overlap a civil day of Europe/London, as UTC windows."""
    return windows_over(hours, local_instant(day, time()), local_instant(day + _DAY, time()))


def shift_on(day: date, from_time: time, to_time: time) -> Window:
    """A span of local time that begins on a day, in UTC."""
    ends_on = day if to_time > from_time else day + _DAY
    return Window(from_at=local_instant(day, from_time), to_at=local_instant(ends_on, to_time, is_end=True))


def local_instant(day: date, at: time, *, is_end: bool = False) -> datetime:
    """A local time as an instant in UTC; of a time that comes twice the first, for an end the second."""
    local = datetime.combine(day, at, tzinfo=LONDON)
    before, after = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if before > after:  # the clock on the wall never shows it: it is when clocks go forward
        return _clocks_forward(after, before)
    return after if is_end else before


def _clocks_forward(low: datetime, high: datetime) -> datetime:
    """The instant between two at which London's offset grows; it grows on a whole hour of UTC."""
    at = low.replace(minute=0, second=0, microsecond=0)
    while at.astimezone(LONDON).utcoffset() != high.astimezone(LONDON).utcoffset():
        at += timedelta(hours=1)
    return at


def _beginning(hours: Sequence[Hours], day: date) -> Iterator[Window]:
    for one in hours:
        if day.isoweekday() in one.weekdays:
            window = shift_on(day, one.from_time, one.to_time)
            if window.from_at < window.to_at:
                yield window
