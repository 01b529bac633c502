"""Whether somebody goes out on a day, what each bin is worth then, and how that is said.

The look ahead of `collection/` counts in what a round costs, pence: its metres and hours, work at the bins and a
vehicle's day among it. So a bin's worth is its prize.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from hereabouts_platform.bins.level import Floats
from hereabouts_platform.bins.visit_words import Facts, left_words
from hereabouts_platform.bins.visits import Choice, Decision, VisitRules
from hereabouts_platform.collection.outlook import AHEAD, DAY_LEFT_S, outlook
from hereabouts_platform.collection.run_days import Look, look_ahead
from hereabouts_platform.collection.streets import Streets
from hereabouts_platform.collection.tour import tour_of
from hereabouts_platform.collection.words import bin_words, day_name, day_words
from hereabouts_platform.roads.matrix import UNREACHABLE, Matrix
from hereabouts_platform.rounds.foretelling import Foretold
from hereabouts_platform.rules.waste_places import SlotFacts
from hereabouts_platform.store.waste_places import WastePlace
from hereabouts_schemas.work import Reason, ReasonKind, Vehicle, Window

DAY_S = 86_400
RULES = VisitRules()
CANNOT = "Nobody goes out today, though some bins have to be visited: beside each it says why it cannot be."
NO_WORTH = "No run today: on the roads, no bin is worth the way yet."
#: What sends somebody out on any day. A full bin does not: what it costs to wait is weighed.
OBLIGES = (ReasonKind.MANUAL, ReasonKind.STATUTORY, ReasonKind.REPORT, ReasonKind.ALERT, ReasonKind.AGE)

Slots = Mapping[str, WastePlace[SlotFacts]]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RunDay:
    """A look ahead from a day.

    Attributes:
        now: when it is made, seconds since 1970 UTC.
        bins: those that it is of: all that the vehicles can reach; detour: to each from a round near by, pence.
    """

    day: date
    now: int
    look: Look
    bins: tuple[str, ...]
    detour: Floats

    @property
    def next_run(self) -> int | None:
        """Days until the run after today's; None where none lies within the days looked at."""
        later = [one for one in self.look.plan if one > 0]
        return later[0] if later else None

    def runs(self, choices: Sequence[Choice]) -> bool:
        """Whether somebody goes out: it is worth it, or somebody has to."""
        return self.look.run or bool(obliged(choices))

    def priced(self, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        """What may wait, with its worth today as its prize, and why it comes along."""
        place = {one: k for k, one in enumerate(self.bins)}
        return tuple(self._priced(one, place[one.bin]) if one.bin in place else one for one in choices)

    def _priced(self, choice: Choice, k: int) -> Choice:
        prize = round(float(self.look.worth[k]))
        if choice.decision is Decision.MUST:
            return choice
        if prize < RULES.least_prize_p:
            return replace(choice, decision=Decision.LEAVE, prize_p=0, reason=self._can_wait(choice))
        reason = choice.reason
        if reason.kind is ReasonKind.FULLNESS and self.look.harm[k] < self.detour[k]:
            words = bin_words(self.look, k, choice.level, float(self.detour[k]), self.day)
            reason = Reason(kind=ReasonKind.FULLNESS, says=words)
        return replace(choice, decision=Decision.MAY, prize_p=prize, reason=reason)

    def passed_by(self, choices: Mapping[str, Choice], going: Sequence[str]) -> dict[str, Choice]:
        """With words of what waits for bins that were worth something and are on no round: none of them comes along."""
        return {
            name: replace(one, reason=self._can_wait(one))
            if one.decision is Decision.MAY and one.reason.kind is ReasonKind.FULLNESS and name not in going
            else one
            for name, one in choices.items()
        }

    def _can_wait(self, choice: Choice) -> Reason:
        full = choice.overflow_p50_at
        facts = Facts(
            now=self.now,
            level=choice.level,
            full=False,
            limit=RULES.limit,
            surely_over_at=None,
            likely_over_at=None,
            full_p50_at=None if full is None else int(full.timestamp()),
            full_p90_at=None,
        )
        return Reason(kind=ReasonKind.FULLNESS, says=left_words(facts))

    def left(self, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        """Every bin left, of a day without a run."""
        then = "later" if self.next_run is None else day_name(self.next_run, self.day)
        return tuple(
            one
            if one.decision is Decision.LEAVE
            else replace(
                one,
                decision=Decision.LEAVE,
                prize_p=0,
                reason=Reason(kind=one.reason.kind, says=f"{one.reason.says} No run today: the next one is {then}."),
            )
            for one in choices
        )

    def says(self, choices: Sequence[Choice], going: Sequence[str]) -> str:
        """Why there is a run today, or none; `going` are the bins on its rounds."""
        if not going and any(one.decision is Decision.MUST for one in choices):
            return CANNOT
        if not going:
            return NO_WORTH if self.look.run else day_words(self.look, self.day)
        if self.look.run:
            return day_words(replace(self.look, chosen=np.isin(self.bins, list(going))), self.day)
        must = obliged(choices)
        if not must:
            return f"{day_words(self.look, self.day)} Somebody asked for rounds all the same."
        first = f"{must[0].bin}: {must[0].reason.says}"
        if len(must) == 1:
            return f"A run today, as one bin has to be visited whatever is in it. {first}"
        return f"A run today, as {len(must)} bins have to be visited whatever is in them, such as {first}"


def obliged(choices: Sequence[Choice]) -> list[Choice]:
    """The bins that send somebody out on any day."""
    return [one for one in choices if one.decision is Decision.MUST and one.reason.kind in OBLIGES]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outing:
    """What rounds of a depot's day would be made with.

    Attributes:
        allowed: days from it, 0 on, on which crews work.
        shift: from the first shift's beginning to the last one's end.
        matrix: of the first vehicle's class, with all bins in it.
        overflow_p: what a day of overflow is taken to cost, pence.
    """

    day: date
    depot: str
    tips: Sequence[str]
    allowed: Sequence[int]
    shift: Window
    vehicles: Sequence[Vehicle]
    matrix: Matrix
    overflow_p: int


def look_at(foretold: Foretold, slots: Slots, outing: Outing) -> RunDay | None:
    """The look ahead from a day for the bins of its depot; None where no bin can be reached."""
    reached = streets_of(outing, slots)
    if reached is None:
        return None
    bins, streets = reached.bins, reached.cost
    comes = comes_at(outing.shift) + DAY_S * np.arange(AHEAD)
    ahead = outlook(foretold.state, bins, foretold.growths, (comes, comes + DAY_LEFT_S))
    look = look_ahead(ahead, streets, outing.overflow_p, outing.allowed)
    return RunDay(day=outing.day, now=int(foretold.ahead.times[0]), look=look, bins=bins, detour=streets.detour())


def comes_at(shift: Window) -> int:
    """When a crew comes to a bin, on the whole: in the middle of the shifts; seconds since 1970 UTC."""
    return int(shift.from_at.timestamp() + shift.to_at.timestamp()) // 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reached:
    """The bins that the first vehicle can reach, and their streets, in pence (`cost`) and in `km`."""

    bins: tuple[str, ...]
    cost: Streets
    km: Streets


def streets_of(outing: Outing, slots: Slots) -> Reached | None:
    """The bins that can be reached on their streets, the depot and the tip nearest to it last; None: none can be."""
    matrix, vehicle = outing.matrix, outing.vehicles[0]
    place = {one: k for k, one in enumerate(matrix.ids)}
    home = place[outing.depot]
    there = (matrix.metres[home] != UNREACHABLE) & (matrix.metres[:, home] != UNREACHABLE)
    bins = [one for one in sorted(slots) if one in place and there[place[one]]]
    if not bins:
        return None
    pence = matrix.metres / 1000 * vehicle.per_km_p + matrix.seconds / 3600 * vehicle.per_hour_p
    tip = min((place[one] for one in outing.tips if there[place[one]]), key=lambda one: pence[home, one], default=home)
    rows = np.array([*(place[one] for one in bins), home, tip])
    cost, km = (
        np.where(matrix.metres == UNREACHABLE, one[:, [home]] + one[[home], :], one)[np.ix_(rows, rows)]
        for one in (pence, matrix.metres / 1000)
    )
    service = np.array([*(slots[one].facts.service_s for one in bins), 0, 0]) / 3600 * vehicle.per_hour_p
    cost = cost + service[np.newaxis, :]
    cost[-2, :-2] += vehicle.fixed_p
    np.fill_diagonal(cost, 0.0)
    streets = Streets(
        km=cost,
        tour=tour_of(cost[:-1, :-1]),
        kg_percent=np.array([_share(slots[one].facts, outing.vehicles) for one in bins]),
        load_kg=1.0,
    )
    return Reached(bins=tuple(bins), cost=streets, km=replace(streets, km=km))


def _share(facts: SlotFacts, vehicles: Sequence[Vehicle]) -> float:
    """What a per cent of a bin takes of a vehicle, by litres or by weight, whichever is full first."""
    litres, kg = (
        max(sum(getattr(part, of) for part in one.compartments) for one in vehicles) for of in ("litres", "kg")
    )
    in_it = (facts.capacity_l or 0) / 100
    return max(in_it / litres, in_it * facts.kg_per_l / kg) if litres and kg else 0.0


def later_turn(run: RunDay, shifts: Mapping[date, datetime], turn: datetime) -> datetime:
    """When it is the bins' turn again, if the days to come go as they look now."""
    then = [at for on, at in sorted(shifts.items()) if run.next_run is not None and (on - run.day).days >= run.next_run]
    return then[0] if then else turn
