"""What each setting of the dial would have come to on a depot's own last weeks: its days are lived through again.

Each morning what is known moves on by the readings that would have come, had the bins been emptied as the dial said;
days to come are weighed as the plan weighs them, and the bins of its rough round are emptied at the depot's usual hour.
No router is asked, so the lengths are rough. How fast each bin fills, weekdays, hours and weather are those known now,
which is a little hindsight; the levels are those that the history tells, without the sensors' noise.

Cost: a fifth of a second a day for 200 bins, most of it the outlook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hereabouts_platform.bins.advance import Emptied, Happening, Read, advance
from hereabouts_platform.bins.forecast import FULL
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.level import Bools, Floats, Times
from hereabouts_platform.bins.state import Shared, State
from hereabouts_platform.collection.came_in import CameIn
from hereabouts_platform.collection.outlook import AHEAD, DAY_LEFT_S, Outlook, outlook
from hereabouts_platform.collection.overflow_days import Emptyings, levels_found, overflow_days
from hereabouts_platform.collection.run_days import FULL_NOW, look_ahead
from hereabouts_platform.collection.streets import Streets

DAY_S = 86_400
#: A bin tells its level at most once in so long: what the forecast would learn of more is next to nothing.
EVERY_S = 6 * 3600
#: The first days are lived through and not counted: they are as the crews left the bins.
WARM_DAYS = 7


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Days:
    """Civil days lived through, and `AHEAD` more that are only looked at; seconds since 1970 UTC.

    Attributes:
        begins: of each, and the end of the last, [days + AHEAD + 1].
        decides, comes: when a day is planned, and when its bins are emptied; works: whether crews work, [days + AHEAD].
    """

    begins: Times
    decides: Times
    comes: Times
    works: Bools

    @property
    def lived(self) -> int:
        """How many are lived through."""
        return len(self.comes) - AHEAD


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class History:
    """A depot's last weeks.

    Attributes:
        came: what came into its bins over the days.
        state, growths: what is known of them now; growths over all days, also those that are only looked at.
        cost, km: their streets as the plan weighs them, and in kilometres.
        max_days: after which a bin has to be emptied, full or not, [bins].
    """

    came: CameIn
    days: Days
    state: State
    growths: Mapping[str, Growth]
    cost: Streets
    km: Streets
    max_days: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Lived:
    """What the days that count came to.

    Attributes:
        km_day: kilometres a day; None where nobody knows; runs_week: days with a round a week; visits_day: a day.
        fill_percent: of a bin when it is emptied, at most 100; NaN where none was.
        overflow_percent: bin-days with overflow among all; overflow_week: how many a week.
    """

    km_day: float | None
    runs_week: float
    visits_day: float
    fill_percent: float
    overflow_percent: float
    overflow_week: float


def live(history: History, rho: float) -> Lived:
    """The days lived through by a setting of the dial, in what the history's `cost` is in (pence)."""
    living = _Living(history)
    for day in range(history.days.lived):
        living.morning(day)
        living.go(day, living.chosen(day, rho))
    return counted(history, living.emptyings(), living.km)


def as_it_was(history: History, km_day: float | None) -> Lived:
    """The same days by the emptyings that the history tells; `km_day`: what crews drove, None where nobody knows."""
    found = [Emptyings(at=one.emptied_at, left=one.left) for one in history.came.told]
    return replace(counted(history, found, {}), km_day=km_day)


def counted(history: History, emptied: Sequence[Emptyings], km: Mapping[int, float]) -> Lived:
    """What emptyings came to on the days that count; `km` of the days on which somebody drove."""
    days = history.days
    begins = days.begins[WARM_DAYS : days.lived + 1]
    over, many = overflow_days(history.came, emptied, begins), days.lived - WARM_DAYS
    fills, went = [], []
    for row, one in enumerate(emptied):
        inside = (one.at >= begins[0]) & (one.at < begins[-1])
        fills.append(np.minimum(levels_found(history.came, row, one), FULL)[inside])
        went.append(np.searchsorted(begins, one.at[inside], side="right"))
    fill = np.concatenate(fills)
    return Lived(
        km_day=sum(one for day, one in km.items() if day >= WARM_DAYS) / many,
        runs_week=len(np.unique(np.concatenate(went))) / many * 7,
        visits_day=len(fill) / many,
        fill_percent=float(fill.mean()) if len(fill) else float("nan"),
        overflow_percent=float(over.mean()) * 100,
        overflow_week=float(over.sum()) / many * 7,
    )


