"""The state moved on by what happened since: readings and emptyings, in order of time.

Moved on step by step it is the same as moved on at once. What happened before the state's time cannot be taken in any
more; it is handed back, and the state is to be made anew from the beginning (as a nightly job does).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

from hereabouts_platform.bins.amplitude import faded, group_amplitude, moved, own_amplitude
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.spread import Tracker, unit_of
from hereabouts_platform.bins.state import BinState, Promise, Shared, State
from hereabouts_platform.bins.tuning import TUNING, Tuning

HOUR_S = 3600
#: A reading is a forecast's beginning: how far ahead each is held against what comes.
PROMISED_H = (6, 24, 48, 72)
#: From which of them drift and season are learnt as well, where growth is a straight line.
SHIFTED_H = 24
#: Two emptyings closer than this say nothing of how fast it fills.
LEAST_DAYS = 0.1
#: A single surprise never moves a drift by more, as a share of what was expected.
MOST_SURPRISE = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A believed level of a bin, per cent; `full`: or more. `at` in seconds since 1970 UTC."""

    bin: str
    at: int
    level: float
    full: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Emptied:
    """A bin was emptied; `before` NaN where nobody knows how full it was, `after` per cent that stayed in it."""

    bin: str
    at: int
    before: float = float("nan")
    full: bool = False
    after: float = 0.0


Happening = Read | Emptied


@dataclass(frozen=True, kw_only=True, slots=True)
class Advanced:
    """The state afterwards, and what came too late, or of bins that are not known, to be taken in."""

    state: State
    refused: tuple[Happening, ...]


def advance(
    state: State, happenings: Iterable[Happening], growths: Mapping[str, Growth], tuning: Tuning = TUNING
) -> Advanced:
    """Take in what happened; at one instant readings come first, and bins in the order of their ids.

    Args:
        growths: of every group, over a span that holds all the bins' emptyings and happenings.
    """
    ordered = sorted(happenings, key=lambda one: (one.at, isinstance(one, Emptied), one.bin))
    walk, refused = _Walk(state, growths, tuning), []
    for happening in ordered:
        if happening.bin not in walk.bins or happening.at < max(state.as_of, walk.bins[happening.bin].emptied_at):
            refused.append(happening)
        elif isinstance(happening, Read):
            walk.read(happening)
        else:
            walk.emptied(happening)
    return Advanced(state=walk.frozen(), refused=tuple(refused))


