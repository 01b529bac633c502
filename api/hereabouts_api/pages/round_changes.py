"""What a new version changes, in words: for the dispatcher before it is published, for the crew once it is."""

from dataclasses import dataclass
from typing import Any

from hereabouts_api.access import Caller
from hereabouts_api.pages.round_words import say_km
from hereabouts_api.plan_changes import Changes
from hereabouts_api.round_models import RoundView
from hereabouts_api.routes.rounds import view_round
from hereabouts_platform.access.policy import may
from hereabouts_platform.planning.difference import Difference
from hereabouts_platform.store.replans import known_round
from hereabouts_platform.store.rounds import Row
from hereabouts_schemas.access import Action, Resource

LINES_SHOWN = 200  # of each kind of change


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewChange:
    """How a crew's round is another than the one it knew: names of stops that are new, that are gone, and whether the
    others come in another order."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    other_order: bool


def crew_change(caller: Caller, view: RoundView) -> CrewChange | None:
    """What changed of a round since its crew last took it; None where nothing did."""
    if not view.changed:
        return None
    found = {"day": view.day, "depot": view.depot, "vehicle": view.vehicle, "version": view.version}
    known = known_round(caller.connection, found)
    before = [] if known is None else view_round(caller, known).stops
    was = {stop.key: stop.name or stop.place for stop in before if stop.key and stop.outcome is None}
    now = {stop.key: stop.name or stop.place for stop in view.stops if stop.key and stop.outcome is None}
    return CrewChange(
        new=tuple(name for key, name in now.items() if key not in was),
        gone=tuple(name for key, name in was.items() if key not in now),
        other_order=[key for key in was if key in now] != [key for key in now if key in was],
    )


def decides(caller: Caller, plan: Row) -> bool:
    """Whether there is a draft to publish or discard, and the caller may."""
    return plan["state"] == "draft" and may(caller.principal, Action.ADMINISTER, Resource.ROUNDS)


def say_changes(found: Changes) -> dict[str, Any]:
    """What changes in words, and whether it can be said: what has to be done and nobody can any more, what moved, what
    came in, what else was dropped, and sums."""
    if found.plans is None or found.difference is None:
        return {"shown": False}
    changed = found.difference
    names = {visit.id: visit.name for one in found.plans for visit in one.work.visits}
    vehicles = {vehicle.id: vehicle.name for one in found.plans for vehicle in one.work.vehicles}
    left = {one.visit: one for one in found.plans[1].left}
    gone = [(names[visit], vehicles[by], left.get(visit)) for visit, by in changed.dropped]
    unmet = [(name, by, one.says) for name, by, one in gone if one and one.unmet]
    known = {one.visit for one in found.plans[0].left if one.unmet} | {visit for visit, _ in changed.dropped}
    unmet += [(names[one.visit], "", one.says) for one in left.values() if one.unmet and one.visit not in known]
    dropped = [(name, by, one.says if one else "") for name, by, one in gone if not (one and one.unmet)]
    return {
        "shown": True,
        "unmet": unmet[:LINES_SHOWN],
        "moved": [(names[one.visit], vehicles[one.was], vehicles[one.now]) for one in changed.moved[:LINES_SHOWN]],
        "added": [(names[visit], vehicles[by]) for visit, by in changed.added[:LINES_SHOWN]],
        "dropped": dropped[:LINES_SHOWN],
        "more": sum(max(0, len(one) - LINES_SHOWN) for one in (unmet, changed.moved, changed.added, dropped)),
        "sums": _sums(changed),
    }


def _sums(changed: Difference) -> list[str]:
    """How much more or less is driven, and how much longer or shorter crews are out."""
    km, minutes = changed.metres, changed.minutes
    driven = f"{say_km(abs(km))} {'more' if km > 0 else 'less'} driven" if km else "As many kilometres"
    spell = "1 minute" if abs(minutes) == 1 else f"{abs(minutes)} minutes"
    out = f"{spell} {'more' if minutes > 0 else 'less'} on the road" if minutes else "as long on the road"
    return [driven, out]
