"""The watch after works: for 90 days, whether what was mended stays mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from hereabouts_platform.homes.proof import Measure, RoomDays, Verdict, weather_matched

WATCHED = timedelta(days=90)
ENOUGH_DAYS = 60  # valid days of the 90, without which nothing is said at the end
RECENT = timedelta(days=28)
LOST = 0.5  # of what was gained
_BAD = frozenset({"act", "urgent"})
_UNKNOWN = frozenset({"no_data", "sensor_fault"})


class WatchState(StrEnum):
    """How the watch stands."""

    WATCHING = "watching"
    HELD = "held"  # 90 days have gone by, enough of them measured, and it did not come back
    RELAPSED = "relapsed"
    CANNOT_SAY = "cannot_say"  # 90 days have gone by, and too few of them were measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """How the watch over a room stands.

    Attributes:
        state: of it.
        until: its last day.
        days_seen: valid days since the works.
        on: the day on which it came back.
        reason: why, as a sentence.
    """

    state: WatchState
    until: date
    days_seen: int
    on: date | None = None
    reason: str = ""


def relapse_watch(
    before: RoomDays, after: RoomDays, levels: Sequence[str], measure: Measure, *, works_done: date, today: date
) -> Watch:
    """How the watch over a room stands.

    A room relapses when a level of act or urgent begins anew (one that has stood since before the works is fading, not
    coming back), or when more than half of what the works had gained is gone in the last 28 days, surely so.

    Args:
        before: its days before the works.
        after: its days since, one for one with `levels`.
        levels: the level of each day since: ok, watch, act, urgent, no_data or sensor_fault.
        measure: what is compared.
        works_done: the day on which the works ended.
        today: the last whole day.
    """
    until = works_done + WATCHED
    seen = sum(level not in _UNKNOWN for level in levels)
    anew = _begins_anew(after, levels)
    if anew is not None:
        reason = "The rule raised it again after it had been clear."
        return Watch(state=WatchState.RELAPSED, until=until, days_seen=seen, on=anew, reason=reason)
    lost = _gain_lost(before, after, measure, works_done, today)
    if lost:
        return Watch(state=WatchState.RELAPSED, until=until, days_seen=seen, on=today, reason=lost)
    if today < until:
        left = (until - today).days
        reason = f"{left} day{'s' if left != 1 else ''} to go; {seen} measured so far."
        return Watch(state=WatchState.WATCHING, until=until, days_seen=seen, reason=reason)
    if seen < ENOUGH_DAYS:
        reason = f"Only {seen} of {WATCHED.days} days were measured; {ENOUGH_DAYS} are needed."
        return Watch(state=WatchState.CANNOT_SAY, until=until, days_seen=seen, reason=reason)
    reason = f"It did not come back in {WATCHED.days} days, {seen} of them measured."
    return Watch(state=WatchState.HELD, until=until, days_seen=seen, reason=reason)


def _begins_anew(after: RoomDays, levels: Sequence[str]) -> date | None:
    """The first day on which it is bad again after a day on which it was not; days not known change nothing."""
    clear = False
    for day, level in zip(after.day, levels, strict=True):
        if level in _BAD and clear:
            return date.fromisoformat(str(day))
        clear = clear if level in _UNKNOWN else level not in _BAD
    return None


def _gain_lost(before: RoomDays, after: RoomDays, measure: Measure, works_done: date, today: date) -> str:
    """Why more than half of the gain is surely gone; empty where it is not, or cannot be said."""
    recent = np.datetime64(today - RECENT + timedelta(days=1), "D")
    early = after.between(np.datetime64(works_done, "D"), recent)
    late = after.between(recent, np.datetime64(today + timedelta(days=1), "D"))
    gained, since = weather_matched(before, early, measure), weather_matched(early, late, measure)
    if gained.verdict is not Verdict.BETTER or since.verdict is not Verdict.WORSE:
        return ""
    share = -since.change / gained.change
    if share < LOST:
        return ""
    return f"{share:.0%} of what the works gained is gone in the last {RECENT.days} days, at equal weather."
