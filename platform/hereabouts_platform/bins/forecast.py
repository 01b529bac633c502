"""How full bins will be, when they will be full, and how likely they overflow before an instant.

    level(t) = last level + amplitude * drift * (effort(emptied, t) - effort(emptied, read))

with the quantiles of `spread.py` around it. A bin nobody has heard of for a while keeps its forecast: its range widens
with the age of its last reading. All bins at once: [bins, instants] arrays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hereabouts_platform.bins.amplitude import amplitude_of, drift_of
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.level import Bools, Floats, Times
from hereabouts_platform.bins.spread import Spread, quantile, share_above, share_full, units
from hereabouts_platform.bins.state import State
from hereabouts_platform.bins.tuning import TUNING, Tuning

HOUR_S = 3600
LIMITS = (50.0, 80.0, 100.0)
DAYS_AHEAD = 14
FULL = 100.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ahead:
    """Bins at instants ahead: what is expected and in which unit it may be off, before it is cut at full.

    Attributes:
        bins: ids, [bins]; times: seconds since 1970 UTC, [instants].
        expected, unit: points, [bins, instants], never falling; age_h: of the last reading then, hours.
        overflowing: whether the last reading was "full or more", [bins].
    """

    bins: tuple[str, ...]
    times: Times
    expected: Floats
    unit: Floats
    age_h: Floats
    overflowing: Bools
    spread: Spread

    def level(self, share: float) -> Floats:
        """The level that a share of such bins stays under, per cent, 0 to 100 ("or more"), [bins, instants]."""
        return np.asarray(np.clip(self.uncut(share), 0.0, FULL))

    def uncut(self, share: float) -> Floats:
        """The same beyond full, as if the bin were taller."""
        return np.asarray(
            np.maximum.accumulate(
                self.expected + quantile(self.spread, self.age_h, self.expected, share) * self.unit, axis=1
            )
        )

    def chance_of(self, limit: float) -> Floats:
        """How likely the level is at or over a limit (per cent) at each instant, [bins, instants]."""
        above = share_full if limit >= FULL else share_above
        chance = above(self.spread, self.age_h, self.expected, (limit - self.expected) / self.unit)
        return np.asarray(np.maximum.accumulate(np.where(self.overflowing[:, np.newaxis], 1.0, chance), axis=1))

    def reaches(self, limit: float, share: float) -> Floats:
        """When a share of such bins is under a limit no longer, seconds since 1970 UTC, [bins]; NaN where not by the
        last instant. With 0.5 it is as likely as not by then; with 0.9, it is so for one bin in ten.
        """
        return self._first_over(self.uncut(share), limit)

    def reaches_each(self, limits: Sequence[float], share: float) -> Floats:
        """The same of several limits, [limits, bins]; a bin that was "full or more" has reached them all by now."""
        level = self.uncut(share)
        found = np.array([self._first_over(level, limit) for limit in limits])
        return np.asarray(np.where(self.overflowing, self.times[0], found))

    def overflows_by(self, instants: Times) -> Floats:
        """How likely each bin is full by an instant of its own, seconds since 1970 UTC, [bins]; to the hour that is
        over by then. What lies beyond the forecast counts as its end.
        """
        columns = np.minimum(np.searchsorted(self.times, instants), len(self.times) - 1)
        near = self.until(int(columns.max(initial=0)) + 1)
        return np.asarray(near.chance_of(FULL)[np.arange(len(columns)), columns])

    def until(self, number: int) -> "Ahead":
        """Its first instants alone."""
        return replace(
            self,
            times=self.times[:number],
            expected=self.expected[:, :number],
            unit=self.unit[:, :number],
            age_h=self.age_h[:, :number],
        )

    def _first_over(self, level: Floats, limit: float) -> Floats:
        over = level >= limit
        at = np.argmax(over, axis=1)
        row = np.arange(len(at))
        before = np.maximum(at - 1, 0)
        low, high = level[row, before], level[row, at]
        part = np.where(high > low, (limit - low) / np.where(high > low, high - low, 1.0), 1.0)
        found = self.times[before] + np.clip(part, 0.0, 1.0) * (self.times[at] - self.times[before])
        return np.asarray(np.where(over.any(axis=1), found, np.nan))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Standing:
    """Where bins stand: amplitude (points in a common day), common days at their last emptying and last reading,
    that reading (seconds since 1970 UTC), its level, and whether it was "full or more"; each [bins].
    """

    amplitude: Floats
    emptied: Floats
    heard: Floats
    read_at: Floats
    level: Floats
    full: Bools


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Course:
    """What the coming instants bring to bins of a state, wherever they stand: common days and drift, [bins, instants].

    `exponent` and `width` of each bin's group are [bins, 1].
    """

    bins: tuple[str, ...]
    times: Times
    days: Floats
    drift: Floats
    exponent: Floats
    width: Floats
    spread: Spread
    tuning: Tuning

    def since(self, number: int) -> "Course":
        """From one of the instants on."""
        return replace(self, times=self.times[number:], days=self.days[:, number:], drift=self.drift[:, number:])


def forecast(
    state: State,
    bins: Sequence[str],
    times: Times,
    growths: Mapping[str, Growth],
    tuning: Tuning = TUNING,
) -> Ahead:
    """Every bin asked for at every instant.

    Args:
        times: seconds since 1970 UTC, rising, none before the state's own time.
        growths: of every group of theirs, over a span that holds their emptyings and the instants.

    Raises:
        ValueError: an instant before the state's time.
    """
    return ahead_of(standing_of(state, bins, growths, tuning), course_of(state, bins, times, growths, tuning))


def standing_of(state: State, bins: Sequence[str], growths: Mapping[str, Growth], tuning: Tuning) -> Standing:
    """Where bins stand by a state."""
    known = [state.bins[one] for one in bins]
    emptied, read_at = (
        np.array([getattr(one, name) for one in known], np.float64) for name in ("emptied_at", "read_at")
    )
    groups = _rows([one.group for one in known])
    return Standing(
        amplitude=np.array([amplitude_of(state, one, growths[state.bins[one].group], tuning) for one in bins]),
        emptied=_of_groups(groups, lambda group, rows: growths[group].days(emptied[rows]), (len(known),)),
        heard=_of_groups(groups, lambda group, rows: growths[group].days(read_at[rows]), (len(known),)),
        read_at=read_at,
        level=np.array([one.level for one in known], np.float64),
        full=np.array([one.full for one in known], dtype=bool),
    )


def course_of(state: State, bins: Sequence[str], times: Times, growths: Mapping[str, Growth], tuning: Tuning) -> Course:
    """What the instants bring.

    Raises:
        ValueError: an instant before the state's time.
    """
    if len(times) and int(times[0]) < state.as_of:
        raise ValueError(f"The state is of {state.as_of}; it cannot say how things were at {int(times[0])}.")
    names = [state.bins[one].group for one in bins]
    groups, shape = _rows(names), (len(names), len(times))
    return Course(
        bins=tuple(bins),
        times=times,
        days=_of_groups(groups, lambda group, _: growths[group].days(times), shape),
        drift=_of_groups(groups, lambda group, _: _drift(state, group, times, tuning), shape),
        exponent=np.array([growths[one].exponent for one in names], np.float64).reshape(-1, 1),
        width=np.array([state.spread.groups.get(one, 1.0) for one in names], np.float64).reshape(-1, 1),
        spread=state.spread,
        tuning=tuning,
    )


def ahead_of(standing: Standing, course: Course) -> Ahead:
    """Bins that stand like this, at the instants of a course."""
    since, exponent = standing.emptied[:, np.newaxis], course.exponent
    there, then = course.days - since, standing.heard[:, np.newaxis] - since
    effort = np.maximum(there, 0) ** exponent - np.maximum(then, 0) ** exponent
    grown = standing.amplitude[:, np.newaxis] * course.drift * effort
    age_h = (course.times[np.newaxis, :] - standing.read_at[:, np.newaxis]) / HOUR_S
    return Ahead(
        bins=course.bins,
        times=course.times,
        expected=np.maximum.accumulate(standing.level[:, np.newaxis] + grown, axis=1),
        unit=units(course.tuning, grown, age_h) * course.width,
        age_h=age_h,
        overflowing=standing.full,
        spread=course.spread,
    )


def emptied_then(standing: Standing, course: Course, number: int) -> Standing:
    """As if all were emptied at one of the course's instants; what was seen since the last emptying counts no more, so
    `standing` is to be one of bins just emptied.
    """
    nothing = np.zeros(len(standing.level))
    return Standing(
        amplitude=standing.amplitude,
        emptied=course.days[:, number],
        heard=course.days[:, number],
        read_at=np.full(len(nothing), float(course.times[number])),
        level=nothing,
        full=nothing > 0,
    )


def _rows(names: Sequence[str]) -> dict[str, Times]:
    """Where the bins of each group are."""
    found: dict[str, list[int]] = {}
    for number, one in enumerate(names):
        found.setdefault(one, []).append(number)
    return {name: np.array(rows, np.int64) for name, rows in found.items()}


def _of_groups(
    groups: Mapping[str, Times],
    of: Callable[[str, Times], Floats],
    shape: tuple[int, ...],
) -> Floats:
    """What holds for each group's bins, in the rows where they are."""
    found = np.empty(shape)
    for group, rows in groups.items():
        found[rows] = of(group, rows)
    return found


def _drift(state: State, group: str, times: Times, tuning: Tuning) -> Floats:
    return np.array([drift_of(state, group, at, tuning) for at in times.tolist()])


def hours_ahead(now: int, days: int = DAYS_AHEAD) -> Times:
    """Now and each hour up to so many days ahead, seconds since 1970 UTC: instants to look for limits on."""
    return np.asarray(now + HOUR_S * np.arange(24 * days + 1), dtype=np.int64)
