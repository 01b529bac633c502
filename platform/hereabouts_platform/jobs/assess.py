"""The job that looks at every home: readings rolled up, days worked out, alerts opened, updated and cleared.

At the turn of the hour, and by hand, every room is gone on with by the hours that are over; in between, only homes of
which something came late, changed or went, or that are new. A room goes on from the newest state before the first day
that was touched, so what a run costs grows with what came, not with history (`homes/day.py` says why that comes to
the same).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.record import HAZARDS
from hereabouts_platform.homes.verdict import unmeasured
from hereabouts_platform.jobs.assess_rooms import Turn, assess_rooms
from hereabouts_platform.jobs.rollup import roll_up
from hereabouts_platform.rules.alert_life import OpenAlert
from hereabouts_platform.store import assessment as store
from hereabouts_platform.store.alerts import Changes, follow, open_alerts
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.jobs import one_at_a_time
from hereabouts_platform.store.room_facts import Stock, stock_of
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.alert import SubjectKind

ROOMS_AT_ONCE = 1000
_ROUNDS = 200  # of rollups before an assessment: 60 million hours, all of a large import

Standing = Mapping[str, Mapping[str, OpenAlert]]


def assess_homes(connection: Connection, principal: Principal, window: datetime, now: datetime) -> Mapping[str, int]:
    """Assess rooms and homes as they stand at `now`; returns how many there are, what was found, and what changed.

    It commits part by part, some homes at a time: cut off, it has done some, and the next run does the rest. Only the
    present matters, so a missed window is not made up for. Places with an open alert that no sensor measures any more
    keep it, and it says so: nobody else would ever speak for them.
    """
    require(principal, Action.WRITE, Resource.ALERTS)
    _roll_up(connection, principal, now)
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    every = store.progress(connection) != hour or window == now  # a run by hand has its own instant for a window
    _take_touched(connection, principal, hour, now)
    stock = stock_of(connection, now, LIMITS, None if every else store.homes_due(connection))
    standing: Standing = {hazard: open_alerts(connection, SubjectKind.PLACE, hazard) for hazard in HAZARDS}
    turn = Turn(hour=hour, now=now, limits=LIMITS, standing=standing)
    changes = Changes()
    for part in _parts(stock):
        with acting(connection, principal.id):
            changes += assess_rooms(connection, part, turn)
    silent = 0
    with acting(connection, principal.id):
        if every:
            store.move_on(connection, hour)
            silent, moved = _unmeasured(connection, stock, standing, now)
            changes += moved
        rooms, cannot_say = store.counts(connection, store.day_of(hour.date()))
    return {
        "rooms": rooms,
        "cannot_say": cannot_say,
        "assessed": len(stock.rows),
        "no_sensor": silent,
        "opened": changes.opened,
        "updated": changes.updated,
        "cleared": changes.cleared,
    }


def _roll_up(connection: Connection, principal: Principal, now: datetime) -> None:
    """All that came so far: a home that was just brought in is assessed at once."""
    with one_at_a_time(connection, "rollup"):
        for _ in range(_ROUNDS):
            with acting(connection, principal.id):
                found = roll_up(connection, principal, now, now)
            if not found["batches"] and not found["spans_left"]:
                return


def _take_touched(connection: Connection, principal: Principal, hour: datetime, now: datetime) -> None:
    """Homes that were touched are due; of a station that was touched, all homes that it may speak for."""
    with acting(connection, principal.id):
        stations = store.take_touched(connection, hour)
        if not stations:
            return
        stock = stock_of(connection, now, LIMITS)
        days = [stations.get(station.place_id) for station in stock.stations]
        due: dict[str, int] = {}
        for row, near in zip(stock.rows, stock.near.station.tolist(), strict=True):
            touched = [day for n in near if n >= 0 and (day := days[n]) is not None]
            if touched:
                due[row.home_id] = min([*touched, due.get(row.home_id, touched[0])])
        store.mark_due(connection, due)


def _parts(stock: Stock) -> Iterator[Stock]:
    """Whole homes, about a thousand rooms at a time."""
    part: list[int] = []
    for n, row in enumerate(stock.rows):
        if len(part) >= ROOMS_AT_ONCE and row.home_id != stock.rows[n - 1].home_id:
            yield stock.of(part)
            part = []
        part.append(n)
    if part:
        yield stock.of(part)


def _unmeasured(connection: Connection, stock: Stock, standing: Standing, now: datetime) -> tuple[int, Changes]:
    measured = {row.place_id for row in stock.rows}
    silent: set[str] = set()
    changes = Changes()
    for hazard, alerts in standing.items():
        left = {place: alert for place, alert in alerts.items() if place not in measured}
        silent |= left.keys()
        said = [unmeasured(place, hazard, alert.says.evidence) for place, alert in left.items()]
        changes += follow(connection, said, alerts, now)
    return len(silent), changes
