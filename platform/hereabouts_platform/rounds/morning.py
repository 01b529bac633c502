"""What a depot's day is decided by: forecasts, what is said of its bins, its vehicles, and the days to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np

from hereabouts_platform.bins.amounts import amounts
from hereabouts_platform.bins.duties import Due, due_before
from hereabouts_platform.bins.visits import Choice, Slot, VisitRules, choose
from hereabouts_platform.bins.weather_words import weather_words
from hereabouts_platform.planning.duty import duty_rules
from hereabouts_platform.rounds.beside_level import Told, unmet
from hereabouts_platform.rounds.council_days import group_of
from hereabouts_platform.rounds.day_work import Gathered, Ground, day_work, next_turn, span_of
from hereabouts_platform.rounds.foretelling import Foretold
from hereabouts_platform.rounds.run_day import Outing, RunDay, later_turn, look_at
from hereabouts_platform.rounds.travel import Travel
from hereabouts_platform.rules.waste_places import DepotFacts
from hereabouts_platform.store.waste_places import WastePlaces
from hereabouts_schemas.trouble import Trouble
from hereabouts_schemas.work import DutyRules, Vehicle, Window

FIRST_DAY = date(1970, 1, 1)
SILENT_H = 48.0  # as `VisitRules` has it; where nothing measures, age stands alone from the beginning


@dataclass(frozen=True, kw_only=True, slots=True)
class Morning:
    """A depot's day before it is planned.

    Attributes:
        slots: its bins, in order of their ids.
        told: what is asked for and fixed of its bins, and alarms.
        shifts: day -> when its first shift begins, of this day and a week on.
        duty: rule sets on drivers' hours, by name.
        troubles: what a person should look at of shifts and the calendar.
    """

    day: date
    depot: str
    places: WastePlaces
    slots: tuple[str, ...]
    vehicles: tuple[Vehicle, ...]
    foretold: Foretold
    told: Told
    shifts: Mapping[date, datetime]
    troubles: tuple[Trouble, ...] = ()
    duty: Mapping[str, DutyRules] = field(default_factory=duty_rules)

    @property
    def span(self) -> Window:
        """From the first shift's beginning to the last one's end."""
        return span_of(self.vehicles)

    @property
    def turn(self) -> datetime:
        """When it is the bins' turn again, if somebody goes out on each day on which crews work."""
        return next_turn(self.day, self.shifts, self.span.from_at)

    @property
    def overflow_p(self) -> int:
        """What a day of overflow is taken to cost, pence, as the depot has set it."""
        known = self.places.depots.get(self.depot)
        return DepotFacts().overflow_p if known is None else known.facts.overflow_p

    @property
    def weather(self) -> str:
        """What the weather lets expect of the day, in a sentence; empty where that is much as usual."""
        groups = {group_of(self.places.slots[one].facts) for one in self.slots}
        return weather_words(self.foretold.effects, self.foretold.air, groups, (self.day - FIRST_DAY).days)

    def look(self, travel: Travel) -> RunDay | None:
        """The look ahead, on the roads of the first vehicle; None where it reaches no bin."""
        outing = Outing(
            day=self.day,
            depot=self.depot,
            tips=sorted(self.places.tips),
            allowed=[(on - self.day).days for on in self.shifts],
            shift=self.span,
            vehicles=self.vehicles,
            matrix=travel.matrices[self.vehicles[0].vehicle_class],
            overflow_p=self.overflow_p,
        )
        return look_at(self.foretold, {one: self.places.slots[one] for one in self.slots}, outing)

    def gathered(self, run: RunDay | None = None, *, may_rest: bool = False) -> Gathered:
        """The day's work.

        Args:
            run: a look ahead: bins have until the next run that it sees, and what they are worth by it.
            may_rest: whether nobody goes out where it says so and nobody has to.
        """
        due, choices = self._until(self.turn)
        if run is None:
            return self._work(due, choices)
        if may_rest and not run.runs(choices):
            return self._work(due, run.left(choices))
        turn = later_turn(run, self.shifts, self.turn)
        if turn != self.turn:
            due, choices = self._until(turn)
        return self._work(due, run.priced(choices))

    def _work(self, due: Mapping[str, Due], choices: Sequence[Choice]) -> Gathered:
        ground = Ground(
            day=self.day,
            depot=self.depot,
            places=self.places,
            vehicles=self.vehicles,
            duty=self.duty,
            levels=levels_at(self.foretold, self.span.to_at),
            due={place: one.at for place, one in due.items()},
            fixed=self.told.fixed,
        )
        return day_work(ground, choices)

    def _until(self, turn: datetime) -> tuple[dict[str, Due], tuple[Choice, ...]]:
        """Slot -> the duty that falls due before its next turn, and what becomes of each slot until then."""
        duties = self.foretold.days.duties
        due = unmet(due_before(duties, self.slots, (self.span.from_at, turn), self.day), self.foretold, self.day)
        statutory = {place: {"statutory": one.says} for place, one in due.items()}
        said = {place: {**self.told.said.get(place, {}), **statutory.get(place, {})} for place in self.slots}
        return due, choices_of(self.places, self.foretold, self.slots, said, turn, overflow_p=self.overflow_p)


def choices_of(
    places: WastePlaces,
    foretold: Foretold,
    slots: Sequence[str],
    told: Mapping[str, Mapping[str, str]],
    turn: datetime,
    *,
    overflow_p: int,
) -> tuple[Choice, ...]:
    """What becomes of each of these bins.

    Args:
        told: what is asked for of them, by kind.
        turn: when it is the depot's turn again.
        overflow_p: what a day of overflow is taken to cost there, pence.
    """
    rows = [foretold.ahead.bins.index(place) for place in slots]
    ahead = replace(
        foretold.ahead,
        bins=tuple(slots),
        expected=foretold.ahead.expected[rows],
        unit=foretold.ahead.unit[rows],
        age_h=foretold.ahead.age_h[rows],
        overflowing=foretold.ahead.overflowing[rows],
    )
    wanted = [_slot(place, places, foretold, told.get(place, {}), overflow_p) for place in slots]
    return choose(ahead, wanted, foretold.state, int(turn.timestamp()))


def _slot(place: str, places: WastePlaces, foretold: Foretold, told: Mapping[str, str], overflow_p: int) -> Slot:
    most = places.slots[place].facts.max_days
    rules = VisitRules(silent_h=SILENT_H if place in foretold.measured else 0.0, rho_p=overflow_p)
    rules = rules if most is None else replace(rules, max_days=most)
    return Slot(
        bin=place,
        rules=rules,
        manual=told.get("manual"),
        statutory=told.get("statutory"),
        report=told.get("report"),
        alert=told.get("alert"),
    )


def levels_at(foretold: Foretold, at: datetime) -> dict[str, float]:
    """What a crew has to take of each bin at an instant, per cent of what it holds: more than 100 where it was full."""
    ahead, moment = foretold.ahead, int(at.timestamp())
    column = min(int(np.searchsorted(ahead.times, moment)), len(ahead.times) - 1)
    level = dict(zip(ahead.bins, ahead.level(0.5)[:, column].tolist(), strict=True))
    return amounts(foretold.state, level, moment, foretold.growths)
