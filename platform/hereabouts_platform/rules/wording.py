"""How rules say things to people: plain British English, times on the clocks of the people who read them."""

import math
import re
from datetime import timedelta

from hereabouts_schemas.times import say_time

__all__ = ["first_name", "say_list", "say_percent", "say_room", "say_span", "say_time"]


_FAMILY = re.compile(r" \(|, ")


def first_name(title: str) -> str:
    """What a profile's title begins with: it names the whole family of devices, which a sentence has no room for.

    Example:
        >>> first_name("Elsys (ERS, ERS CO2)"), first_name("Dragino LHT65, LHT65N")
        ('Elsys', 'Dragino LHT65')
    """
    return _FAMILY.split(title)[0]


MOST_DECIMALS = 6  # as evidence is kept


def say_percent(value: float, limit: float) -> str:
    """A percentage that stays on its side of `limit`: whole numbers, and one decimal, cut off, close to the limit.

    Example:
        >>> say_percent(81.3, 75.0), say_percent(74.96, 75.0), say_percent(75.0, 75.0)
        ('81 %', '74.9 %', '75 %')
    """
    if value == limit or abs(value - limit) >= 1:
        return f"{value:.0f} %"
    return f"{math.floor(round(value * 10, 4)) / 10:.1f} %"


def beside(value: float, limit: float, decimals: int) -> tuple[str, str]:
    """A figure and its limit with the same number of decimals: as many as the limit has, and as tell the two apart.

    Example:
        >>> beside(0.3, 0.35, 1), beside(81.34, 75.0, 1), beside(0.3496, 0.35, 1), beside(2.0, 2.0, 0)
        (('0.30', '0.35'), ('81.3', '75.0'), ('0.3496', '0.3500'), ('2', '2'))
    """
    for count in range(decimals, MOST_DECIMALS):
        said = f"{value:,.{count}f}", f"{limit:,.{count}f}"
        if round(limit, count) == limit and (said[0] != said[1] or value == limit):
            return said
    return f"{value:,.{MOST_DECIMALS}f}", f"{limit:,.{MOST_DECIMALS}f}"


def say_room(room: str | None) -> str:
    """Where, so that it fits after "in": a room's name, or this home.

    Example:
        >>> say_room("Living room"), say_room("Bedroom 2"), say_room(None)
        ('the living room', 'Bedroom 2', 'this home')
    """
    if room is None:
        return "this home"
    return f"the {room.lower()}" if room.replace(" ", "").isalpha() else room


def say_list(parts: list[str]) -> str:
    """Parts joined as in a sentence.

    Example:
        >>> say_list(["a", "b", "c"])
        'a, b and c'
    """
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def say_span(span: timedelta) -> str:
    """How long, in the largest unit that leaves no more than a tenth out.

    Example:
        >>> say_span(timedelta(seconds=605)), say_span(timedelta(hours=1)), say_span(timedelta(hours=71))
        ('10 minutes', '1 hour', '3 days')
    """
    for seconds, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        count = round(span.total_seconds() / seconds)
        if count and abs(count * seconds - span.total_seconds()) <= 0.1 * span.total_seconds():
            return f"{count:,} {unit}{'s' if count != 1 else ''}"
    return f"{span.total_seconds():.0f} seconds"


def say_actor(name: str) -> str:
    """Who did it: a person by name, a job as the system."""
    return "Hereabouts itself" if name.startswith("system:") else name