class _Living:
    """The bins of a history while its days are lived through."""

    def __init__(self, history: History) -> None:
        came = history.came
        self.history, self.state = history, _at_first(history)
        self.rows = np.arange(len(came.bins))
        #: What had come in when each was last emptied, before the last round and after it.
        self.before = self.taken = -came.at_first
        self.emptied: list[tuple[Times, int]] = []
        self.last = np.full(len(came.bins), came.from_s, np.int64)
        self.km: dict[int, float] = {}
        self.readings = _readings(came)
        self.told: list[Happening] = []

    def morning(self, day: int) -> None:
        """What was read since the last morning, and what was emptied, is taken in."""
        days, came = self.history.days, self.history.came
        at, rows, points = self.readings
        since = came.from_s if day == 0 else int(days.decides[day - 1])
        new = slice(*np.searchsorted(at, [since, int(days.decides[day])], side="left"))
        taken = np.where(at[new] > self.last[rows[new]], self.taken[rows[new]], self.before[rows[new]])
        self.told += [
            Read(bin=came.bins[row], at=when, level=min(level, FULL), full=level >= FULL)
            for row, when, level in zip(
                rows[new].tolist(), at[new].tolist(), (points[new] - taken).tolist(), strict=True
            )
        ]
        self.state = advance(self.state, self.told, self.history.growths).state
        self.told = []

    def chosen(self, day: int, rho: float) -> Bools:
        """The bins that go on a day."""
        days, history = self.history.days, self.history
        nobody = np.zeros(len(self.rows), np.bool_)
        if not days.works[day]:
            return nobody
        comes = days.comes[day : day + AHEAD]
        ahead = outlook(self.state, history.came.bins, history.growths, (comes, comes + DAY_LEFT_S))
        allowed = np.flatnonzero(days.works[day : day + AHEAD])
        look = look_ahead(ahead, history.cost, rho, allowed.tolist())
        due = self._due(day, int(allowed[1]) if len(allowed) > 1 else AHEAD - 1)
        if not (look.run or due.any()):
            return nobody
        return np.asarray(look.chosen | due | _full(ahead))

    def _due(self, day: int, following: int) -> Bools:
        """Bins that would be left for longer than they may be by the next day on which crews work."""
        age = (self.history.days.comes[day + following] - self.last) / DAY_S
        return np.asarray(age > self.history.max_days)

    def go(self, day: int, bins: Bools) -> None:
        """Bins are emptied on a day."""
        self.before = self.taken
        if not bins.any():
            return
        at, came = int(self.history.days.comes[day]), self.history.came
        here = came.up_to(self.rows, np.full(len(self.rows), at))
        level = here - self.taken
        self.km[day] = self.history.km.length(bins, np.minimum(level, FULL))
        self.taken, self.last = np.where(bins, here, self.taken), np.where(bins, at, self.last)
        for row in np.flatnonzero(bins).tolist():
            found = float(level[row])
            self.told.append(Emptied(bin=came.bins[row], at=at, before=min(found, FULL), full=found >= FULL))
        self.emptied.append((np.flatnonzero(bins), at))

    def emptyings(self) -> list[Emptyings]:
        """All of them, bin by bin."""
        at: list[list[int]] = [[] for _ in self.rows]
        for rows, when in self.emptied:
            for row in rows.tolist():
                at[row].append(when)
        return [Emptyings(at=np.array(one, np.int64), left=np.zeros(len(one))) for one in at]


def _full(ahead: Outlook) -> Bools:
    """Bins that are full when the crew comes: none is left when somebody is out."""
    return np.asarray(ahead.full[:, 0] >= FULL_NOW)


def _at_first(history: History) -> State:
    """What is known of the bins now, as they stood on the first morning: nobody went, nothing was promised yet."""
    came, state = history.came, history.state
    bins = {}
    for name, level in zip(came.bins, np.minimum(came.at_first, FULL).tolist(), strict=True):
        bins[name] = replace(
            state.bins[name], emptied_at=came.from_s, read_at=came.from_s, left=level, level=level, full=level >= FULL,
            known=True, promises=(),
        )  # fmt: skip
    groups = {name: _calm(one) for name, one in state.groups.items()}
    return replace(state, bins=bins, groups=groups, fleet=_calm(state.fleet), as_of=came.from_s)


def _calm(shared: Shared) -> Shared:
    return replace(shared, drift=0.0, season=0.0, drift_at=0.0)


def _readings(came: CameIn) -> tuple[Times, Times, Floats]:
    """When bins told their level, which, and what had come in by then; in order of time, thinned to `EVERY_S`."""
    at, rows = [], []
    for row, one in enumerate(came.told):
        last = np.append(one.read_at[1:] // EVERY_S != one.read_at[:-1] // EVERY_S, True)[: len(one.read_at)]
        at.append(one.read_at[last])
        rows.append(np.full(int(last.sum()), row))
    when, which = np.concatenate(at), np.concatenate(rows)
    order = np.lexsort((which, when))
    when, which = when[order], which[order]
    return when, which, came.up_to(which, when)
