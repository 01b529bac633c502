"""A round as long as a crew's morning: to be looked at on a phone and on paper."""

from dataclasses import replace
from datetime import date, timedelta

from made_plan import made_plan, put_places

from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.work import Approach, Load, Reason, ReasonKind, RoundPlan, Stop, StopKind, Window

STREETS = ("High Street", "Chip shop, Mill Lane", "Park Gate North", "Church Road by the bus stop", "Quay Steps")


def put_bins(owner: Connection, count: int) -> None:
    """The places of `made_plan`, and a street of bins."""
    put_places(owner)
    for number in range(1, count + 1):
        owner.execute(
            "INSERT INTO place (id, kind, name, lon, lat) VALUES (%s, 'bin_slot', %s, %s, 53.8)",
            (f"bin-{number}", name_of(number), -1.5 - number / 1000),
        )


def name_of(number: int) -> str:
    """What a bin is called."""
    return f"{STREETS[number % len(STREETS)]} {number}"


def long_plan(day: date, count: int) -> RoundPlan:
    """RCV 1 goes to `count` bins with a break and a trip to the tip half-way; nothing is left, and no home is on it."""
    plan = made_plan(day, on_van="b3")
    market, _, _, van = plan.work.visits
    first, second = plan.rounds
    start, stop, end = first.stops[0], first.stops[1], first.stops[-1]
    visits, stops = [], [start]
    for number in range(1, count + 1):
        key, begins = f"bin-{number}", stop.begins_at + timedelta(minutes=6 * number)
        says = f"{name_of(number)} is {60 + number} % full; one in ten such bins overflows before Thursday."
        windows = (Window(from_at=begins - timedelta(hours=1), to_at=begins + timedelta(hours=1)),)
        visits.append(
            replace(
                market, id=key, place=key, name=name_of(number), must=number % 7 == 0, lon=-1.5 - number / 1000,
                reason=Reason(kind=ReasonKind.FULLNESS, says=says), load=Load(stream="general", litres=120, kg=12),
                approach=Approach.CURB if number % 3 == 0 else Approach.EITHER,
                windows=windows if number % 5 == 0 else (),
            )
        )  # fmt: skip
        stops.append(_at(stop, begins, place=key, visit=key))
        if number == count // 2:
            stops.append(_at(stop, begins + timedelta(minutes=2), kind=StopKind.BREAK, place=key, visit=None))
            stops.append(_at(stop, begins + timedelta(minutes=4), kind=StopKind.TIP, place="yard", visit=None))
    last = _at(end, stops[-1].leaves_at + timedelta(minutes=9))
    rounds = (replace(first, stops=(*stops, last)), second)
    return replace(plan, work=replace(plan.work, visits=(*visits, van)), rounds=rounds, left=())


def _at(stop: Stop, begins: object, **changed: object) -> Stop:
    leaves = begins + timedelta(minutes=1)  # type: ignore[operator]
    return replace(stop, arrives_at=begins, begins_at=begins, leaves_at=leaves, **changed)  # type: ignore[arg-type]
