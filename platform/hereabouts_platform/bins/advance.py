"""The state moved on by what happened since: readings and emptyings, in order of time.

Moved on step by step it is the same as moved on at once. What happened before the state's time cannot be taken in any
more; it is handed back, and the state is to be made anew from the beginning (as a nightly job does).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isnan

from hereabouts_platform.bins.amplitude import faded, faded_by, group_amplitude, move, own_amplitude
from hereabouts_platform.bins.forecast import FULL
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.spread import Tracker, unit_of
from hereabouts_platform.bins.state import Shared, State
from hereabouts_platform.bins.tuning import TUNING, Tuning
from hereabouts_platform.bins.working import (
    WorkingBin,
    WorkingPromise,
    WorkingShared,
    thawed_bin,
    thawed_shared,
)

HOUR_S = 3600
#: A reading is a forecast's beginning: how far ahead each is held against what comes.
PROMISED_H = (6, 24, 48, 72)
#: From which of them drift and season are learnt as well, where growth is a straight line.
SHIFTED_H = 24
#: Two emptyings closer than this say nothing of how fast it fills.
LEAST_DAYS = 0.1
#: A single surprise never moves a drift by more, as a share of what was expected.
MOST_SURPRISE = 2.0
#: What is known of a group that nothing was learnt of.
NOTHING = Shared()


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a crew found in a bin of which no level was told: from `least` to `most` per cent."""

    bin: str
    at: int
    least: float = 0.0
    most: float = inf


Happening = Read | Emptied | Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Advanced:
    """The state afterwards, and what came too late, or of bins that are not known, to be taken in."""

    state: State
    refused: tuple[Happening, ...]


def advance(
    state: State, happenings: Iterable[Happening], growths: Mapping[str, Growth], tuning: Tuning = TUNING
) -> Advanced:
    """Take in what happened; at one instant emptyings come last, and bins in the order of their ids.

    Args:
        growths: of every group, over a span that holds all the bins' emptyings and happenings.
    """
    ordered = sorted(happenings, key=lambda one: (one.at, isinstance(one, Emptied), one.bin))
    walk, refused = _Walk(state, growths, tuning), []
    for happening in ordered:
        known = walk.bin(happening.bin)
        if known is None or happening.at < max(state.as_of, known.emptied_at):
            refused.append(happening)
        elif isinstance(happening, Read):
            walk.read(known, happening)
        elif isinstance(happening, Seen):
            walk.seen(known, happening)
        else:
            walk.emptied(known, happening)
    return Advanced(state=walk.frozen(), refused=tuple(refused))


