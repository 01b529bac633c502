"""Collections foretold one after the other, each from earlier ones alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from hereabouts_deploy.forecast_evaluation.collections import Collection
from hereabouts_platform.bins.advance import Emptied, advance
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.forecast import forecast
from hereabouts_platform.bins.growth import Growth, Habit, growths
from hereabouts_platform.bins.level import Bools, Floats, Times
from hereabouts_platform.bins.state import State, with_bin
from hereabouts_platform.bins.tuning import Tuning

FULL = 100.0
HOUR_S, QUARTER_S = 3600, 900


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way to forecast: its name in the table, its numbers and its habit.

    `news_h`: how old news of other bins has to be, in hours, before it is used.
    """

    name: str
    tuning: Tuning
    habit: Habit = field(default_factory=Habit)
    news_h: int = 0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Foretold:
    """What was foretold of each collection but each slot's first, and what was found; in order of time.

    Attributes:
        at, since: of the collection and of the one before it, seconds since 1970 UTC.
        p50, p90: per cent; over: how likely it was at 100 or more; expected: without spread, not cut.
        found: per cent.
    """

    at: Times
    since: Times
    p50: Floats
    p90: Floats
    over: Floats
    expected: Floats
    found: Floats

    def of(self, rows: Bools) -> "Foretold":
        """Some of them."""
        return Foretold(**{name: getattr(self, name)[rows] for name in self.__slots__})


def foretell(collections: Sequence[Collection], way: Way, calendar: Calendar) -> Foretold:
    """Go through the collections as the job does: every quarter of an hour, those of the next one are foretold from
    what is known by then; afterwards they are learnt from.
    """
    streets = sorted({one.street for one in collections})
    grown = growths({"": way.habit}, streets, calendar, (collections[0].at, collections[-1].at + HOUR_S))
    told: list[Floats] = []
    state, behind, waiting = State(), State(), list[Collection]()
    for quarter, together in groupby(collections, key=lambda one: one.at // QUARTER_S):
        now = list(together)
        known = [one for one in now if one.slot in state.bins]
        if way.news_h:
            old = quarter * QUARTER_S - way.news_h * HOUR_S
            ripe = [one for one in waiting if one.at < old]
            waiting = waiting[len(ripe) :] + now
            behind = _learnt(behind, ripe, grown, way.tuning)
        if known:
            told.append(_foretold(behind if way.news_h else state, state, known, grown, way.tuning))
        state = _learnt(state, now, grown, way.tuning)
    columns = np.concatenate(told, axis=1) if told else np.empty((7, 0))
    times = columns[:2].astype(np.int64)
    return Foretold(
        at=times[0], since=times[1], p50=columns[2], p90=columns[3], over=columns[4], expected=columns[5],
        found=columns[6],
    )  # fmt: skip


def _learnt(state: State, collections: Sequence[Collection], grown: dict[str, Growth], tuning: Tuning) -> State:
    for one in collections:
        if one.slot not in state.bins:
            state = with_bin(state, one.slot, one.street, one.at)
    came = [Emptied(bin=one.slot, at=one.at, before=one.fill, full=one.fill >= FULL) for one in collections]
    return advance(state, came, grown, tuning).state


def _foretold(
    news: State, own: State, collections: Sequence[Collection], grown: dict[str, Growth], tuning: Tuning
) -> Floats:
    """Collections by the news of others and all that is known of each slot itself, [figures, collections]."""
    asked = replace(news, bins=own.bins)
    times = np.array([one.at for one in collections], dtype=np.int64)
    ahead = forecast(asked, [one.slot for one in collections], times, grown, tuning)
    p50, p90, over = (np.diagonal(of) for of in (ahead.level(0.5), ahead.level(0.9), ahead.chance_of(FULL)))
    since = [own.bins[one.slot].emptied_at for one in collections]
    found = [one.fill for one in collections]
    return np.stack([times, since, p50, p90, over, np.diagonal(ahead.expected), found]).astype(np.float64)
