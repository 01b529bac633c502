"""What a morning's readings and crews' words teach our forecasts."""

from dataclasses import replace
from math import isnan

import numpy as np

from hereabouts_deploy.waste_policy.calendar import DAY_S, ZERO_S, air_on, groups_of, growths_of, kind_of
from hereabouts_deploy.waste_simulation.policy import Found, Morning
from hereabouts_deploy.waste_simulation.streets import Floats
from hereabouts_platform.bins.advance import Emptied, Happening, Read, advance
from hereabouts_platform.bins.emptyings import Said
from hereabouts_platform.bins.growth import Habit
from hereabouts_platform.bins.heard import sight
from hereabouts_platform.bins.level import Levels, from_fill_level, shown
from hereabouts_platform.bins.profile import Rises, profile_of, rises_of, with_profile
from hereabouts_platform.bins.state import BinState, Shared, State
from hereabouts_platform.bins.visits import VisitRules
from hereabouts_platform.bins.weather import Effect, weathered
from hereabouts_platform.bins.weather_learnt import Sums, effects_of, seen_of, sums_of

#: Readings are looked at again so far back, to judge new ones by; one in so many seconds is learnt from.
CONTEXT_H, EVERY_S = 36, 6 * 3600
#: Emptyings that what the depot knows of a bin counts for; weekdays and hours are learnt anew after so many days.
KNOWN_WEIGHT, RELEARN_DAYS = 3.0, 28
#: A last reading that lies so many points below the one before waits for the next.
UNSETTLED = 25.0
#: A level says what a crew finds so much later at the most: these sensors speak every four hours at the least.
SHOWN_WITHIN_S = 12 * 3600
HOUR_S = 3600


class Memory:
    """The forecasts of one simulated year, moved on each morning."""

    def __init__(self, morning: Morning, usual_percent: Floats) -> None:
        self.groups = groups_of(morning.town, morning.days)
        self.ids = tuple(str(one) for one in range(morning.town.bins))
        self._habits: dict[str, Habit] = {}
        self._usual = growths_of(morning.town, morning.days, self.groups, self._habits)
        self._effects: dict[str, Effect] = {}
        self.growths = self._usual
        self._emptied: list[list[int]] = [[] for _ in self.ids]
        self._rises: dict[str, list[Rises]] = {}
        self._told = self._hours = 0
        self._learnt = -RELEARN_DAYS
        self.state = State(
            bins={
                name: BinState(
                    group=group,
                    emptied_at=ZERO_S,
                    read_at=ZERO_S,
                    total=float(percent) * KNOWN_WEIGHT,
                    weight=KNOWN_WEIGHT,
                )
                for name, group, percent in zip(self.ids, self.groups, usual_percent, strict=True)
            },
            groups={one: Shared() for one in self.groups},
            as_of=ZERO_S,
        )

    def take_in(self, morning: Morning) -> None:
        """Learn what came since the last morning."""
        new = morning.outcomes[self._told :]
        self._told = len(morning.outcomes)
        words = {(one.bin, ZERO_S + one.at_s): one.found for one in new}
        emptied: list[list[int]] = [[] for _ in self.ids]
        for one in new:
            emptied[one.bin].append(ZERO_S + one.at_s)
        happenings: list[Happening] = []
        for number, name in enumerate(self.ids):
            self._emptied[number] += emptied[number]
            levels = self._levels(morning, number)
            self._keep_rises(number, levels)
            happenings += self._reads(name, number, levels)
            for at in emptied[number]:
                happenings += _emptying(name, at, levels, words[number, at])
        self._hours = len(morning.percent)
        if morning.today - self._learnt >= RELEARN_DAYS:
            self._learn_habits(morning)
        self.growths = weathered(self._usual, self._effects, air_on(morning))
        self.state = advance(self.state, happenings, self.growths).state
        self.state = replace(self.state, as_of=max(self.state.as_of, ZERO_S + morning.now_s - HOUR_S))

    def left_too_long(self, at: int) -> list[int]:
        """Bins that the product would never leave until `at` (seconds since 1970 UTC), however empty."""
        most_s = VisitRules().max_days * DAY_S
        return [k for k, name in enumerate(self.ids) if at - self.state.bins[name].emptied_at > most_s]

    def _levels(self, morning: Morning, number: int) -> Levels:
        first = max(self._hours - CONTEXT_H, 0)
        percent = morning.percent[first:, number]
        there = np.flatnonzero(~np.isnan(percent))
        times = ZERO_S + (first + there) * HOUR_S + int(morning.second[number])
        return from_fill_level(times.astype(np.int64), percent[there])

    def _reads(self, name: str, number: int, levels: Levels) -> list[Happening]:
        """New readings: the last in each span of some hours, and the newest."""
        at = np.flatnonzero(levels.believed)
        times, percent = levels.times[at], levels.percent[at]
        turns = np.searchsorted(np.array(self._emptied[number], np.int64), times)
        if len(at) > 1 and percent[-2] - percent[-1] > UNSETTLED and turns[-1] == turns[-2]:
            at, times = at[:-1], times[:-1]
        kept = {int(moment // EVERY_S): k for k, moment in zip(at, times, strict=True)}
        since = self.state.as_of
        return [
            Read(bin=name, at=int(levels.times[k]), level=float(levels.percent[k]), full=bool(levels.full[k]))
            for k in kept.values()
            if levels.times[k] > since
        ]

    def _keep_rises(self, number: int, levels: Levels) -> None:
        new = levels.believed & (levels.times > ZERO_S + (self._hours - 5) * HOUR_S)
        emptied = np.array(self._emptied[number], np.int64)
        if new.any():
            found = rises_of(levels.times[new], levels.percent[new], emptied)
            self._rises.setdefault(self.groups[number], []).append(found)

    def _learn_habits(self, morning: Morning) -> None:
        """Weekdays and hours of each group, of all its rises."""
        self._habits = {group: with_profile(Habit(), profile_of(rises)) for group, rises in self._rises.items()}
        everybody = [one for rises in self._rises.values() for one in rises]
        self._habits[""] = with_profile(Habit(), profile_of(everybody))
        self._usual = growths_of(morning.town, morning.days, self.groups, self._habits)
        self._effects = self._learn_weather(morning)
        self._learnt = morning.today

    def _learn_weather(self, morning: Morning) -> dict[str, Effect]:
        """What it does to each group: what it does to all of its kind of spot, near to something or not."""
        air, kinds = air_on(morning), dict[str, Sums]()
        for group, rises in self._rises.items():
            kind = kind_of(group)
            kinds[kind] = sums_of(seen_of(rises, self._usual[group]), air).and_kept(kinds.get(kind, Sums()))
        found = effects_of(kinds)
        return {group: found[kind_of(group)] for group in self._rises}


def _emptying(name: str, at: int, levels: Levels, word: Found) -> list[Happening]:
    """A crew's word, with the level last read before, else with what the crew saw."""
    before, full = shown(levels, at, since=at - SHOWN_WITHIN_S)
    emptied = Emptied(bin=name, at=at, before=before, full=full)
    if isnan(before) and word is not Found.EMPTIED:
        return [sight(name, at, Said(word)), emptied]
    return [emptied]
