"""The ways to forecast that are compared: from one rate for all bins to the whole forecast, a step at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf

import numpy as np

from hereabouts_deploy.forecast_evaluation.collections import Collection
from hereabouts_deploy.forecast_evaluation.trial import HOUR_S, Foretold, Way, foretell
from hereabouts_platform.bins.calendar import Calendar, hours_of
from hereabouts_platform.bins.growth import Habit
from hereabouts_platform.bins.habits import best_exponent, learnt_habit
from hereabouts_platform.bins.tuning import TUNING

#: Edinburgh's: bank holidays of Scotland, and the schools' summer of 2016 as the council set it.
CALENDAR = Calendar(nation="SCT", school_holidays=((date(2016, 7, 1), date(2016, 8, 16)),))
TUNING_DAYS = 14
DAY_S = 86_400

_NOT_SPREAD = replace(TUNING, learn_spread=0.0, learn_full=0.0)
_ALL_ALIKE = replace(
    _NOT_SPREAD,
    memory=1.0,
    group_memory=1.0,
    group_weight=1e9,
    fleet_weight=1e9,
    season_gain=0.0,
    fleet_gain=0.0,
    group_gain=0.0,
)
_EACH = replace(_ALL_ALIKE, group_weight=0.05, fleet_weight=TUNING.fleet_weight)
_FORGETTING = replace(_EACH, memory=TUNING.memory, group_memory=TUNING.group_memory)
_SHRUNK = replace(_FORGETTING, group_weight=TUNING.group_weight)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Collections before and after an instant (seconds since 1970 UTC); numbers are chosen on the two weeks before."""

    collections: Sequence[Collection]
    test_from: int

    @property
    def tune_from(self) -> int:
        """The beginning of those two weeks."""
        return self.test_from - TUNING_DAYS * DAY_S

    def before(self, at: int) -> list[Collection]:
        """Those before an instant."""
        return [one for one in self.collections if one.at < at]

    def tuning(self, foretold: Foretold) -> Foretold:
        """What was foretold of the two weeks."""
        return foretold.of((foretold.at >= self.tune_from) & (foretold.at < self.test_from))

    def test(self, foretold: Foretold) -> Foretold:
        """What was foretold of the rest."""
        return foretold.of(foretold.at >= self.test_from)


def ways(split: Split) -> Iterator[Way]:
    """The ways, each made when it is asked for; what is chosen is chosen without the test."""
    yield Way(name="one rate for all bins", tuning=_ALL_ALIKE)
    yield Way(name="a rate for each bin", tuning=_EACH)
    yield Way(name="+ forgets (EWMA)", tuning=_FORGETTING)
    week = _learnt(split, Way(name="", tuning=_FORGETTING), holidays=False)
    yield Way(name="+ weekdays and times of day", tuning=_FORGETTING, habit=week)
    yield Way(name="+ drawn to its street", tuning=_SHRUNK, habit=week)
    both = _learnt(split, Way(name="", tuning=_SHRUNK), holidays=True)
    yield Way(name="+ bank and school holidays", tuning=_SHRUNK, habit=both)
    bent = _bent(split)
    yield Way(name="+ growth that bends", tuning=_SHRUNK, habit=bent)
    yield Way(name="+ drift of the last hours and weeks", tuning=_NOT_SPREAD, habit=bent)
    whole = Way(name="+ spread as it is learnt (conformal): the forecast", tuning=TUNING, habit=bent)
    yield whole
    yield replace(whole, name="the forecast, news of other bins a day old", news_h=24)
    yield replace(whole, name="the forecast, 100 taken for a level", tuning=replace(TUNING, cut_at=inf, learn_full=0))


#: How many ways there are.
COUNT = 11


def _error(split: Split) -> Callable[[Way], float]:
    known = split.before(split.test_from)

    def error(way: Way) -> float:
        foretold = split.tuning(foretell(known, way, CALENDAR))
        return float(np.abs(foretold.found - foretold.p50).mean())

    return error


def _bent(split: Split) -> Habit:
    """The bend that forecast the two weeks best, with week and holidays where they made it better still."""
    error = _error(split)
    flat = best_exponent(lambda habit: error(Way(name="", tuning=TUNING, habit=habit)), Habit())
    way = Way(name="", tuning=TUNING, habit=flat)
    tried = [flat, *(_learnt(split, way, holidays=holidays) for holidays in (False, True))]
    return min(tried, key=lambda habit: error(replace(way, habit=habit)))


def _learnt(split: Split, way: Way, *, holidays: bool) -> Habit:
    """A habit's factors by what surprised it before the two weeks."""
    known = split.before(split.tune_from)
    foretold = foretell(known, way, CALENDAR)
    sure = foretold.of((foretold.found < 100) & (foretold.expected > 0))
    first = known[0].at // HOUR_S
    hours = hours_of(CALENDAR, first, known[-1].at // HOUR_S - first + 2)
    surprise = np.clip(sure.found / sure.expected - 1, -1.0, 1.0)
    return learnt_habit(way.habit, hours, sure.since, sure.at, surprise, holidays=holidays)
