"""A made-up town's days and groups, as our forecasts take them: festivals make a group of the bins near them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from hereabouts_deploy.waste_simulation.days import Day
from hereabouts_deploy.waste_simulation.days import Event as Told
from hereabouts_deploy.waste_simulation.parameters import BEGINS
from hereabouts_deploy.waste_simulation.policy import Morning
from hereabouts_deploy.waste_simulation.town import Town
from hereabouts_platform.bins.calendar import Calendar, Event
from hereabouts_platform.bins.growth import Growth, Habit, growths
from hereabouts_platform.bins.weather import FADES_D, Air, air_of

#: Midnight of the lead-in's first day, in seconds since 1970 UTC.
ZERO_S = int(datetime(BEGINS.year, BEGINS.month, BEGINS.day, tzinfo=UTC).timestamp())
DAY_S = 86_400
#: A bin is near what is announced where so much of it is felt; a festival is taken to bring so many times as much
#: in its midst. A market comes every week: the weekdays of its bins tell how much it brings.
NEAR, FESTIVAL_FACTOR = 0.3, 1.7


def groups_of(town: Town, days: Sequence[Day]) -> tuple[str, ...]:
    """The group of each bin: its kind of spot, and what it is near to."""
    names = [str(one) for one in town.group]
    for number, event in enumerate(_events(days)):
        near = event.near(town.xy[: town.bins]) > NEAR
        names = [f"{name} {event.name} {number}" if here else name for name, here in zip(names, near, strict=True)]
    return tuple(names)


def kind_of(group: str) -> str:
    """The kind of spot of a group's bins."""
    return group.partition(" ")[0]


def calendar_of(town: Town, days: Sequence[Day], groups: Sequence[str]) -> Calendar:
    """The days of the whole span: school holidays and festivals."""
    found = []
    for number, event in enumerate(_events(days)):
        near = event.near(town.xy[: town.bins])
        mark = f" {event.name} {number}"
        if event.name == "market" or not any(mark in one for one in groups):
            continue
        felt = float(np.mean([near[k] for k, one in enumerate(groups) if mark in one]))
        found.append(
            Event(
                name=f"{event.name} {number}",
                from_at=_midnight(event.first),
                to_at=_midnight(event.last + 1),
                factor=1 + (FESTIVAL_FACTOR - 1) * felt,
                groups=tuple(sorted({one for one in groups if mark in one})),
            )
        )
    return Calendar(events=tuple(found))


def growths_of(
    town: Town, days: Sequence[Day], groups: Sequence[str], habits: Mapping[str, Habit]
) -> dict[str, Growth]:
    """Each group's growth over the whole span and what is looked ahead beyond it, whatever the weather."""
    span = (ZERO_S, ZERO_S + (len(days) + 30) * DAY_S)
    return growths(habits, sorted(set(groups)), calendar_of(town, days, groups), span)


def air_on(morning: Morning) -> Air:
    """The days' departures from usual weather, as far as it is known and told, and some days on."""
    ahead = np.full(FADES_D, np.nan)
    told = (np.concatenate([one, ahead]) for one in (morning.weather.temperature, morning.weather.rain_mm))
    return air_of(ZERO_S // DAY_S, *told)


def _events(days: Sequence[Day]) -> list[Told]:
    """What is announced in the span: each festival, and the market once."""
    festivals: dict[Told, None] = {}
    market: list[Told] = []
    for day in days:
        for event in day.events:
            if event.name == "market":
                market = market or [event]
            else:
                festivals[event] = None
    return [*market, *festivals]


def _midnight(day: int) -> datetime:
    return datetime(BEGINS.year, BEGINS.month, BEGINS.day, tzinfo=UTC) + timedelta(days=day)
