"""When somebody may next come to each bin: at the start of the next first shift of the depot that it is nearest to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hereabouts_platform.collection.outlook import AHEAD
from hereabouts_platform.rounds.day_work import depots_nearest
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import CrewShift, FleetVehicle, crews, shifts_on, vehicles
from hereabouts_platform.store.waste_places import WastePlaces
from hereabouts_schemas.times import LONDON


@dataclass(frozen=True, kw_only=True, slots=True)
class NextRound:
    """The next chance that a bin is emptied: from which depot, and when its first shift begins, UTC."""

    depot: str
    at: datetime


def next_rounds(connection: Connection, places: WastePlaces, now: datetime) -> dict[str, NextRound]:
    """Slot -> its next chance, if somebody goes out on each day on which crews work, as plans take it; those to which
    nobody comes within the days that plans look ahead are left out.
    """
    shifts, register = crews(connection), vehicles(connection)
    today = now.astimezone(LONDON).date()
    waiting, found = dict(places.slots), dict[str, NextRound]()
    for day in (today + timedelta(days=n) for n in range(AHEAD)):
        if not waiting:
            break
        starts = first_starts(shifts, register, day)
        depots = {name: one for name, one in places.depots.items() if name in starts}
        for place, depot in depots_nearest(waiting, depots).items():
            if starts[depot] > now:
                found[place] = NextRound(depot=depot, at=starts[depot])
                del waiting[place]
    return found


def first_starts(shifts: Sequence[CrewShift], register: Mapping[str, FleetVehicle], day: date) -> dict[str, datetime]:
    """Depot -> when the first shift from there begins on a day, UTC; those from which nobody goes out are left out."""
    found: dict[str, datetime] = {}
    for one in shifts_on(shifts, day):
        vehicle = register[one.vehicle]
        if vehicle.serves_on(day):
            begins = datetime.combine(day, one.shift_from, LONDON).astimezone(UTC)
            found[vehicle.start_depot] = min(begins, found.get(vehicle.start_depot, begins))
    return found