class _Walk:
    def __init__(self, state: State, growths: Mapping[str, Growth], tuning: Tuning) -> None:
        self.state, self.as_of, self.growths, self.tuning = state, state.as_of, growths, tuning
        self.bins: dict[str, WorkingBin] = {}
        self.groups = {name: thawed_shared(one) for name, one in state.groups.items()}
        self.fleet = thawed_shared(state.fleet)
        self.tracker = Tracker(state.spread, tuning)

    def bin(self, bin_id: str) -> WorkingBin | None:
        """A bin to be changed; None of one that is not known."""
        if bin_id not in self.bins and bin_id in self.state.bins:
            self.bins[bin_id] = thawed_bin(self.state.bins[bin_id])
        return self.bins.get(bin_id)

    def frozen(self) -> State:
        return State(
            bins={**self.state.bins, **{bin_id: one.frozen() for bin_id, one in self.bins.items()}},
            groups={name: one.frozen() for name, one in self.groups.items()},
            fleet=self.fleet.frozen(),
            spread=self.tracker.frozen(),
            as_of=self.as_of,
        )

    def group(self, name: str) -> WorkingShared:
        if name not in self.groups:
            self.groups[name] = thawed_shared(Shared())
        return self.groups[name]

    def amplitude(self, known: WorkingBin) -> float:
        usual = group_amplitude(self.groups.get(known.group, NOTHING), self.fleet, self.tuning)
        return own_amplitude(known, usual, self.growths[known.group], self.tuning)

    def drift(self, group: str, at: int) -> tuple[float, float]:
        """Drift and season of all bins and the group's together."""
        fleet, own = faded(self.fleet, at, self.tuning), faded(self.groups.get(group, NOTHING), at, self.tuning)
        return fleet[0] + own[0], fleet[1] + own[1]

    def read(self, known: WorkingBin, happening: Read) -> None:
        at = happening.at
        if not known.known:  # nobody knows when it was emptied: it is watched from here on
            known.emptied_at, known.left = at, happening.level
        kept = []
        for promise in known.promises:
            if at >= promise.due_at:
                self.surprise(known, promise, at, happening.level)
            else:
                kept.append(promise)
        known.read_at, known.level, known.full, known.known = at, happening.level, happening.full, True
        known.promises = kept
        self.promise(known)
        self.as_of = at

    def promise(self, known: WorkingBin) -> None:
        """A promise for each time ahead for which none is waiting; a bin that is full has nowhere to go."""
        waiting = {promise.after_h for promise in known.promises}
        if len(waiting) == len(PROMISED_H) or known.full:
            return
        amplitude, (drift, season) = self.amplitude(known), self.drift(known.group, known.read_at)
        known.promises += [
            WorkingPromise(
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

    def pace(self, known: WorkingBin, at: int, amplitude: float) -> float:
        """Points that a bin of an amplitude is to fill by in a common day, with what bins did of late."""
        return amplitude * (1 + sum(self.drift(known.group, at)))

    def grown(self, known: WorkingBin, effort: float, pace: float) -> float:
        """Points expected since the last reading, `effort` common days after the emptying."""
        return pace * (effort - self.growths[known.group].effort(known.emptied_at, known.read_at))

    def fair(self, seen: float, at: int) -> float:
        """Points in a common day without what all bins did of late."""
        return seen / (1 + sum(faded(self.fleet, at, self.tuning)))

    def seen(self, known: WorkingBin, happening: Seen) -> None:
        """What a crew found, where it contradicts what was expected; what lies within says nothing new.

        It teaches this bin alone. Crews say what is out of the ordinary, and what is said of some bins and not of
        others must not move what is everybody's.
        """
        at, growth = happening.at, self.growths[known.group]
        if not known.known:  # as of a first reading
            known.emptied_at, known.left = at, happening.least
        effort = growth.effort(known.emptied_at, at)
        expected = known.level + self.grown(known, effort, self.pace(known, at, self.amplitude(known)))
        found = min(max(expected, happening.least), happening.most)
        if found == expected and happening.least < FULL:
            return
        if found != expected and growth.day(at) - growth.day(known.emptied_at) >= LEAST_DAYS:
            _count(known, self.fair(max(found - known.left, 0.0) / effort, at), self.tuning.memory)
        known.read_at, known.level, known.full = at, min(found, FULL), happening.least >= FULL
        known.known, known.promises = True, []
        self.as_of = at

    def emptied(self, known: WorkingBin, happening: Emptied) -> None:
        at = happening.at
        if isnan(happening.before):
            known.promises = []
        else:
            self.carry(known, happening)
            self.filled(known, happening)
        known.emptied_at = known.read_at = at
        known.left = known.level = happening.after
        known.full, known.known, known.emptyings = False, True, known.emptyings + 1
        self.as_of = at

    def carry(self, known: WorkingBin, happening: Emptied) -> None:
        """Promises across an emptying: crews come to bins that fill fast, so to forget theirs would make all others
        look slow. What was taken out is added to what is found later. Growth that bends begins anew instead, and its
        promises are held against the level before the emptying.
        """
        if self.growths[known.group].exponent == 1:
            taken = happening.before - happening.after
            for one in known.promises:
                one.carried += taken
            return
        for promise in {one.made_at: one for one in known.promises if one.made_at < known.read_at}.values():
            self.surprise(known, promise, happening.at, happening.before)
        known.promises = []

    def filled(self, known: WorkingBin, happening: Emptied) -> None:
        """What an emptying tells: how far off forecasts were, what is everybody's, and how fast this bin fills."""
        at, growth = happening.at, self.growths[known.group]
        amplitude, effort = self.amplitude(known), growth.effort(known.emptied_at, at)
        pace = self.pace(known, at, amplitude)
        grown = self.grown(known, effort, pace)
        age_h = (at - known.read_at) / HOUR_S
        unit = unit_of(self.tuning, grown, age_h)
        self.tracker.learn(known.group, age_h, known.level + grown, unit, happening.before)
        if growth.day(at) - growth.day(known.emptied_at) < LEAST_DAYS or not known.known:
            return
        seen = max(happening.before - known.left, 0.0) / effort
        if happening.full:
            seen = max(seen, pace)
        self.learn(known, at, seen, amplitude)

    def learn(self, known: WorkingBin, at: int, seen: float, amplitude: float) -> None:
        tuning = self.tuning
        fair = self.fair(seen, at)
        self.shift(known.group, at, seen / amplitude - 1, 1.0)
        _count(self.fleet, fair, tuning.group_memory)
        _count(self.group(known.group), fair, tuning.group_memory)
        _count(known, fair, tuning.memory)

    def shift(self, group: str, at: int, surprise: float, worth: float) -> None:
        """Drift and season of all bins, and what is left of them the group's, after a surprise."""
        tuning, surprise = self.tuning, min(surprise, MOST_SURPRISE)
        everybodys = sum(faded(self.fleet, at, tuning))
        move(self.fleet, at, surprise, tuning.fleet_gain, worth=worth, tuning=tuning)
        move(self.group(group), at, surprise - everybodys, tuning.group_gain, worth=worth, tuning=tuning)

    def surprise(self, known: WorkingBin, promise: WorkingPromise, at: int, level: float) -> None:
        """Hold a promise against a level."""
        growth, since = self.growths[known.group], promise.made_at
        effort = growth.effort(since, at)
        if growth.exponent != 1:
            effort = growth.effort(known.emptied_at, at) - growth.effort(known.emptied_at, since)
        usual, age_h = promise.amplitude * effort, (at - since) / HOUR_S
        grown = usual * (1 + sum(faded_by(promise.drift, promise.season, age_h, self.tuning)))
        found = promise.carried + level
        cut = min(found, self.tuning.cut_at)
        self.tracker.learn(known.group, age_h, promise.level + grown, unit_of(self.tuning, grown, age_h), cut)
        if promise.after_h == SHIFTED_H and growth.exponent == 1 and usual > 0 and level < self.tuning.cut_at:
            worth = min(usual / self.tuning.running_points, 1.0)
            self.shift(known.group, at, max(found - promise.level, 0.0) / usual - 1, worth)


def _count(mean: WorkingShared | WorkingBin, fair: float, memory: float) -> None:
    """One more amplitude in a mean."""
    mean.total = mean.total * memory + fair
    mean.weight = mean.weight * memory + 1
