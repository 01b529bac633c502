"""A depot's last weeks as its dial is drawn from them, from what the store holds. Inside `acting(...)`, role jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from hereabouts_platform.bins.advance import Happening, Read
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.level import Times
from hereabouts_platform.bins.visits import VisitRules
from hereabouts_platform.bins.weather import weathered
from hereabouts_platform.collection.came_in import came_in
from hereabouts_platform.collection.outlook import AHEAD
from hereabouts_platform.collection.own_history import WARM_DAYS, Days, History
from hereabouts_platform.roads.great_circle import GreatCircle
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_platform.roads.roads import RoadPlace, Roads, open_roads
from hereabouts_platform.rounds.day_work import slots_of, span_of
from hereabouts_platform.rounds.foretelling import BEFORE_S, Foretold, Sources, foretell, growths_over, heard_between
from hereabouts_platform.rounds.making import PLANS_BEFORE, depots_of
from hereabouts_platform.rounds.opening import within_hours
from hereabouts_platform.rounds.run_day import Outing, Reached, comes_at, streets_of
from hereabouts_platform.rounds.travel import Tell
from hereabouts_platform.rounds.troubles import no_map, whole_lines
from hereabouts_platform.rules.open_hours import local_instant
from hereabouts_platform.store.bin_readings import bin_streams
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import vehicles_on
from hereabouts_platform.store.savings import plans_run
from hereabouts_platform.store.waste_places import WastePlaces, waste_places
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import Approach, Vehicle, Window

LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 14, 42, 56  # forecasts are made of the last 60 days, so they know no more
DAY, DAY_S, HOUR_S = timedelta(days=1), 86_400, 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Whose dial, drawn from how many days up to yesterday; `roads`: folder of imported maps, None: there is none."""

    depot: str
    days: int = USUAL_DAYS
    roads: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weeks:
    """A depot's last weeks.

    Attributes:
        first, last: the days that count; overflow_p: its dial as it is set.
        km_day: what its worked rounds drove a day, by their plans; None where not every day had one.
        troubles: what a person should look at, a sentence each.
    """

    depot: str
    first: date
    last: date
    overflow_p: int
    history: History
    km_day: float | None
    roads: str
    attribution: str
    troubles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turns:
    """A depot's vehicles that go out on each day from `first` on, within its hours; none where nobody works."""

    depot: str
    first: date
    manned: tuple[tuple[Vehicle, ...], ...]

    def since(self, day: date) -> "_Turns":
        return replace(self, first=day, manned=self.manned[(day - self.first).days :])


def own_weeks(connection: Connection, wish: Wish, now: datetime, tell: Tell = lambda _words: None) -> Weeks:
    """The last weeks of a depot; writes nothing.

    Raises:
        InputError: it is no depot, or too few or too many days are asked for.
        NotNow: there is too little history yet.
    """
    if not LEAST_DAYS <= wish.days <= MOST_DAYS:
        raise InputError("days", wish.days, f"Give {LEAST_DAYS} to {MOST_DAYS} days.")
    places, today = waste_places(connection), now.astimezone(LONDON).date()
    if wish.depot not in places.depots:
        raise InputError("depot", wish.depot, places.unusable.get(wish.depot, "It is no depot of which we know."))
    turns = _turns(connection, places, wish, today - wish.days * DAY)
    slots = slots_of(places.slots, wish.depot, depots_of(connection, places, _last_day(turns, today)))
    tell("Forecasting bins")
    foretold = foretell(connection, places.slots, int(now.timestamp()))
    tell("Reading the last weeks")
    span = (_midnight(today - wish.days * DAY), _midnight(today))
    told = _told(connection, foretold, slots, span)
    turns = turns.since(_first_day(told, wish.depot, today))
    tell("Measuring the streets")
    reached, roads = _reached(places, slots, wish, _outing(turns, places, wish, today))
    history = _history(places, foretold, reached, turns, {one: told[one] for one in reached.bins})
    first, last = turns.first + WARM_DAYS * DAY, today - DAY
    return Weeks(
        depot=wish.depot,
        first=first,
        last=last,
        overflow_p=places.depots[wish.depot].facts.overflow_p,
        history=history,
        km_day=_km_day(connection, wish.depot, first, last, turns.since(first)),
        roads=roads.name,
        attribution=roads.attribution,
        troubles=tuple(whole_lines([no_map(roads.vehicle_class)])) if roads.name == GreatCircle.name else (),
    )


