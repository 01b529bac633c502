"""Shifts within the hours in which the vehicles' depots are open. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hereabouts_platform.rules.open_hours import Hours, windows_over
from hereabouts_platform.rules.waste_places import DepotFacts
from hereabouts_platform.store.waste_places import WastePlace
from hereabouts_schemas.trouble import Trouble, TroubleKind
from hereabouts_schemas.work import Vehicle, Window


def within_hours(
    vehicles: Sequence[Vehicle], depots: Mapping[str, WastePlace[DepotFacts]]
) -> tuple[tuple[Vehicle, ...], tuple[Trouble, ...]]:
    """Vehicles whose shift begins when their start is open and ends when their end is, and what was cut.

    A vehicle that could not come home while its depot is open stays there.
    """
    kept, cut_short = [], []
    for one in vehicles:
        opens = _open(depots[one.start].facts.open if one.start in depots else (), one.shift)
        shuts = _open(depots[one.end].facts.open if one.end in depots else (), one.shift)
        begins = min((max(window.from_at, one.shift.from_at) for window in opens), default=one.shift.to_at)
        ends = max((min(window.to_at, one.shift.to_at) for window in shuts), default=begins)
        if begins >= ends:
            cut_short.append(_shift(one, f"{one.name} stays at home: {one.start} is shut in its shift."))
            continue
        cut = Window(from_at=begins, to_at=ends)
        if cut != one.shift:
            cut_short.append(_shift(one, f"The shift of {one.name} is cut to the hours in which its depot is open."))
        kept.append(replace(one, shift=cut))
    return tuple(kept), tuple(cut_short)


def _shift(vehicle: Vehicle, says: str) -> Trouble:
    return Trouble(kind=TroubleKind.SHIFT, about=vehicle.id, says=says)


def _open(hours: Sequence[Hours], shift: Window) -> tuple[Window, ...]:
    return windows_over(hours, shift.from_at, shift.to_at) if hours else (shift,)
