"""A small day of field work and a plan of it: two vehicles, three bins, one left, and a home to be looked at."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec

from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.work import (
    DayWork,
    DutyRules,
    Left,
    Load,
    Reason,
    ReasonKind,
    Round,
    RoundPlan,
    Stop,
    StopKind,
    Vehicle,
    Visit,
    Window,
    Yard,
)

PLACES = """
INSERT INTO place (id, kind, name, lon, lat, parent_id) VALUES ('yard', 'depot', 'Yard', -1.5, 53.8, NULL),
    ('b1', 'bin_slot', 'Market', -1.51, 53.81, NULL), ('b2', 'bin_slot', 'Park', -1.52, 53.82, NULL),
    ('b3', 'bin_slot', 'Lane', -1.53, 53.83, NULL), ('h1', 'home', 'Flat 1', -1.54, 53.84, NULL);
INSERT INTO vehicle VALUES ('v1', 'RCV 1', 'rcv26', '[{"streams": [], "litres": 14000, "kg": 9000}]', '{}',
    'gb_domestic', 'yard', 'yard', 100, 90, 2500), ('v2', 'Van', 'van', '[]', '{}', 'gb_domestic', 'yard', 'yard', 0,
    40, 1500);
INSERT INTO crew VALUES ('red', '1,2,3,4,5,6,7', 'Red', 'v1', '{1,2,3,4,5,6,7}', NULL, '06:00', '14:00'),
    ('blue', '1,2,3,4,5,6,7', 'Blue', 'v2', '{1,2,3,4,5,6,7}', NULL, '06:00', '14:00');
"""


def put_places(owner: Connection) -> None:
    """The places, vehicles and crews that the plan names."""
    owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    owner.execute(PLACES.encode())


def made_plan(day: date, *, on_van: str = "h1") -> RoundPlan:
    """RCV 1 goes to b1 and b2, the van to one more place; b3 is left."""
    at = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    shift = Window(from_at=at - timedelta(hours=1), to_at=at + timedelta(hours=7))
    vehicle = Vehicle(
        id="v1", name="RCV 1", vehicle_class="rcv26", duty="gb_domestic", start="yard", end="yard", shift=shift,
        fixed_p=100, per_km_p=90, per_hour_p=2500,
    )  # fmt: skip
    visits = (_visit("b1", "Market", 1), _visit("b2", "Park", 2), _visit("b3", "Lane", 3), _visit(on_van, "Van's", 4))
    late = at + timedelta(days=2)
    return RoundPlan(
        work=DayWork(
            day=day,
            visits=visits,
            vehicles=(vehicle, replace(vehicle, id="v2", name="Van", vehicle_class="van")),
            yards=(Yard(id="yard", name="Yard", lon=-1.5, lat=53.8),),
            duty_rules=(DutyRules(name="gb_domestic", source="Law", most_driving_s=36000, most_duty_s=39600),),
        ),
        rounds=(_round("v1", ("b1", "b2"), at), _round("v2", (on_van,), at)),
        left=(Left(visit="b3", says="Half full.", overflow_p50_at=late + timedelta(days=1), overflow_p90_at=late),),
        made_at=at - timedelta(hours=3),
        roads="osrm",
        attribution="© OpenStreetMap contributors, ODbL",
        matrix_sha256={"rcv26": "0a"},
        seed=1,
        solve_s=1.0,
    )


def published(plan: RoundPlan) -> bytes:
    """Its JSON."""
    return msgspec.json.encode(plan)


def _visit(place: str, name: str, number: int) -> Visit:
    return Visit(
        id=place, place=place, name=name, lon=-1.5 - number / 100, lat=53.8 + number / 100, service_s=60,
        must=number < 3, prize_p=50 * number, load=Load(stream="general", litres=800, kg=80),
        reason=Reason(kind=ReasonKind.FULLNESS, says=f"{name} is 90 % full."),
    )  # fmt: skip


def _round(vehicle: str, places: tuple[str, ...], at: datetime) -> Round:
    def stop(kind: StopKind, place: str, number: int, visit: str | None = None) -> Stop:
        begins = at + timedelta(minutes=10 * number)
        return Stop(
            kind=kind, place=place, visit=visit, drive_m=1000 * min(number, 1), drive_s=540 * min(number, 1),
            arrives_at=begins, begins_at=begins, leaves_at=begins + timedelta(minutes=1),
        )  # fmt: skip

    there = [stop(StopKind.VISIT, place, number, place) for number, place in enumerate(places, start=1)]
    return Round(
        vehicle=vehicle, stops=(stop(StopKind.START, "yard", 0), *there, stop(StopKind.END, "yard", len(places) + 1))
    )
