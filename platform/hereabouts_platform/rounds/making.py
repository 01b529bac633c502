"""A plan of a depot's day from what the store holds: gathered, planned, checked, kept, and published where asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from hereabouts_platform.bins.forecast import DAYS_AHEAD
from hereabouts_platform.bins.visits import Choice, Slot, VisitRules, choose
from hereabouts_platform.plan_check.check import check, publishable
from hereabouts_platform.plan_check.violation import PlanRefused
from hereabouts_platform.planning.duty import duty_rules
from hereabouts_platform.planning.plan import Made, plan_day
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.rounds.day_work import Gathered, Ground, day_work, next_turn, slots_of, span_of, whole
from hereabouts_platform.rounds.foretelling import Foretold, foretell
from hereabouts_platform.rounds.travel import Travel, travel_of, ways_of
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.fleet import crews, shifts_on, vehicles, vehicles_on
from hereabouts_platform.store.outages import outages
from hereabouts_platform.store.outcomes import open_requests
from hereabouts_platform.store.plans import Kept, keep_draft, publish
from hereabouts_platform.store.waste_places import WastePlaces, waste_places
from hereabouts_schemas.access import Principal
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import RoundPlan, Vehicle, Window

SECOND = timedelta(seconds=1)
SILENT_H = 48.0  # as `VisitRules` has it; where nothing measures, age stands alone from the beginning

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which plan is wanted, and how.

    Attributes:
        day: civil day of Europe/London.
        roads: folder of imported maps; None: there is none.
        publish: whether it is published at once, or left as a draft for a dispatcher.
    """

    day: date
    depot: str
    effort: Effort
    roads: Path | None = None
    publish: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A plan as it was kept; `troubles`: what a person should look at, a sentence each."""

    kept: Kept
    plan: RoundPlan
    troubles: tuple[str, ...] = field(default=())


def make_plan(
    connection: Connection, by: Principal, asked: Asked, now: datetime, tell: Tell = lambda _words: None
) -> Planned:
    """Plan a depot's day and keep the plan; it commits by itself.

    Args:
        tell: hears of each step, in words.

    Raises:
        NotAllowed: `by` may not say what crews do.
        InputError: the day is over or too far ahead, no vehicle goes out that day, or what it names is not there.
        NotNow: the plan does not hold by the independent check, or the day's plan is under way.
    """
    tell("Forecasting bins")
    with acting(connection, by.id):
        gathered = gather(connection, asked, manned_on(connection, asked, now), now)
    travel = travel_of(gathered.work, asked.roads, tell)
    tell(f"Planning {len(gathered.work.visits)} visits with {len(gathered.work.vehicles)} vehicles")
    made = Made(at=now, roads=travel.name, attribution=travel.attribution)
    plan = whole(plan_day(gathered.work, travel.matrices, asked.effort, made), gathered)
    tell("Checking")
    return Planned(
        kept=keep(connection, by, plan, travel, asked), plan=plan, troubles=(*gathered.troubles, *travel.troubles)
    )


def keep(connection: Connection, by: Principal, plan: RoundPlan, travel: Travel, asked: Asked) -> Kept:
    """Keep a plan that holds as a draft, and publish it where that is asked.

    Raises:
        NotNow: it does not hold, or a later version is published already.
    """
    published, ways = checked(plan, travel), ways_of(plan, travel)
    with acting(connection, by.id):
        kept = keep_draft(connection, by, published, asked.depot, ways=ways, checked=True)
    if not asked.publish:
        return kept
    with acting(connection, by.id):
        return publish(connection, by, kept.id, lambda one: check(one, travel.matrices))


def checked(plan: RoundPlan, travel: Travel) -> bytes:
    """The JSON of a plan that holds.

    Raises:
        NotNow: it does not.
    """
    try:
        return publishable(plan, travel.matrices)
    except PlanRefused as refused:
        raise NotNow(f"The plan does not hold and is not kept: {refused}") from refused


def gather(connection: Connection, asked: Asked, manned: tuple[Vehicle, ...], now: datetime) -> Gathered:
    """What goes into a plan with these vehicles, as things stand now.

    Raises:
        InputError: the day is too far ahead, or what it names is not there.
    """
    places = waste_places(connection)
    span = span_of(manned)
    if span.to_at - now > timedelta(days=DAYS_AHEAD - 7):
        raise InputError("date", asked.day.isoformat(), f"Plan at most {DAYS_AHEAD - 8} days ahead.")
    foretold = foretell(connection, places.slots, int(now.timestamp()))
    slots = slots_of(places.slots, asked.depot, _depots_of(connection, places, asked.day))
    turn = next_turn(asked.day, first_shifts(connection, asked.depot, asked.day, days=8), span.from_at)
    choices = choices_of(places, foretold, slots, _requests(connection, asked.day, places), turn)
    levels = _levels(foretold, span.to_at)
    ground = Ground(day=asked.day, depot=asked.depot, places=places, vehicles=manned, duty=duty_rules(), levels=levels)
    return day_work(ground, choices)


def manned_on(connection: Connection, asked: Asked, now: datetime) -> tuple[Vehicle, ...]:
    """The depot's vehicles in service with their crews; a shift that has begun begins now.

    Raises:
        InputError: there is none, or all shifts are over.
    """
    found, out = vehicles_on(connection, asked.day, asked.depot), outages(connection)
    left = [one for one in found if one.shift.to_at > now and one.id not in out]
    if not left:
        cure = "No crew goes out from there on that day."
        if found:
            cure = "All shifts of that day are over, or the vehicles are out of service."
        raise InputError("depot", asked.depot, f"{cure} Look at vehicles.csv and crews.csv.")
    begins = now.astimezone(UTC).replace(microsecond=0) + SECOND
    return tuple(
        one if one.shift.from_at >= now else replace(one, shift=Window(from_at=begins, to_at=one.shift.to_at))
        for one in left
    )


def choices_of(
    places: WastePlaces, foretold: Foretold, slots: Sequence[str], told: Mapping[str, Mapping[str, str]], turn: datetime
) -> tuple[Choice, ...]:
    """What becomes of each of these bins.

    Args:
        told: what is asked for of them, by kind.
        turn: when it is the depot's turn again.
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
    wanted = [_slot(place, places, foretold, told.get(place, {})) for place in slots]
    return choose(ahead, wanted, foretold.state, int(turn.timestamp()))


