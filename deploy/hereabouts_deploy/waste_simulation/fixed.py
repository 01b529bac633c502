"""Fixed rounds: the same bins on the same days all year, by routes that were made once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.waste_simulation.parameters import HABITS
from hereabouts_deploy.waste_simulation.policy import TIP, Morning, Round
from hereabouts_deploy.waste_simulation.route_book import RouteBook
from hereabouts_deploy.waste_simulation.streets import Floats
from hereabouts_deploy.waste_simulation.town import Town

#: Loads are planned for a day busier than the usual one.
MARGIN = 1.15
WEEK = 7
EVERY_DAY = tuple(range(WEEK))
#: Monday, Wednesday, Friday and Saturday.
FOUR_DAYS = (0, 2, 4, 5)
#: Weekdays of one to four visits a week, Monday 0, in the order in which they are tried. All lie within the last.
PATTERNS = (((0,), (2,), (4,), (5,)), ((0, 4), (2, 5)), ((0, 2, 4),), (FOUR_DAYS,))


@dataclass(frozen=True, kw_only=True, slots=True)
class Depot:
    """What a policy is made with: the town, what a depot knows that bins bring on a usual day (litres), good routes."""

    town: Town
    usual_l: Floats
    book: RouteBook

    def expected(self) -> Floats:
        """Litres of a usual day, [weekday, bin], Monday first."""
        weekdays: Floats = np.array([HABITS[one].weekdays for one in self.town.group]).T
        return np.asarray(self.usual_l * weekdays)

    def tour(self) -> list[int]:
        """All bins in the order of the daily round: neighbours on the road stand next to each other."""
        day = DaySet.of(self, range(self.town.bins), np.ones(self.town.bins))
        rounds = self.book.rounds(self.town, day.bins, day.litres)
        return [stop for one in rounds for stop in one.stops if stop != TIP]

    def parts(self, count: int) -> list[list[int]]:
        """The bins cut along the tour into parts of about as many litres."""
        tour = self.tour()
        share = np.cumsum(self.usual_l[tour])
        part = np.minimum((share / share[-1] * count - 1e-9).astype(int), count - 1)
        return [[one for one, where in zip(tour, part, strict=True) if where == k] for k in range(count)]


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySet:
    """The bins of one day of the cycle and the litres that their routes are planned for."""

    bins: tuple[int, ...]
    litres: tuple[float, ...]

    @classmethod
    def of(cls, depot: Depot, bins: Sequence[int], days: Floats) -> "DaySet":
        """Bins that are emptied after so many usual days, `days` [bin of the town]."""
        chosen = sorted(bins)
        litres = depot.usual_l[chosen] * days[chosen] * MARGIN
        return cls(bins=tuple(chosen), litres=tuple(round(float(one), 1) for one in litres))


class FixedRounds:
    """A cycle of days, the first of which is a Monday where it has seven."""

    def __init__(self, depot: Depot, cycle: Sequence[DaySet]) -> None:
        self._depot = depot
        self.cycle = tuple(cycle)

    def plan(self, morning: Morning) -> Sequence[Round]:
        """The rounds of the day of the cycle."""
        today = morning.days[morning.today].date.toordinal() - 1
        one = self.cycle[today % len(self.cycle)]
        return self._depot.book.rounds(self._depot.town, one.bins, one.litres) if one.bins else ()


def all_every(depot: Depot, every: int) -> FixedRounds:
    """All bins on every so many-th day, none between."""
    days = np.full(depot.town.bins, float(every))
    nothing = DaySet(bins=(), litres=())
    return FixedRounds(depot, [DaySet.of(depot, range(depot.town.bins), days), *[nothing] * (every - 1)])


def parts_every(depot: Depot, every: int) -> FixedRounds:
    """One part of the town a day in turns, so that every bin has its turn on every so many-th day."""
    days = np.full(depot.town.bins, float(every))
    return FixedRounds(depot, [DaySet.of(depot, part, days) for part in depot.parts(every)])


def alternate_classes(depot: Depot, percent: float) -> FixedRounds:
    """A round every second day: bins that would be fuller than `percent` after four days each time, others in turns."""
    one, other = depot.parts(2)
    quiet = depot.usual_l * 4 <= depot.town.capacity_l * percent / 100
    days = np.where(quiet, 4.0, 2.0)
    nothing = DaySet(bins=(), litres=())
    turns = [[k for k in range(depot.town.bins) if not quiet[k] or k in set(part)] for part in (one, other)]
    return FixedRounds(depot, [DaySet.of(depot, turns[0], days), nothing, DaySet.of(depot, turns[1], days), nothing])


def weekly_classes(depot: Depot, percent: float, at_most: Sequence[int] = EVERY_DAY) -> FixedRounds:
    """A week's plan: each bin as seldom as keeps it below `percent` before every visit of a usual week, and the others
    on the days of `at_most`.

    Days are chosen so that who comes seldom comes when others do, and neighbours come on the same days: that is how a
    good depot manager draws up the year's rounds.
    """
    expected, capacity = depot.expected(), depot.town.capacity_l
    days_of: dict[int, tuple[int, ...]] = {}
    for turn, part in enumerate(depot.parts(4)):
        for one in part:
            days_of[one] = _pattern(expected[:, one] / float(capacity[one]) * 100, percent, turn) or tuple(at_most)
    days = np.array([WEEK / len(days_of[one]) for one in range(depot.town.bins)])
    return FixedRounds(
        depot, [DaySet.of(depot, [one for one in days_of if day in days_of[one]], days) for day in range(WEEK)]
    )


def _pattern(percent_of_day: Floats, limit: float, turn: int) -> tuple[int, ...]:
    """The weekdays on which a bin is emptied: the fewest that do, the part of town's own where there is a choice.

    None where four visits are too few.
    """
    for choices in PATTERNS:
        for shift in range(len(choices)):
            days = choices[(turn + shift) % len(choices)]
            if _fullest(percent_of_day, days) <= limit:
                return days
    return ()


def _fullest(percent_of_day: Floats, days: Sequence[int]) -> float:
    """How full a bin is at most when the crew comes on these weekdays."""
    gaps = zip(days, [*days[1:], days[0] + WEEK], strict=True)
    return max(float(sum(percent_of_day[day % WEEK] for day in range(*gap))) for gap in gaps)
