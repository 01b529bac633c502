"""What a new plan changes of an old one, as a dispatcher wants to see it before it goes to the crews."""

from dataclasses import dataclass
from datetime import timedelta

from hereabouts_schemas.work import RoundPlan


@dataclass(frozen=True, slots=True)
class Moved:
    """A visit that another vehicle does now."""

    visit: str
    was: str
    now: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What changed from plan to plan.

    Attributes:
        moved: visits that changed the vehicle.
        added: visits that nobody did before, with the vehicle that does them now.
        dropped: visits that nobody does any more, with the vehicle that did.
        metres: how much more is driven (less, if negative), from the first stop of the day to the last.
        minutes: how much longer crews are out in all.
    """

    moved: tuple[Moved, ...]
    added: tuple[tuple[str, str], ...]
    dropped: tuple[tuple[str, str], ...]
    metres: int
    minutes: int


def difference(old: RoundPlan, new: RoundPlan) -> Difference:
    """What the new plan changes of the old."""
    was, now = _crews(old), _crews(new)
    return Difference(
        moved=tuple(Moved(one, was[one], now[one]) for one in was if one in now and now[one] != was[one]),
        added=tuple((one, now[one]) for one in now if one not in was),
        dropped=tuple((one, was[one]) for one in was if one not in now),
        metres=metres(new) - metres(old),
        minutes=round((_out(new) - _out(old)) / timedelta(minutes=1)),
    )


def metres(plan: RoundPlan) -> int:
    """What is driven in a plan, by its matrices."""
    return sum(stop.drive_m for one in plan.rounds for stop in one.stops)


def _crews(plan: RoundPlan) -> dict[str, str]:
    return {stop.visit: one.vehicle for one in plan.rounds for stop in one.stops if stop.visit}


def _out(plan: RoundPlan) -> timedelta:
    return sum((one.stops[-1].leaves_at - one.stops[0].leaves_at for one in plan.rounds), timedelta())