def _midnight(day: date) -> int:
    return int(local_instant(day, time()).timestamp())


def _turns(connection: Connection, places: WastePlaces, wish: Wish, first: date) -> _Turns:
    found = []
    for number in range(wish.days + AHEAD):
        manned = vehicles_on(connection, first + number * DAY, wish.depot)
        found.append(within_hours(manned, places.depots)[0])
    return _Turns(depot=wish.depot, first=first, manned=tuple(found))


def _last_day(turns: _Turns, today: date) -> date:
    """The last day before today on which somebody worked.

    Raises:
        InputError: nobody did.
    """
    for number in reversed(range((today - turns.first).days)):
        if turns.manned[number]:
            return turns.first + number * DAY
    cure = "No crew went out from there on these days. Look at vehicles.csv and crews.csv."
    raise InputError("depot", turns.depot, cure)


def _told(
    connection: Connection, foretold: Foretold, slots: Sequence[str], span: tuple[int, int]
) -> dict[str, list[Happening]]:
    """What happened to each bin, by its zero as it is known now; a week's readings in memory at once."""
    sources = Sources(connection=connection, streams=bin_streams(connection), slots=slots)
    found: dict[str, list[Happening]] = {one: [] for one in slots}
    for since in range(span[0], span[1], 7 * DAY_S):
        until = min(since + 7 * DAY_S, span[1])
        seen = (since - BEFORE_S, until + DAY_S)
        for place, heard in heard_between(sources, foretold.settled.zeros, seen, (until, until)):
            found[place] += [one for one in heard.happenings if since <= one.at < until]
    return found


def _first_day(told: Mapping[str, Sequence[Happening]], depot: str, today: date) -> date:
    """The first whole day of which something is told.

    Raises:
        NotNow: it is no two weeks back.
    """
    first = min((one.at for some in told.values() for one in some if isinstance(one, Read)), default=None)
    if first is None:
        raise NotNow(
            f"No bin of {depot} told its level on these days, so nothing can be drawn from them. Put sensors on bins "
            "(docs/devices.md), or import their readings (docs/imports.md)."
        )
    day = datetime.fromtimestamp(first, LONDON).date()
    day = day if first - _midnight(day) < DAY_S // 4 else day + DAY
    if (today - day).days < LEAST_DAYS:
        raise NotNow(
            f"Bins of {depot} tell their levels since {max((today - day).days, 0)} whole days; the dial is drawn from "
            f"{LEAST_DAYS} or more. Come back then, or import older readings (docs/imports.md)."
        )
    return day


def _outing(turns: _Turns, places: WastePlaces, wish: Wish, today: date) -> Outing:
    """What rounds of the last day would have been made with, but for the ways."""
    day = _last_day(turns, today)
    vehicles = turns.manned[(day - turns.first).days]
    empty = np.zeros((0, 0), np.int32)
    return Outing(
        day=day, depot=wish.depot, tips=sorted(places.tips), allowed=(0,), shift=span_of(vehicles), vehicles=vehicles,
        matrix=Matrix(vehicle_class=vehicles[0].vehicle_class, ids=(), metres=empty, seconds=empty),
        overflow_p=places.depots[wish.depot].facts.overflow_p,
    )  # fmt: skip


