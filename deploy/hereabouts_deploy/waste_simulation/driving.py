"""A day's rounds as they really went: true travel times, full vehicles, the end of the shift."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hereabouts_deploy.waste_simulation.parameters import (
    BREAK_AFTER_S,
    BREAK_S,
    LEAVE_H,
    RUSH,
    SIDE_WASTE_S_PER_L,
)
from hereabouts_deploy.waste_simulation.policy import TIP, Found, Outcome, Round, Ticket
from hereabouts_deploy.waste_simulation.town import Town
from hereabouts_schemas.errors import InputError

LitresAt = Callable[[int, int], float]
NOT_FULL = 0.25


@dataclass(kw_only=True, slots=True)
class Driven:
    """What one day's rounds came to; seconds since the first midnight."""

    metres: int = 0
    seconds: int = 0
    vehicles: int = 0
    tips: int = 0
    forced_tips: int = 0
    unserved: int = 0
    over_shift: int = 0
    litres: float = 0.0
    fills: list[float] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)


def check(town: Town, rounds: Sequence[Round]) -> None:
    """Refuse rounds that cannot be meant.

    Raises:
        InputError: a vehicle or bin that is not there or comes twice.
    """
    seen = [one.vehicle for one in rounds]
    if len(set(seen)) < len(seen) or not set(seen) <= set(range(len(town.vehicles))):
        raise InputError("rounds", str(seen), f"Vehicles are 0 to {len(town.vehicles) - 1}, each at most once a day.")
    stops = [stop for one in rounds for stop in one.stops if stop != TIP]
    if len(set(stops)) < len(stops) or not set(stops) <= set(range(town.bins)):
        raise InputError("rounds", "stops", f"Bins are 0 to {town.bins - 1}, each at most once a day.")
    waits = [one.wait_s for one in rounds if not 0 <= one.wait_s <= town.vehicles[one.vehicle].shift_s]
    if waits:
        raise InputError("wait_s", waits[0], "A vehicle leaves between the beginning and the end of its shift.")


def drive(town: Town, rounds: Sequence[Round], day: int, traffic: float, litres_at: LitresAt) -> Driven:
    """Drive the day's rounds, one vehicle after the other on paper, all at once in town."""
    check(town, rounds)
    driven = Driven()
    for one in rounds:
        if one.stops:
            _Shift(town, one, driven, day=day, traffic=traffic, litres_at=litres_at).work(one.stops)
    return driven


class _Shift:
    """One vehicle's day."""

    def __init__(
        self, town: Town, asked: Round, driven: Driven, *, day: int, traffic: float, litres_at: LitresAt
    ) -> None:
        self.town, self.number, self.vehicle = town, asked.vehicle, town.vehicles[asked.vehicle]
        self.traffic, self.litres_at, self.driven = traffic, litres_at, driven
        self.midnight = day * 86_400
        opens = self.midnight + LEAVE_H * 3600
        self.start = self.now = opens + asked.wait_s
        self.home_by = opens + self.vehicle.shift_s
        self.here = town.depot
        self.litres = self.kilograms = 0.0
        self.rested = False

    def work(self, stops: Sequence[int]) -> None:
        """Serve stops while the shift lasts; what is left is counted."""
        self.driven.vehicles += 1
        for index, stop in enumerate(stops):
            if stop == TIP:
                self.tip()
            elif not self.serve(stop):
                self.driven.unserved += sum(one != TIP for one in stops[index:])
                self.driven.over_shift += 1
                break
        if self.here not in {self.town.tip, self.town.depot}:
            self.tip()
        self.go(self.town.depot)
        self.driven.seconds += self.now - self.start

    def serve(self, stop: int) -> bool:
        """Empty a bin, tipping first where it does not fit; False where the shift would be too short."""
        if not self.in_time(stop):
            return False
        self.go(stop)
        litres = self.litres_at(stop, self.now)
        heavy = self.kilograms + litres * self.town.kg_per_l[stop] > self.vehicle.kilograms
        if self.litres > 0 and (heavy or self.litres + litres > self.vehicle.litres):
            self.driven.forced_tips += 1
            self.tip()
            if not self.in_time(stop):
                return False
            self.go(stop)
            litres = self.litres_at(stop, self.now)
        self.empty(stop, litres)
        return True

    def empty(self, stop: int, litres: float) -> None:
        """Take all that is in and beside a bin; it counts as empty from the moment the crew is there."""
        fill = litres / float(self.town.capacity_l[stop])
        found = Found.OVERFLOWING if fill >= 1 else Found.NOT_FULL if fill < NOT_FULL else Found.EMPTIED
        self.driven.outcomes.append(Outcome(bin=stop, at_s=self.now, found=found))
        self.driven.fills.append(fill)
        self.driven.litres += litres
        self.litres += litres
        self.kilograms += litres * float(self.town.kg_per_l[stop])
        beside = max(litres - float(self.town.capacity_l[stop]), 0.0)
        self.now += int(self.town.service_s[stop]) + round(SIDE_WASTE_S_PER_L * beside)
        self.rest()

    def rest(self) -> None:
        """The break, once the crew has been out for long enough."""
        if not self.rested and self.now - self.start >= BREAK_AFTER_S:
            self.rested = True
            self.now += BREAK_S

    def tip(self) -> None:
        """Drive to the tip and unload."""
        self.go(self.town.tip)
        self.driven.tips += 1
        self.now += self.town.turnround_s
        self.driven.tickets.append(Ticket(vehicle=self.number, at_s=self.now, kilograms=round(self.kilograms)))
        self.litres = self.kilograms = 0.0
        self.rest()

    def go(self, there: int) -> None:
        """Drive a leg."""
        self.driven.metres += int(self.town.metres[self.here, there])
        self.now += self.takes(self.here, there, self.now)
        self.here = there

    def takes(self, here: int, there: int, at: int) -> int:
        """Whole seconds of a leg begun at a time."""
        rush = RUSH.get((at - self.midnight) // 3600, 1.0)
        return round(float(self.town.seconds[here, there]) * self.traffic * rush)

    def in_time(self, stop: int) -> bool:
        """Whether a stop, the tip and the way home still fit in the shift, by what the crew reckons now."""
        town, out = self.town, self.now - self.start
        legs = ((self.here, stop), (stop, town.tip), (town.tip, town.depot))
        needed = sum(self.takes(here, there, self.now) for here, there in legs)
        needed += int(town.service_s[stop]) + town.turnround_s
        if not self.rested and out + needed >= BREAK_AFTER_S:
            needed += BREAK_S
        return self.now + needed <= self.home_by
