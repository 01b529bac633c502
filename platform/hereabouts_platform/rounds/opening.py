"""Shifts within the hours in which the vehicles' depots are open, less what a vehicle needs in its yard. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hereabouts_platform.rules.open_hours import Hours, windows_over
from hereabouts_platform.rules.waste_places import DepotFacts
from hereabouts_platform.store.waste_places import WastePlace
from hereabouts_schemas.trouble import Trouble, TroubleKind
from hereabouts_schemas.work import Vehicle, Window

NO_TIME = timedelta()


def within_hours(
    vehicles: Sequence[Vehicle], depots: Mapping[str, WastePlace[DepotFacts]], as_planned: Collection[str] = ()
) -> tuple[tuple[Vehicle, ...], tuple[Trouble, ...]]:
    """Vehicles whose shift begins when their start is open and ends when their end is, and what was cut.

    It ends the depot's `turnround_s` before: that is every day's, so no sentence says it. A vehicle that could not come
    home while its depot is open stays there.

    Args:
        as_planned: those whose shifts have been cut already: they stay as they are.
    """
    kept, cut_short = [], []
    for one in vehicles:
        start, end = (depots[name].facts if name in depots else DepotFacts() for name in (one.start, one.end))
        open_in = _span(one.shift, start, end, NO_TIME)
        cut = _span(one.shift, start, end, timedelta(seconds=end.turnround_s))
        if one.id in as_planned:
            kept.append(one)
        elif cut is not None:
            kept.append(replace(one, shift=cut))
            if open_in != one.shift:
                cut_short.append(
                    _shift(one, f"The shift of {one.name} is cut to the hours in which its depot is open.")
                )
        elif open_in is not None:
            needs = f"its shift is no longer than the {end.turnround_s} s that it needs in the yard of {one.end}"
            cut_short.append(_shift(one, f"{one.name} stays at home: {needs}. Look at the depot's turnround_s."))
        else:
            shut = f"{one.name} stays at home: {one.start} is shut in its shift. Look at the depot's open."
            cut_short.append(_shift(one, shut))
    return tuple(kept), tuple(cut_short)


def _shift(vehicle: Vehicle, says: str) -> Trouble:
    return Trouble(kind=TroubleKind.SHIFT, about=vehicle.id, says=says)


def _span(shift: Window, start: DepotFacts, end: DepotFacts, in_yard: timedelta) -> Window | None:
    """From when a vehicle may leave until when it has to be home; None where there is no such time."""
    leaves = [max(window.from_at, shift.from_at) for window in _open(start.open, shift)]
    homes = [_last_home(window, shift, in_yard) for window in _open(end.open, shift)]
    ends = max((at for at in homes if at is not None), default=None)
    if not leaves or ends is None or min(leaves) >= ends:
        return None
    return Window(from_at=min(leaves), to_at=ends)


def _last_home(window: Window, shift: Window, in_yard: timedelta) -> datetime | None:
    """When a vehicle has to be there to be through in these hours; None where they are too short for that."""
    at = min(window.to_at, shift.to_at) - in_yard
    return at if at > max(window.from_at, shift.from_at) else None


def _open(hours: Sequence[Hours], shift: Window) -> tuple[Window, ...]:
    return windows_over(hours, shift.from_at, shift.to_at) if hours else (shift,)
