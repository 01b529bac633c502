"""A policy through a year: it is asked each morning, its rounds are driven, and what came of them is written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.waste_simulation.days import Weather
from hereabouts_deploy.waste_simulation.demand import Year, live_year
from hereabouts_deploy.waste_simulation.driving import Driven, drive
from hereabouts_deploy.waste_simulation.ledger import DAY_S, DayEnd, Ledger
from hereabouts_deploy.waste_simulation.parameters import (
    LEAD_IN_DAYS,
    LEAVE_H,
    PLAN_H,
    YEAR_DAYS,
    Kind,
)
from hereabouts_deploy.waste_simulation.policy import Morning, Outcome, Policy, Round, Ticket
from hereabouts_deploy.waste_simulation.sensors import Sensors, fit_sensors
from hereabouts_deploy.waste_simulation.streets import Floats
from hereabouts_deploy.waste_simulation.town import Town, Usual, build_town, layout_of

HOURS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A town, a seed's year of it, and its sensors: the same for every policy."""

    town: Town
    usual: Usual
    year: Year
    sensors: Sensors


@dataclass(frozen=True, kw_only=True, slots=True)
class DayLog:
    """One day: the rounds asked for, how they went, what lay beside bins, and litres in and beside bins at midnight."""

    day: int
    rounds: tuple[Round, ...]
    driven: Driven
    end: DayEnd
    left_l: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A policy's year without the lead-in; `put_in_l` and `collected_l` of the whole span, lead-in included."""

    days: tuple[DayLog, ...]
    bins: int
    put_in_l: float
    collected_l: float


def make_world(kind: Kind, seed: int, days: int = LEAD_IN_DAYS + YEAR_DAYS) -> World:
    """The world of a seed, lead-in included."""
    town, usual = build_town(kind, layout_of(seed))
    return World(
        town=town,
        usual=usual,
        year=live_year(town, usual, seed, days),
        sensors=fit_sensors(town, seed, days),
    )


class _Run:
    """One policy's way through a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ledger = Ledger(world.year.so_far, world.town.capacity_l)
        days, bins = len(world.year.days), world.town.bins
        self.percent: Floats = np.full((days * HOURS, bins), np.nan)
        self.outcomes: list[Outcome] = []
        self.tickets: list[Ticket] = []
        never = np.full(bins, np.inf)
        self.percent[:PLAN_H] = self.read(0, PLAN_H, self.ledger.taken(), never)

    def read(self, first_hour: int, hours: int, before: Floats, emptied_s: Floats) -> Floats:
        """What sensors tell of some hours."""
        second = self.world.sensors.second
        fill = self.ledger.fill_at_hours(first_hour, hours, second, before, emptied_s)
        return self.world.sensors.readings(first_hour, fill)

    def morning(self, day: int) -> Morning:
        """What a policy may know."""
        year = self.world.year
        percent = self.percent[: day * HOURS + PLAN_H]
        percent.flags.writeable = False
        return Morning(
            today=day,
            now_s=day * DAY_S + PLAN_H * 3600,
            leave_s=day * DAY_S + LEAVE_H * 3600,
            town=self.world.town,
            days=year.days,
            percent=percent,
            second=self.world.sensors.second,
            outcomes=tuple(self.outcomes),
            tickets=tuple(self.tickets),
            weather=as_told(year.weather, day),
        )

    def live(self, day: int, rounds: Sequence[Round]) -> DayLog:
        """Drive the rounds of a day, and read the sensors until the next planning."""
        world = self.world
        driven = drive(world.town, rounds, day, float(world.year.traffic[day]), self.ledger.litres_at)
        emptied_s = np.full(world.town.bins, np.inf)
        for one in driven.outcomes:
            emptied_s[one.bin] = one.at_s
        before = self.ledger.taken()
        end = self.ledger.close_day(day, emptied_s)
        first = day * HOURS + PLAN_H
        hours = min(HOURS, len(self.percent) - first)
        self.percent[first : first + hours] = self.read(first, hours, before, emptied_s)
        self.outcomes += sorted(driven.outcomes, key=lambda one: one.at_s)
        self.tickets += driven.tickets
        left = float(world.year.so_far[(day + 1) * HOURS].sum()) - self.ledger.collected_l
        return DayLog(day=day, rounds=tuple(rounds), driven=driven, end=end, left_l=left)


def judge(
    world: World,
    policy: Policy,
    lead_in: Policy,
    *,
    lead_in_days: int = LEAD_IN_DAYS,
    watch: Callable[[int], None] = lambda _day: None,
) -> Judged:
    """Live through a world with a policy, after a lead-in with another one.

    The policy is asked for the first time on the first day after it; all that the lead-in told lies before it then.
    """
    run = _Run(world)
    logs = []
    for day in range(len(world.year.days)):
        morning = run.morning(day)
        rounds = lead_in.plan(morning) if day < lead_in_days else policy.plan(morning)
        log = run.live(day, rounds)
        if day >= lead_in_days:
            logs.append(log)
        watch(day)
    return Judged(
        days=tuple(logs),
        bins=world.town.bins,
        put_in_l=float(world.year.so_far[-1].sum()),
        collected_l=run.ledger.collected_l,
    )


def as_told(air: Weather, day: int) -> Weather:
    """The weather as it is known on a morning."""
    temperature, rain = air.temperature[: day + 1].copy(), air.rain_mm[: day + 1].copy()
    temperature[day], rain[day] = air.told_temperature[day], air.told_rain_mm[day]
    return Weather(
        temperature=temperature,
        rain_mm=rain,
        told_temperature=air.told_temperature[: day + 1],
        told_rain_mm=air.told_rain_mm[: day + 1],
    )
