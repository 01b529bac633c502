"""The state moved on by what happened since: readings and emptyings, in order of time.

Moved on step by step it is the same as moved on at once. What happened before the state's time cannot be taken in any
more; it is handed back, and the state is to be made anew from the beginning (as a nightly job does).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isnan

from hereabouts_platform.bins.amplitude import faded, group_amplitude, own_amplitude
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.spread import Tracker, unit_of
from hereabouts_platform.bins.state import BinState, Promise, Shared, State
from hereabouts_platform.bins.tuning import TUNING, Tuning

HOUR_S = 3600
#: A reading is a forecast's beginning: how far ahead each is held against what comes.
PROMISED_H = (24, 48, 72)
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

    def read(self, happening: Read) -> None:
        known = self.bins[happening.bin]
        if not known.known:  # nobody knows when it was emptied: it is watched from here on
            known = replace(known, emptied_at=happening.at, left=happening.level)
        kept = []
        for promise in known.promises:
            if happening.at >= promise.made_at + promise.after_h * HOUR_S:
                self.surprise(known, promise, happening.at, happening.level)
            else:
                kept.append(promise)
        moved = replace(
            known, read_at=happening.at, level=happening.level, full=happening.full, promises=(), known=True
        )
        waiting = {promise.after_h for promise in kept}
        if len(waiting) < len(PROMISED_H) and not happening.full:
            amplitude = self.amplitude(moved)
            kept += [
                Promise(made_at=happening.at, after_h=after_h, level=happening.level, amplitude=amplitude)
                for after_h in PROMISED_H
                if after_h not in waiting
            ]
        self.bins[happening.bin] = replace(moved, promises=tuple(kept))
        self.as_of = happening.at

    def emptied(self, happening: Emptied) -> None:
        known = self.bins[happening.bin]
        if not isnan(happening.before):
            known = self.filled(known, happening)
        self.bins[happening.bin] = replace(
            known,
            emptied_at=happening.at,
            left=happening.after,
            read_at=happening.at,
            level=happening.after,
            full=False,
            emptyings=known.emptyings + 1,
            known=True,
            promises=(),
        )
        self.as_of = happening.at

    def filled(self, known: BinState, happening: Emptied) -> BinState:
        """What an emptying tells: how far off forecasts were, what is everybody's, and how fast this bin fills."""
        at, growth = happening.at, self.growths[known.group]
        made = {promise.made_at: promise for promise in known.promises if promise.made_at < known.read_at}
        for promise in made.values():
            self.surprise(known, promise, at, happening.before)
        amplitude = self.amplitude(known)
        drift = 1 + faded(self.fleet, at, self.tuning) + faded(self.groups.get(known.group, Shared()), at, self.tuning)
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
        tuning, group = self.tuning, self.groups.get(known.group, Shared())
        fleet_drift, group_drift = faded(self.fleet, at, tuning), faded(group, at, tuning)
        surprise = min(seen / amplitude - 1, MOST_SURPRISE)
        fair = seen / (1 + fleet_drift)
        self.fleet = Shared(
            total=self.fleet.total * tuning.group_memory + fair,
            weight=self.fleet.weight * tuning.group_memory + 1,
            drift=fleet_drift + tuning.fleet_gain * (surprise - fleet_drift),
            drift_at=at,
        )
        self.groups[known.group] = Shared(
            total=group.total * tuning.group_memory + fair,
            weight=group.weight * tuning.group_memory + 1,
            drift=group_drift + tuning.group_gain * (surprise - fleet_drift - group_drift),
            drift_at=at,
        )
        return replace(known, total=known.total * tuning.memory + fair, weight=known.weight * tuning.memory + 1)

    def surprise(self, known: BinState, promise: Promise, at: int, found: float) -> None:
        """Hold a promise against a level found."""
        growth = self.growths[known.group]
        effort = growth.effort(known.emptied_at, at) - growth.effort(known.emptied_at, promise.made_at)
        grown, age_h = promise.amplitude * effort, (at - promise.made_at) / HOUR_S
        unit = unit_of(self.tuning, grown, age_h)
        self.tracker.learn(known.group, age_h, promise.level + grown, unit, found)
