"""What people put into the bins, hour by hour: a compound Poisson process whose rate follows the town's year."""

from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.waste_simulation.days import Day, Happening, Weather, calendar, happenings, season_of, weather
from hereabouts_deploy.waste_simulation.parameters import (
    BAG_L,
    BAG_SHAPE,
    BAG_SHARE,
    CHRISTMAS_FACTOR,
    DAY_CV,
    FIELD_KEPT,
    FIELD_REACH_M,
    FIELD_SPREAD,
    HABITS,
    STEP_FACTORS,
    STEP_SHARE,
    THING_L,
    THING_SHAPE,
    TRAFFIC_SPREAD,
    WALK_KEPT,
    WALK_SPREAD,
    WET_MM,
    YEAR_SPREAD,
    Habit,
)
from hereabouts_deploy.waste_simulation.streets import Floats
from hereabouts_deploy.waste_simulation.town import Town, Usual

Habits = list[Habit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """One seed's truth of one town, the same for every policy.

    `so_far` is what was put in since the start, litres [hour + 1, bin]; between two hours it rises by a straight line.
    `traffic` is by how much longer legs take on each day.
    """

    seed: int
    days: tuple[Day, ...]
    happenings: tuple[Happening, ...]
    weather: Weather
    so_far: Floats
    traffic: Floats


def live_year(town: Town, usual: Usual, seed: int, days: int) -> Year:
    """The demand of `days` days from the first of the lead-in on."""
    found = happenings(town, seed, days)
    known, air = calendar(found, days), weather(seed, days)
    litres = daily_means(town, usual, seed, days=known, found=found, air=air)
    traffic = stream(seed, f"waste traffic {town.kind}").lognormal(0, TRAFFIC_SPREAD, days)
    return Year(
        seed=seed,
        days=known,
        happenings=found,
        weather=air,
        so_far=_deposits(litres, town, stream(seed, f"waste deposits {town.kind}")),
        traffic=traffic,
    )


def daily_means(
    town: Town, usual: Usual, seed: int, *, days: tuple[Day, ...], found: tuple[Happening, ...], air: Weather
) -> Floats:
    """The litres to be expected, [day, bin]: the usual ones, what the calendar does, what chance does."""
    habits = [HABITS[one] for one in town.group]
    chance = stream(seed, f"waste rates {town.kind}")
    shape = (len(days), town.bins)
    logs = chance.normal(0, YEAR_SPREAD, town.bins) + _walk(shape, chance) + _field(town, len(days), chance)
    busy = chance.gamma(1 / DAY_CV**2, DAY_CV**2, shape)
    expected: Floats = usual.true_l * np.exp(logs) * busy * _steps(shape, chance)
    return expected * _by_calendar(habits, days) * _by_weather(habits, air) * _by_events(town, found, len(days))


def _by_calendar(habits: Habits, days: tuple[Day, ...]) -> Floats:
    weekday = np.array([one.weekdays for one in habits]).T[[day.date.weekday() for day in days]]
    season = np.exp(season_of(len(days))[:, None] * np.array([one.summer for one in habits]))
    closed = np.array([day.bank_holiday for day in days])[:, None]
    free = np.array([not day.school for day in days])[:, None]
    dead = np.array([(day.date.month, day.date.day) == (12, 25) for day in days])[:, None]
    factors: Floats = weekday * season
    factors = factors * np.where(closed, np.array([one.bank_holiday for one in habits]), 1.0)
    factors = factors * np.where(free, np.array([one.school_holiday for one in habits]), 1.0)
    return factors * np.where(dead, CHRISTMAS_FACTOR, 1.0)


def _by_weather(habits: Habits, air: Weather) -> Floats:
    warmer = np.clip(air.temperature - 10.3 - 6.2 * season_of(len(air.temperature)), -8, 8)[:, None]
    wet = (air.rain_mm >= WET_MM)[:, None]
    warmth: Floats = np.exp(warmer * np.array([one.warmth for one in habits]))
    return warmth * np.where(wet, np.array([one.wet for one in habits]), 1.0)


def _by_events(town: Town, found: tuple[Happening, ...], days: int) -> Floats:
    factors = np.ones((days, town.bins))
    for one in found:
        near = one.event.near(town.xy[: town.bins])
        factors[one.event.first : one.event.last + 1] *= 1 + (one.factor - 1) * near
    return factors


def _walk(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Each bin's own slow drift."""
    steps = rng.normal(0, WALK_SPREAD, shape)
    here = np.zeros(shape[1])
    for number, step in enumerate(steps):
        here = WALK_KEPT * here + step
        steps[number] = here
    return steps


def _field(town: Town, days: int, rng: np.random.Generator) -> Floats:
    """What neighbours have in common for some days."""
    xy = town.xy[: town.bins]
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    root = np.linalg.cholesky(np.exp(-apart / FIELD_REACH_M) + 1e-6 * np.eye(town.bins))
    found = rng.normal(0, FIELD_SPREAD, (days, town.bins)) @ root.T
    for number in range(1, days):
        found[number] = FIELD_KEPT * found[number - 1] + np.sqrt(1 - FIELD_KEPT**2) * found[number]
    return found


def _steps(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Shops that open or close: some bins' rates change for good on some day."""
    factors = np.ones(shape)
    for one in np.flatnonzero(rng.random(shape[1]) < STEP_SHARE):
        factors[int(rng.integers(shape[0])) :, one] = rng.choice(STEP_FACTORS)
    return factors


def _deposits(daily_l: Floats, town: Town, rng: np.random.Generator) -> Floats:
    """The sum of what was put in, [hour + 1, bin]: single things, and now and then a bag."""
    shares = np.array([HABITS[one].hours for one in town.group], dtype=np.float64).T
    hourly = (daily_l[:, None, :] * (shares / shares.sum(axis=0))[None]).reshape(-1, town.bins)
    litres = np.zeros((len(hourly) + 1, town.bins))
    kinds = ((THING_L, THING_SHAPE, 1 - BAG_SHARE), (BAG_L, BAG_SHAPE, BAG_SHARE))
    for mean_l, shape, share in kinds:
        count = rng.poisson(hourly * share / mean_l)
        litres[1:] += rng.standard_gamma(count * shape) * (mean_l / shape)
    return litres.cumsum(axis=0)