def first_shifts(connection: Connection, depot: str, day: date, *, days: int) -> dict[date, datetime]:
    """Day -> when the depot's first shift begins, of this day and those after it on which somebody goes out."""
    shifts, register = crews(connection), vehicles(connection)
    found = {}
    for on in (day + timedelta(days=n) for n in range(days)):
        manned = [one for one in shifts_on(shifts, on) if register[one.vehicle].start_depot == depot]
        serving = [one for one in manned if register[one.vehicle].serves_on(on)]
        if serving:
            first = min(one.shift_from for one in serving)
            found[on] = datetime.combine(on, first, LONDON).astimezone(UTC)
    return found


def _depots_of(connection: Connection, places: WastePlaces, day: date) -> dict[str, Any]:
    """The depots from which somebody goes out that day."""
    register = vehicles(connection)
    out = (register[one.vehicle] for one in shifts_on(crews(connection), day))
    names = {one.start_depot for one in out if one.serves_on(day)}
    return {name: one for name, one in places.depots.items() if name in names}


def _requests(connection: Connection, day: date, places: WastePlaces) -> dict[str, dict[str, str]]:
    """Slot -> what is asked for of it or of its site and not answered yet, by kind; the first of each."""
    by_site: dict[str, list[str]] = {}
    for place, one in places.slots.items():
        by_site.setdefault(one.parent or "", []).append(place)
    found: dict[str, dict[str, str]] = {}
    for asked in open_requests(connection):
        if asked["day"] is None or asked["day"] <= day:
            for place in [asked["place"], *by_site.get(asked["place"], ())]:
                found.setdefault(place, {}).setdefault(asked["kind"], asked["says"])
    return found


def _slot(place: str, places: WastePlaces, foretold: Foretold, told: Mapping[str, str]) -> Slot:
    most = places.slots[place].facts.max_days
    silent_h = SILENT_H if place in foretold.measured else 0.0
    rules = VisitRules(silent_h=silent_h) if most is None else VisitRules(silent_h=silent_h, max_days=most)
    return Slot(bin=place, rules=rules, manual=told.get("manual"), report=told.get("report"))


def _levels(foretold: Foretold, at: datetime) -> dict[str, float]:
    """What is expected in each bin at an instant, per cent."""
    ahead = foretold.ahead
    column = min(int(np.searchsorted(ahead.times, int(at.timestamp()))), len(ahead.times) - 1)
    return dict(zip(ahead.bins, ahead.level(0.5)[:, column].tolist(), strict=True))
