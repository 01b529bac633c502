"""A day's work for the planner: choices of bins as visits, with the depot, its vehicles and the tips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np

from hereabouts_platform.bins.visits import Choice, Decision
from hereabouts_platform.geography.sphere import great_circle_km
from hereabouts_platform.rounds.beside_level import Fixed
from hereabouts_platform.rounds.troubles import called
from hereabouts_platform.rules.open_hours import Hours, windows_over
from hereabouts_platform.rules.waste_places import DepotFacts, SlotFacts
from hereabouts_platform.store.waste_places import WastePlace, WastePlaces
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.trouble import Trouble, TroubleKind
from hereabouts_schemas.work import (
    DayWork,
    DutyRules,
    Left,
    Load,
    RoundPlan,
    Tip,
    Vehicle,
    Visit,
    Window,
    Yard,
)

LOOK_AHEAD = timedelta(days=8)  # what is shut all day is shut until then: its next hours are given, not none
LEAST_L, LEAST_KG = 1, 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What goes into a plan.

    Attributes:
        work: what the planner is given: visits that must or may be done.
        waiting: visits of bins that can wait; with them the plan is whole.
        choices: of every bin of the depot, by id.
        troubles: places that cannot be used, and bins of which nobody said how much they hold.
    """

    work: DayWork
    waiting: tuple[Visit, ...]
    choices: Mapping[str, Choice]
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What a depot's day stands on.

    Attributes:
        levels: what has to be taken of each bin during the shift, per cent of what it holds: more than 100 where some
            lies beside it.
        due: when a duty of a bin falls due.
        fixed: what a dispatcher fixed of bins for the day.
    """

    day: date
    depot: str
    places: WastePlaces
    vehicles: tuple[Vehicle, ...]
    duty: Mapping[str, DutyRules]
    levels: Mapping[str, float] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    fixed: Mapping[str, Fixed] = field(default_factory=dict)


def span_of(vehicles: Sequence[Vehicle]) -> Window:
    """From the first shift's start to the last one's end."""
    return Window(from_at=min(one.shift.from_at for one in vehicles), to_at=max(one.shift.to_at for one in vehicles))


def slots_of(
    slots: Mapping[str, WastePlace[SlotFacts]], depot: str, depots: Mapping[str, WastePlace[DepotFacts]]
) -> list[str]:
    """The bins that lie nearest to a depot of those given, in order of their ids: each bin is one depot's a day."""
    return [place for place, nearest in sorted(depots_nearest(slots, depots).items()) if nearest == depot]


def depots_nearest(
    slots: Mapping[str, WastePlace[SlotFacts]], depots: Mapping[str, WastePlace[DepotFacts]]
) -> dict[str, str]:
    """Slot -> the nearest depot of those given; nothing where none is."""
    names = sorted(depots)
    if not slots or not names:
        return {}
    here = np.array([(one.lon, one.lat) for one in slots.values()])
    there = np.array([(depots[name].lon, depots[name].lat) for name in names])
    km = great_circle_km(here[:, :1], here[:, 1:], there[:, 0], there[:, 1])
    return {place: names[nearest] for place, nearest in zip(slots, km.argmin(axis=1).tolist(), strict=True)}


def day_work(ground: Ground, choices: Sequence[Choice]) -> Gathered:
    """The work of a day.

    Raises:
        InputError: a vehicle names a depot or duty rules that are not there.
    """
    visits = [_visit(ground, one) for one in choices]
    waiting = {one.bin for one in choices if one.decision is Decision.LEAVE}
    work = DayWork(
        day=ground.day,
        visits=tuple(one for one in visits if one.id not in waiting),
        vehicles=ground.vehicles,
        yards=_yards(ground),
        tips=tuple(_tip(ground, name) for name in sorted(ground.places.tips)),
        duty_rules=tuple(_duty(ground, name) for name in sorted({one.duty for one in ground.vehicles})),
    )
    return Gathered(
        work=work,
        waiting=tuple(one for one in visits if one.id in waiting),
        choices={one.bin: one for one in choices},
        troubles=_troubles(ground, choices),
    )


def whole(plan: RoundPlan, gathered: Gathered) -> RoundPlan:
    """The plan with the bins that can wait, and with why, and when, what is left would overflow."""
    left = [*plan.left, *(Left(visit=one.id, says="") for one in gathered.waiting)]
    why = {one.visit: gathered.choices[one.visit].reason for one in plan.left if one.visit in gathered.choices}
    visits = (replace(one, reason=why.get(one.id, one.reason)) for one in plan.work.visits)
    return replace(
        plan,
        work=replace(plan.work, visits=(*visits, *gathered.waiting)),
        left=tuple(_dated(one, gathered.choices.get(one.visit)) for one in left),
    )


def _dated(left: Left, choice: Choice | None) -> Left:
    if choice is None:
        return left
    return replace(
        left,
        says=f"{choice.reason.says} {left.says}".strip(),
        overflow_p50_at=choice.overflow_p50_at,
        overflow_p90_at=choice.overflow_p90_at,
    )