class _Walk:
    def __init__(self, state: State, growths: Mapping[str, Growth], tuning: Tuning) -> None:
        self.bins, self.groups, self.fleet = dict(state.bins), dict(state.groups), state.fleet
        self.as_of, self.growths, self.tuning = state.as_of, growths, tuning
        self.tracker = Tracker(state.spread, tuning)

    def frozen(self) -> State:
        return State(
            bins=self.bins, groups=self.groups, fleet=self.fleet, spread=self.tracker.frozen(), as_of=self.as_of
        )

    def amplitude(self, known: BinState) -> float:
        usual = group_amplitude(self.groups.get(known.group, Shared()), self.fleet, self.tuning)
        return own_amplitude(known, usual, self.growths[known.group], self.tuning)

    def drift(self, group: str, at: int) -> tuple[float, float]:
        """Drift and season of all bins and the group's together."""
        fleet, own = faded(self.fleet, at, self.tuning), faded(self.groups.get(group, Shared()), at, self.tuning)
        return fleet[0] + own[0], fleet[1] + own[1]

    def read(self, happening: Read) -> None:
        known, at = self.bins[happening.bin], happening.at
        if not known.known:  # nobody knows when it was emptied: it is watched from here on
            known = replace(known, emptied_at=at, left=happening.level)
        due = [one for one in known.promises if at >= one.made_at + one.after_h * HOUR_S]
        for promise in due:
            self.surprise(known, promise, at, happening.level)
        kept = [one for one in known.promises if one not in due]
        now = replace(known, read_at=at, level=happening.level, full=happening.full, promises=(), known=True)
        self.bins[happening.bin] = replace(now, promises=(*kept, *self.promised(now, kept)))
        self.as_of = at

    def promised(self, known: BinState, kept: Sequence[Promise]) -> list[Promise]:
        """A promise for each time ahead for which none is waiting; a bin that is full has nowhere to go."""
        waiting = {promise.after_h for promise in kept}
        if len(waiting) == len(PROMISED_H) or known.full:
            return []
        amplitude, (drift, season) = self.amplitude(known), self.drift(known.group, known.read_at)
        return [
            Promise(
                made_at=known.read_at,
                after_h=after_h,
                level=known.level,
                amplitude=amplitude,
                drift=drift,
                season=season,
            )
            for after_h in PROMISED_H
            if after_h not in waiting
        ]

    def emptied(self, happening: Emptied) -> None:
        known, at = self.bins[happening.bin], happening.at
        promises: tuple[Promise, ...] = ()
        if not isnan(happening.before):
            promises = self.carried(known, happening)
            known = self.filled(known, happening)
        self.bins[happening.bin] = replace(
            known,
            emptied_at=at,
            left=happening.after,
            read_at=at,
            level=happening.after,
            full=False,
            emptyings=known.emptyings + 1,
            known=True,
            promises=promises,
        )
        self.as_of = at

    def carried(self, known: BinState, happening: Emptied) -> tuple[Promise, ...]:
        """Promises across an emptying: crews come to bins that fill fast, so to forget theirs would make all others
        look slow. What was taken out is added to what is found later. Growth that bends begins anew instead, and its
        promises are held against the level before the emptying.
        """
        if self.growths[known.group].exponent == 1:
            taken = happening.before - happening.after
            return tuple(replace(one, carried=one.carried + taken) for one in known.promises)
        for promise in {one.made_at: one for one in known.promises if one.made_at < known.read_at}.values():
            self.surprise(known, promise, happening.at, happening.before)
        return ()

    def filled(self, known: BinState, happening: Emptied) -> BinState:
        """What an emptying tells: how far off forecasts were, what is everybody's, and how fast this bin fills."""
        at, growth = happening.at, self.growths[known.group]
        amplitude = self.amplitude(known)
        drift = 1 + sum(self.drift(known.group, at))
        effort = growth.effort(known.emptied_at, at)
        grown = amplitude * drift * (effort - growth.effort(known.emptied_at, known.read_at))
        age_h = (at - known.read_at) / HOUR_S
        unit = unit_of(self.tuning, grown, age_h)
        self.tracker.learn(known.group, age_h, known.level + grown, unit, happening.before)
        if growth.day(at) - growth.day(known.emptied_at) < LEAST_DAYS or not known.known:
            return known
        seen = max(happening.before - known.left, 0.0) / effort
        if happening.full:
            seen = max(seen, amplitude * drift)
        return self.learnt(known, at, seen, amplitude)

    def learnt(self, known: BinState, at: int, seen: float, amplitude: float) -> BinState:
        tuning = self.tuning
        fair = seen / (1 + sum(faded(self.fleet, at, tuning)))
        self.shifted(known.group, at, seen / amplitude - 1, 1.0)
        self.fleet = _counted(self.fleet, fair, tuning)
        self.groups[known.group] = _counted(self.groups[known.group], fair, tuning)
        return replace(known, total=known.total * tuning.memory + fair, weight=known.weight * tuning.memory + 1)

    def shifted(self, group: str, at: int, surprise: float, worth: float) -> None:
        """Drift and season of all bins, and what is left of them the group's, after a surprise."""
        tuning, surprise = self.tuning, min(surprise, MOST_SURPRISE)
        everybodys, shared = sum(faded(self.fleet, at, tuning)), self.groups.get(group, Shared())
        self.fleet = moved(self.fleet, at, surprise, tuning.fleet_gain, worth=worth, tuning=tuning)
        self.groups[group] = moved(shared, at, surprise - everybodys, tuning.group_gain, worth=worth, tuning=tuning)

    def surprise(self, known: BinState, promise: Promise, at: int, level: float) -> None:
        """Hold a promise against a level."""
        growth, since = self.growths[known.group], promise.made_at
        effort = growth.effort(since, at)
        if growth.exponent != 1:
            effort = growth.effort(known.emptied_at, at) - growth.effort(known.emptied_at, since)
        then = Shared(drift=promise.drift, season=promise.season, drift_at=since)
        usual, age_h = promise.amplitude * effort, (at - since) / HOUR_S
        grown, found = usual * (1 + sum(faded(then, at, self.tuning))), promise.carried + level
        cut = min(found, self.tuning.cut_at)
        self.tracker.learn(known.group, age_h, promise.level + grown, unit_of(self.tuning, grown, age_h), cut)
        if promise.after_h == SHIFTED_H and growth.exponent == 1 and usual > 0 and level < self.tuning.cut_at:
            worth = min(usual / self.tuning.running_points, 1.0)
            self.shifted(known.group, at, max(found - promise.level, 0.0) / usual - 1, worth)


def _counted(shared: Shared, fair: float, tuning: Tuning) -> Shared:
    """A shared mean with one more amplitude."""
    memory = tuning.group_memory
    return replace(shared, total=shared.total * memory + fair, weight=shared.weight * memory + 1)
