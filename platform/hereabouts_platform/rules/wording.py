"""How rules say things to people: plain British English, times on the clocks of the people who read them."""

import math

from hereabouts_schemas.times import say_time

__all__ = ["say_list", "say_percent", "say_room", "say_time"]


def say_percent(value: float, limit: float) -> str:
    """A percentage that stays on its side of `limit`: whole numbers, and one decimal, cut off, close to the limit.

    Example:
        >>> say_percent(81.3, 75.0), say_percent(74.96, 75.0), say_percent(75.0, 75.0)
        ('81 %', '74.9 %', '75 %')
    """
    if value == limit or abs(value - limit) >= 1:
        return f"{value:.0f} %"
    return f"{math.floor(round(value * 10, 4)) / 10:.1f} %"


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