def _load(ground: Ground, facts: SlotFacts, percent: float) -> Load:
    """What is taken out of a bin; of what lies beside it no more than the largest body takes at once."""
    holds = facts.capacity_l or 0
    bodies = [part for one in ground.vehicles for part in one.compartments]
    most_l = max([holds, *(part.litres for part in bodies)])
    most_kg = max([holds * facts.kg_per_l, *(part.kg for part in bodies)])
    litres = min(holds * percent / 100, most_l)
    kg = min(litres * facts.kg_per_l, most_kg)
    return Load(stream=facts.stream, litres=max(round(litres), LEAST_L), kg=max(round(kg), LEAST_KG))


def _visit(ground: Ground, choice: Choice) -> Visit:
    place = ground.places.slots[choice.bin]
    facts, fixed = place.facts, ground.fixed.get(place.id, Fixed())
    return Visit(
        id=place.id,
        place=place.id,
        name=place.name,
        lon=place.lon,
        lat=place.lat,
        approach=facts.approach,
        load=_load(ground, facts, ground.levels.get(choice.bin, choice.level)),
        service_s=facts.service_s,
        windows=before_due(_open(ground, facts.windows), ground.due.get(place.id), span_of(ground.vehicles)),
        must=choice.decision is Decision.MUST,
        prize_p=choice.prize_p,
        vehicle_classes=facts.access,
        skills=facts.skills,
        locked_to=fixed.vehicle,
        after=fixed.after,
        reason=choice.reason,
    )


def _open(ground: Ground, hours: Sequence[Hours]) -> tuple[Window, ...]:
    span = span_of(ground.vehicles)
    return windows_over(hours, span.from_at, span.to_at) or windows_over(hours, span.to_at, span.to_at + LOOK_AHEAD)


def before_due(windows: Sequence[Window], due: datetime | None, span: Window) -> tuple[Window, ...]:
    """Windows up to when a duty falls due within the span; those that all lie after it are left as they are."""
    if due is None or not span.from_at < due < span.to_at:
        return tuple(windows)
    given = windows or (span,)
    before = tuple(Window(from_at=one.from_at, to_at=min(one.to_at, due)) for one in given if one.from_at < due)
    return before or tuple(windows)


def _yards(ground: Ground) -> tuple[Yard, ...]:
    names = sorted({name for one in ground.vehicles for name in (one.start, one.end)})
    for name in names:
        if name not in ground.places.depots:
            cure = ground.places.unusable.get(name, "It is no depot. Bring it in with its position.")
            raise InputError("depot", name, cure)
    found = [ground.places.depots[name] for name in names]
    return tuple(Yard(id=one.id, name=one.name, lon=one.lon, lat=one.lat) for one in found)


def _tip(ground: Ground, name: str) -> Tip:
    one = ground.places.tips[name]
    return Tip(
        id=one.id, name=one.name, lon=one.lon, lat=one.lat, streams=one.facts.streams,
        open=_open(ground, one.facts.open), turnround_s=one.facts.turnround_s,
    )  # fmt: skip


def _duty(ground: Ground, name: str) -> DutyRules:
    if name not in ground.duty:
        raise InputError("duty", name, f"The rule sets are {', '.join(sorted(ground.duty))}: name one of them.")
    return ground.duty[name]


def _troubles(ground: Ground, choices: Sequence[Choice]) -> tuple[Trouble, ...]:
    """Of all places what cannot be used, wherever it is: without a position nobody knows whose depot it belongs to."""
    unusable = (
        Trouble(kind=TroubleKind.UNUSABLE, about=place, says=f"{place}: {says}")
        for place, says in sorted(ground.places.unusable.items())
    )
    slots = ground.places.slots
    unknown = (slots[one.bin] for one in choices if slots[one.bin].facts.capacity_l is None)
    return (*unusable, *(_no_capacity(one) for one in unknown))


def _no_capacity(slot: WastePlace[SlotFacts]) -> Trouble:
    says = f"Nobody said how many litres {called(slot.id, {slot.id: slot.name})} holds."
    return Trouble(kind=TroubleKind.NO_CAPACITY, about=slot.id, says=says)


def everything(gathered: Gathered) -> DayWork:
    """The work with the bins that can wait: all places that ways are needed between."""
    return replace(gathered.work, visits=(*gathered.work.visits, *gathered.waiting))


def going_in(plan: RoundPlan) -> list[str]:
    """The visits that are on its rounds."""
    return [stop.visit for one in plan.rounds for stop in one.stops if stop.visit is not None]


def next_turn(day: date, shifts_from: Mapping[date, datetime], after: datetime) -> datetime:
    """When it is the depot's turn again: its next first shift, or a week later where there is none in sight."""
    later = [at for on, at in sorted(shifts_from.items()) if on > day]
    return later[0] if later else after + timedelta(days=7)