def _reached(places: WastePlaces, slots: Sequence[str], wish: Wish, outing: Outing) -> tuple[Reached, Roads]:
    """The bins that can be reached on their streets.

    Raises:
        NotNow: none can.
    """
    name = outing.vehicles[0].vehicle_class
    roads = Roads(name, GreatCircle(), None) if wish.roads is None else open_roads(wish.roads, name)
    yard, bins = places.depots[wish.depot], [places.slots[one] for one in slots]
    spots = [RoadPlace(id=yard.id, lon=yard.lon, lat=yard.lat)]
    spots += [RoadPlace(id=one.id, lon=one.lon, lat=one.lat) for one in map(places.tips.__getitem__, outing.tips)]
    sides = [Approach.EITHER] * len(spots) + [one.facts.approach for one in bins]
    spots += [RoadPlace(id=one.id, lon=one.lon, lat=one.lat) for one in bins]
    matrix, _ = roads.matrix(spots, sides)
    reached = streets_of(replace(outing, matrix=matrix), {one: places.slots[one] for one in slots})
    if reached is None:
        raise NotNow(f"No bin of {wish.depot} can be reached by {name}. Look at what `hereabouts rounds plan` says.")
    return reached, roads


def _history(
    places: WastePlaces,
    foretold: Foretold,
    reached: Reached,
    turns: _Turns,
    told: Mapping[str, Sequence[Happening]],
) -> History:
    days = _days(turns)
    lived = int(days.begins[days.lived])
    growing = _growths(foretold, (int(days.begins[0]) - DAY_S, int(days.begins[-1]) + 2 * DAY_S))
    most = [places.slots[one].facts.max_days for one in reached.bins]
    return History(
        came=came_in(foretold.state, told, growing, (int(days.begins[0]), lived)),
        days=days,
        state=foretold.state,
        growths=growing,
        cost=reached.cost,
        km=reached.km,
        max_days=np.array([VisitRules().max_days if one is None else one for one in most], np.float64),
    )


def _days(turns: _Turns) -> Days:
    """When days begin, are planned, and when crews come: in the middle of their shifts, as the plan counts."""
    spans = [span_of(one) if one else None for one in turns.manned]
    begins = np.array([_midnight(turns.first + n * DAY) for n in range(len(spans) + 1)], np.int64)
    usual = next(one for one in reversed(spans) if one is not None)
    day = begins[len(spans) - 1 - next(n for n, one in enumerate(reversed(spans)) if one is not None)]
    decides = [_decided(one or usual) - (0 if one else int(day) - at) for one, at in zip(spans, begins, strict=False)]
    comes = [comes_at(one or usual) - (0 if one else int(day) - at) for one, at in zip(spans, begins, strict=False)]
    return Days(
        begins=begins, decides=_times(decides), comes=_times(comes), works=np.array([bool(one) for one in spans])
    )


def _times(given: Sequence[int]) -> Times:
    return np.array(given, np.int64)


def _decided(span: Window) -> int:
    return int((span.from_at - PLANS_BEFORE).timestamp())


def _growths(foretold: Foretold, span: tuple[int, int]) -> dict[str, Growth]:
    """Of every group over the days, in the weather as it was."""
    now = replace(foretold.settled, state=foretold.state)
    return weathered(growths_over(now, foretold.state.bins, foretold.days, span), foretold.effects, foretold.air)


def _km_day(connection: Connection, depot: str, first: date, last: date, turns: _Turns) -> float | None:
    """Kilometres a day of the rounds that were worked, by their plans; None where a day's are not known."""
    plans = {one.day: one for one in plans_run(connection, first, last, depot)}
    days = [first + n * DAY for n in range((last - first).days + 1)]
    worked = [day for day, manned in zip(days, turns.manned, strict=False) if manned]
    total = 0.0
    for day in worked:
        plan = plans.get(day)
        if plan is None or plan.to_homes or not all(one.reported for one in plan.rounds):
            return None
        total += sum(one.km for one in plan.rounds)
    return total / len(days)
