"""The days of the simulated year: what a calendar and a weather report say of them, and what happens in town."""

from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.waste_simulation.parameters import (
    BEGINS,
    FESTIVAL_DAYS,
    FESTIVAL_FACTORS,
    FESTIVAL_REACH_M,
    MARKET_FACTOR,
    MARKET_REACH_M,
    SURPRISE_DAYS,
    SURPRISE_FACTORS,
    SURPRISE_REACH_M,
    SURPRISES,
    TOWNS,
    YEAR_DAYS,
)
from hereabouts_deploy.waste_simulation.streets import Floats
from hereabouts_deploy.waste_simulation.town import Town

#: First and last days of school, in many English councils, 2025 and 2026.
TERMS = (
    (date(2025, 1, 6), date(2025, 2, 14)),
    (date(2025, 2, 24), date(2025, 4, 4)),
    (date(2025, 4, 22), date(2025, 5, 23)),
    (date(2025, 6, 2), date(2025, 7, 22)),
    (date(2025, 9, 3), date(2025, 10, 24)),
    (date(2025, 11, 3), date(2025, 12, 19)),
    (date(2026, 1, 5), date(2026, 2, 13)),
    (date(2026, 2, 23), date(2026, 3, 27)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something announced: where (metres from the market place), how far it reaches, its first and last day."""

    name: str
    x_m: float
    y_m: float
    reach_m: float
    first: int
    last: int

    def near(self, xy: Floats) -> Floats:
        """How much of it is felt at each point, from 0 to 1."""
        return np.exp(-((np.hypot(xy[:, 0] - self.x_m, xy[:, 1] - self.y_m) / self.reach_m) ** 2))


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """An event as the world knows it: by how much the bins in the midst of it fill faster, and whether it was said."""

    event: Event
    factor: float
    announced: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What is known of a day beforehand; `number` counts from the first day of the lead-in."""

    number: int
    date: date
    bank_holiday: bool
    school: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """Mean temperature in degrees Celsius and millimetres of rain by day: as it was, and as told that morning."""

    temperature: Floats
    rain_mm: Floats
    told_temperature: Floats
    told_rain_mm: Floats


def date_of(number: int) -> date:
    """The date of a day."""
    return BEGINS + timedelta(days=number)


def happenings(town: Town, seed: int, days: int) -> tuple[Happening, ...]:
    """Markets, festivals and surprises of a year."""
    plan, rng = TOWNS[town.kind], stream(seed, f"waste events {town.kind}")
    found = [
        Happening(
            event=Event(name="market", x_m=0, y_m=0, reach_m=MARKET_REACH_M, first=day, last=day),
            factor=MARKET_FACTOR,
            announced=True,
        )
        for day in range(days)
        if date_of(day).weekday() == plan.market_weekday
    ]
    years = days / YEAR_DAYS
    kinds = (
        ("festival", plan.festivals, FESTIVAL_DAYS, FESTIVAL_REACH_M, FESTIVAL_FACTORS, True),
        ("surprise", SURPRISES, SURPRISE_DAYS, SURPRISE_REACH_M, SURPRISE_FACTORS, False),
    )
    for name, count, lasting, reach, factors, announced in kinds:
        for _ in range(round(count * years)):
            x, y = town.xy[rng.integers(town.bins)]
            first = int(rng.integers(0, days))
            last = first + int(rng.integers(lasting[0], lasting[1] + 1)) - 1
            event = Event(
                name=name, x_m=float(x), y_m=float(y), reach_m=float(rng.uniform(*reach)), first=first, last=last
            )
            found.append(Happening(event=event, factor=float(rng.uniform(*factors)), announced=announced))
    return tuple(found)


def calendar(found: tuple[Happening, ...], days: int) -> tuple[Day, ...]:
    """What everybody knows of each day beforehand."""
    closed = holidays.country_holidays("GB", subdiv="ENG", years=range(2025, 2027))
    known = [one.event for one in found if one.announced]
    return tuple(
        Day(
            number=number,
            date=date_of(number),
            bank_holiday=date_of(number) in closed,
            school=_school(date_of(number)),
            events=tuple(one for one in known if one.first <= number <= one.last),
        )
        for number in range(days)
    )


def _school(day: date) -> bool:
    """Whether it is in term; bank holidays and weekends in term count as term."""
    return any(first <= day <= last for first, last in TERMS)


def season_of(days: int) -> Floats:
    """From -1 in mid-January to 1 in mid-July, for each day."""
    of_year = np.array([date_of(number).timetuple().tm_yday for number in range(days)])
    return -np.cos(2 * np.pi * (of_year - 15) / 365)


def weather(seed: int, days: int) -> Weather:
    """A year's weather: warm and cold spells, rain in spells of wet days, and a forecast that errs."""
    rng = stream(seed, "waste weather")
    spell, wet = 0.0, False
    temperature, rain = np.zeros(days), np.zeros(days)
    for number, season in enumerate(season_of(days)):
        spell = 0.75 * spell + rng.normal(0, 1.9)
        wet = bool(rng.random() < (0.62 if wet else 0.3))
        temperature[number] = 10.3 + 6.2 * season + spell
        rain[number] = rng.gamma(0.8, 5.5) * wet
    return Weather(
        temperature=temperature,
        rain_mm=rain,
        told_temperature=temperature + rng.normal(0, 1.3, days),
        told_rain_mm=rain * rng.lognormal(0, 0.5, days),
    )
