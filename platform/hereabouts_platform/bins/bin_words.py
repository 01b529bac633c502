"""What a bin's forecast says, for people: how full, by when, and how likely it overflows before somebody comes.

Times as clocks show them in Europe/London.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hereabouts_platform.bins.forecast import DAYS_AHEAD, FULL
from hereabouts_platform.bins.visit_words import when

LIMIT = 80.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a forecast said; times UTC.

    Attributes:
        level: per cent, expected at `made_at`; None: it cannot be said.
        over_at: limit -> when it is as likely as not to be at or over it; None: not within the time looked at.
        chance: to overflow by `by`, which is when its next round begins where `is_round`, else just a day ahead.
        measured: whether it has, or had, a sensor; None: not known yet.
        made_at: None: it was never forecast.
    """

    level: float | None = None
    over_at: Mapping[float, datetime | None] = field(default_factory=dict)
    chance: float | None = None
    by: datetime | None = None
    is_round: bool = False
    measured: bool | None = None
    made_at: datetime | None = None


def bin_says(said: Said, now: datetime) -> str:
    """Such as "About 62 % full. As likely as not over 80 % by tomorrow 15:00, full by Thu 26 Nov 09:00; 12 % likely to
    overflow before the next round (tomorrow 06:00)."
    """
    if said.made_at is None:
        return "Cannot say how full it is: it was not forecast yet."
    if said.level is None:
        why = "its sensor has told nothing yet" if said.measured else "nothing measures it"
        return f"Cannot say how full it is: {why}."
    full_at = said.over_at.get(FULL)
    if full_at is not None and full_at <= said.made_at:
        return "Full or more."
    chance = _chance(said, now)
    ahead = _ahead(said, now)
    return f"About {said.level:.0f} % full. {f'{ahead}; {chance}' if chance else ahead}."


def _ahead(said: Said, now: datetime) -> str:
    """By when it is over its limits, those that it is not over yet."""
    assert said.made_at is not None  # noqa: S101 - `bin_says` has looked
    parts = []
    for limit in (LIMIT, FULL):
        at = said.over_at.get(limit)
        if at is not None and at > said.made_at:
            parts.append(f"{_over(limit)} by {when(int(at.timestamp()), int(now.timestamp()))}")
    if parts:
        return f"As likely as not {', '.join(parts)}"
    is_over = said.over_at.get(LIMIT) is not None
    return f"Not expected to be {_over(FULL if is_over else LIMIT)} within {DAYS_AHEAD} days"


def _over(limit: float) -> str:
    return "full" if limit >= FULL else f"over {limit:.0f} %"


def _chance(said: Said, now: datetime) -> str:
    if said.chance is None or said.by is None:
        return ""
    at = when(int(said.by.timestamp()), int(now.timestamp()))
    before = f"before the next round ({at})" if said.is_round else f"by {at} (no round is in sight)"
    return f"{say_chance(said.chance)} likely to overflow {before}"


def say_chance(chance: float) -> str:
    """A chance as people say it, never none and never certain.

    Example:
        >>> say_chance(0.12), say_chance(0.001), say_chance(0.9999)
        ('12 %', 'less than 1 %', 'more than 99 %')
    """
    if chance < 0.01:
        return "less than 1 %"
    return "more than 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"


def together_says(stream: str, level: float, counted: tuple[int, int]) -> str:
    """How full the containers of one stream at a site are together; `level` NaN where none is known.

    Args:
        counted: how many containers there are, two or more, and of how many of them level and litres are known.

    Example:
        >>> together_says("glass", 54.2, (3, 2))
        '3 containers of glass: about 54 % full together, by the litres of 2 of them.'
    """
    there, known = counted
    name = f"{there} containers of {stream}"
    if not known:
        return f"{name}: cannot say how full, as no level with litres is known."
    of = "" if known == there else f", by the litres of {known} of them"
    return f"{name}: about {level:.0f} % full together{of}."
