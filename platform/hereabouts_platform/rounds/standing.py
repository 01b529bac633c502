"""Where forecasts stand in the store: all that was settled up to a turn of the day, from which every run goes on.

The state is moved on for good a day at a time and a day behind, so that readings up to a day late and words of crews
are taken in at their place. What is later still makes everything anew from the beginning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hereabouts_platform.bins.learnt import Learnt
from hereabouts_platform.bins.profile import Profile
from hereabouts_platform.bins.slot import SlotZero
from hereabouts_platform.bins.spread import Spread
from hereabouts_platform.bins.state import BinState, Shared, State
from hereabouts_platform.bins.weather_learnt import Learning, Sums
from hereabouts_platform.store.bin_readings import Since
from hereabouts_platform.store.bin_state import bin_states, group_states
from hereabouts_platform.store.connection import Connection

ALL = "all"
_GROUP, _HABIT, _WEATHER = "group ", "habit ", "weather "
_DIGITS = 3  # of points and hours, as they are kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Common:
    """What all bins share. `settled`: up to when, seconds since 1970 UTC; `since`: what was read by then."""

    fleet: Shared
    spread: Spread
    as_of: int
    settled: int
    since: Since


@dataclass(frozen=True, kw_only=True, slots=True)
class OneBin:
    """What is kept of one bin."""

    bin: BinState
    zero: SlotZero


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """All bins as they stood at `settled` (seconds since 1970 UTC; None: nothing was ever settled).

    `learnt` is what readings taught of each group's weekdays and hours, `weather` of what the weather does to it.
    """

    settled: int | None
    since: Since
    state: State = field(default_factory=State)
    zeros: Mapping[str, SlotZero] = field(default_factory=dict)
    learnt: Mapping[str, Learnt] = field(default_factory=dict)
    weather: Mapping[str, Learning] = field(default_factory=dict)


def read_standing(connection: Connection) -> Standing:
    """As it is in the store."""
    groups, bins = group_states(connection), bin_states(connection)
    if ALL not in groups:
        return Standing(settled=None, since=Since(below="0", at=0))
    common = msgspec.convert(groups[ALL], Common)
    known = {place: msgspec.convert(state, OneBin) for place, state in bins.items()}
    state = State(
        bins={place: one.bin for place, one in known.items()},
        groups={
            name.removeprefix(_GROUP): msgspec.convert(one, Shared)
            for name, one in groups.items()
            if name.startswith(_GROUP)
        },
        fleet=common.fleet,
        spread=common.spread,
        as_of=common.as_of,
    )
    zeros = {place: one.zero for place, one in known.items()}
    learnt = {
        name.removeprefix(_HABIT): msgspec.convert(one, Learnt)
        for name, one in groups.items()
        if name.startswith(_HABIT)
    }
    weather = {
        name.removeprefix(_WEATHER): msgspec.convert(one, Learning)
        for name, one in groups.items()
        if name.startswith(_WEATHER)
    }
    return Standing(
        settled=common.settled, since=common.since, state=state, zeros=zeros, learnt=learnt, weather=weather
    )


def common_rows(standing: Standing, settled: int) -> dict[str, Any]:
    """What bins share, as it is kept: name -> JSON's values."""
    state = standing.state
    common = Common(fleet=state.fleet, spread=state.spread, as_of=state.as_of, settled=settled, since=standing.since)
    groups = {f"{_GROUP}{name}": msgspec.to_builtins(one) for name, one in state.groups.items()}
    habits = {f"{_HABIT}{name}": _shorter(one) for name, one in standing.learnt.items()}
    weather = {f"{_WEATHER}{name}": _of_weather(one) for name, one in standing.weather.items()}
    return {ALL: msgspec.to_builtins(common), **groups, **habits, **weather}


def _shorter(learnt: Learnt) -> Any:
    """Two numbers for each hour of a week, twice: four kilobytes a group."""
    return {
        "before": _rounded(learnt.before),
        "week": _rounded(learnt.week),
    }


def _of_weather(learning: Learning) -> Any:
    return {
        "sums": {name: round(getattr(learning.sums, name), _DIGITS) for name in Sums.__slots__},
        "week": [[day, round(points, _DIGITS), round(spent, _DIGITS)] for day, points, spent in learning.week],
    }


def _rounded(profile: Profile) -> dict[str, list[float]]:
    return {
        "points": [round(one, _DIGITS) for one in profile.points],
        "spent": [round(one, _DIGITS) for one in profile.spent],
    }


def bin_row(standing: Standing, place: str) -> Any:
    """What is kept of one bin, as JSON's values."""
    return msgspec.to_builtins(OneBin(bin=standing.state.bins[place], zero=standing.zeros.get(place, SlotZero())))
