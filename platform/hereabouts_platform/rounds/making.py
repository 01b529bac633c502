"""A plan of a depot's day from what the store holds: gathered, planned, checked, kept, and published where asked."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hereabouts_platform.bins.forecast import DAYS_AHEAD
from hereabouts_platform.collection.outlook import AHEAD
from hereabouts_platform.plan_check.check import check, publishable
from hereabouts_platform.plan_check.violation import PlanRefused
from hereabouts_platform.planning.duty import rule_sets
from hereabouts_platform.planning.plan import Made, plan_day
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.rounds.beside_level import told_of
from hereabouts_platform.rounds.day_work import everything, going_in, slots_of, span_of, whole
from hereabouts_platform.rounds.foretelling import foretell
from hereabouts_platform.rounds.morning import Morning
from hereabouts_platform.rounds.next_rounds import first_starts
from hereabouts_platform.rounds.opening import within_hours
from hereabouts_platform.rounds.travel import Travel, travel_of, ways_of
from hereabouts_platform.rounds.troubles import bounded, whole_lines
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.fleet import crews, vehicles, vehicles_on
from hereabouts_platform.store.outages import Outage, outages
from hereabouts_platform.store.plans import Kept, keep_draft, publish
from hereabouts_platform.store.replans import reported_keys, standing
from hereabouts_platform.store.waste_places import WastePlaces, waste_places
from hereabouts_schemas.access import Principal
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.work import RoundPlan, Vehicle, Window

SECOND = timedelta(seconds=1)

Tell = Callable[[str], None]

#: A day is planned so long before its first shift begins.
PLANS_BEFORE = timedelta(minutes=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which plan is wanted, and how.

    Attributes:
        day: civil day of Europe/London.
        roads: folder of imported maps; None: there is none.
        duty_rules: the council's own file of rule sets on drivers' hours; None, or not there: it has none.
        look_ahead: whether the days to come are weighed: what waiting costs each bin, and when the next run is.
        may_rest: whether nobody goes out where that shows that today is not worth a run.
        publish: whether it is published at once, or left as a draft for a dispatcher.
        first: whether it is kept only where nobody made a plan of the day, also while this one was made.
    """

    day: date
    depot: str
    effort: Effort
    roads: Path | None = None
    duty_rules: Path | None = None
    publish: bool = False
    first: bool = False
    look_ahead: bool = True
    may_rest: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A plan as it was kept."""

    kept: Kept
    plan: RoundPlan


def make_plan(
    connection: Connection, by: Principal, asked: Asked, now: datetime, tell: Tell = lambda _words: None
) -> Planned:
    """Plan a depot's day and keep the plan; it commits by itself.

    Args:
        tell: hears of each step, in words.

    Raises:
        NotAllowed: `by` may not say what crews do.
        InputError: the day is over or too far ahead, no vehicle goes out that day, or what it names is not there.
        NotNow: the plan does not hold by the independent check, or crews have reported on the one that stands.
        PlannedAlready: it was to be the first, and is not.
    """
    tell("Forecasting bins")
    with acting(connection, by.id):
        _refuse_reported(connection, asked)
        morning = morning_of(connection, asked, manned_on(connection, asked, now), now)
    gathered = morning.gathered()
    travel = travel_of(everything(gathered), asked.roads, tell)
    run = morning.look(travel) if asked.look_ahead else None
    gathered = gathered if run is None else morning.gathered(run, may_rest=asked.may_rest)
    tell(f"Planning {len(gathered.work.visits)} visits with {len(gathered.work.vehicles)} vehicles")
    made = Made(at=now, roads=travel.name, attribution=travel.attribution)
    plan = plan_day(gathered.work, travel.matrices, asked.effort, made)
    if run is None:
        plan = whole(plan, gathered)
    else:
        going = going_in(plan)
        gathered = replace(gathered, choices=run.passed_by(gathered.choices, going))
        says = run.says(tuple(gathered.choices.values()), going)
        plan = replace(whole(plan, gathered), says=f"{says} {morning.weather}".rstrip())
    plan = replace(plan, troubles=bounded((*morning.troubles, *gathered.troubles, *travel.troubles)))
    tell("Checking")
    return Planned(kept=keep(connection, by, plan, travel, asked), plan=plan)


def _refuse_reported(connection: Connection, asked: Asked) -> None:
    """Such a plan begins in the yard, with empty vehicles: what crews have done and carry would be forgotten."""
    for stands in standing(connection, asked.day, asked.depot):
        if reported_keys(connection, stands.id):
            raise NotNow(
                f"Crews have reported on version {stands.version} of that day: plan the rest of it with hereabouts "
                "rounds replan."
            )


def keep(connection: Connection, by: Principal, plan: RoundPlan, travel: Travel, asked: Asked) -> Kept:
    """Keep a plan that holds as a draft, and publish it where that is asked; one that cannot be is not kept either.

    Raises:
        NotNow: it does not hold, or cannot be published, as `publish` says.
    """
    published, ways = checked(plan, travel), ways_of(plan, travel)
    with acting(connection, by.id):
        kept = keep_draft(connection, by, published, asked.depot, ways=ways, checked=True, first=asked.first)
        if not asked.publish:
            return kept
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


def morning_of(
    connection: Connection,
    asked: Asked,
    manned: tuple[Vehicle, ...],
    now: datetime,
    as_planned: Collection[str] = (),
) -> Morning:
    """What the day is decided by, with these vehicles, as things stand now.

    Args:
        as_planned: those whose shifts are as a plan has them, so that they were cut to their depots' hours then.

    Raises:
        InputError: the day is too far ahead, its depots are shut, what it names is not there, or the council's file of
            rule sets cannot be used.
    """
    duty = rule_sets(asked.duty_rules)
    places = waste_places(connection)
    manned, cut = within_hours(manned, places.depots, as_planned)
    if not manned:
        raise InputError("depot", asked.depot, " ".join(whole_lines(cut)))
    span = span_of(manned)
    if span.to_at - now > timedelta(days=DAYS_AHEAD - 7):
        raise InputError("date", asked.day.isoformat(), f"Plan at most {DAYS_AHEAD - 8} days ahead.")
    foretold = foretell(connection, places.slots, int(now.timestamp()))
    return Morning(
        day=asked.day,
        depot=asked.depot,
        places=places,
        slots=tuple(slots_of(places.slots, asked.depot, depots_of(connection, places, asked.day))),
        vehicles=manned,
        foretold=foretold,
        told=told_of(connection, places, foretold, span.from_at, asked.day),
        shifts=first_shifts(connection, asked.depot, asked.day, days=AHEAD),
        troubles=(*cut, *foretold.days.troubles),
        duty=duty,
    )


def manned_on(connection: Connection, asked: Asked, now: datetime) -> tuple[Vehicle, ...]:
    """The depot's vehicles in service with their crews; a shift that has begun begins now, one that its vehicle is
    out of service in ends with that.

    Raises:
        InputError: there is none, or all shifts are over.
    """
    found, out = vehicles_on(connection, asked.day, asked.depot), outages(connection)
    served = (until_out(one, out.get(one.id)) for one in found)
    left = [one for one in served if one.shift.to_at > max(now, one.shift.from_at)]
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


def until_out(vehicle: Vehicle, outage: Outage | None) -> Vehicle:
    """A vehicle with what it can work of its shift; an empty one where it is out all the time."""
    if outage is None or outage.from_at >= vehicle.shift.to_at:
        return vehicle
    to_at = max(outage.from_at, vehicle.shift.from_at)
    return replace(vehicle, shift=Window(from_at=vehicle.shift.from_at, to_at=to_at))


def first_shifts(connection: Connection, depot: str, day: date, *, days: int) -> dict[date, datetime]:
    """Day -> when the depot's first shift begins, of this day and those after it on which somebody goes out."""
    shifts, register = crews(connection), vehicles(connection)
    each = {on: first_starts(shifts, register, on) for on in (day + timedelta(days=n) for n in range(days))}
    return {on: starts[depot] for on, starts in each.items() if depot in starts}


def depots_of(connection: Connection, places: WastePlaces, day: date) -> dict[str, Any]:
    """The depots from which somebody goes out that day."""
    names = first_starts(crews(connection), vehicles(connection), day)
    return {name: one for name, one in places.depots.items() if name in names}
