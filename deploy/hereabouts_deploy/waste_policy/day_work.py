"""A made-up town's day as the planner of routes takes it, and its plan as the judge does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from hereabouts_deploy.waste_policy.calendar import ZERO_S
from hereabouts_deploy.waste_simulation.parameters import BREAK_AFTER_S, BREAK_S, RUSH
from hereabouts_deploy.waste_simulation.policy import TIP, Round
from hereabouts_deploy.waste_simulation.streets import Floats
from hereabouts_deploy.waste_simulation.town import Town
from hereabouts_platform.planning.plan import Made, plan_day
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.work import (
    Break,
    Compartment,
    DayWork,
    DutyRules,
    Load,
    Reason,
    ReasonKind,
    RoundPlan,
    StopKind,
    Tip,
    Vehicle,
    Visit,
    Window,
    Yard,
)

STREAM, CLASS, DUTY, DEPOT, TIP_ID = "litter", "truck", "day", "depot", "tip"
#: A kilometre costs a pound, so prizes in km are pounds; a vehicle more costs a kilometre; loads are planned so much
#: larger than expected.
PENCE_KM, FIXED_P, MARGIN = 100, 100, 1.12
WHY = Reason(kind=ReasonKind.FULLNESS, says="It pays to go today.")


def matrix_of(town: Town) -> Matrix:
    """The town's drives, a little slower than on an empty road."""
    slower = 1 + (float(np.mean(list(RUSH.values()))) - 1) / 2
    return Matrix(
        vehicle_class=CLASS,
        ids=(*(str(one) for one in range(town.bins)), DEPOT, TIP_ID),
        metres=town.metres.astype(np.int32),
        seconds=np.rint(town.seconds * slower).astype(np.int32),
    )


def planned(
    town: Town, matrix: Matrix, worth_km: Mapping[int, float], percent: Floats, day: tuple[int, int]
) -> list[Round]:
    """The rounds of a day for bins of some worth, with as few vehicles as cost least.

    Args:
        worth_km: what leaving each of these bins would cost; percent: how full all bins are expected, [bins].
        day: when vehicles leave (seconds since the first midnight of the lead-in), and iterations of the search.
    """
    leave = datetime.fromtimestamp(ZERO_S + day[0], UTC)
    work = DayWork(
        day=leave.date(),
        visits=tuple(_visit(town, one, worth, percent[one]) for one, worth in worth_km.items()),
        vehicles=tuple(_vehicle(town, k, leave) for k in range(len(town.vehicles))),
        yards=(Yard(id=DEPOT, name="Depot", lon=0.0, lat=0.0),),
        tips=(Tip(id=TIP_ID, name="Tip", lon=0.0, lat=0.0, turnround_s=town.turnround_s),),
        duty_rules=(
            DutyRules(
                name=DUTY,
                source="the town's shifts",
                most_driving_s=town.vehicles[0].shift_s,
                most_duty_s=town.vehicles[0].shift_s,
                breaks=(Break(after_s=BREAK_AFTER_S, length_s=BREAK_S),),
            ),
        ),
    )
    made = Made(at=leave, roads="network", attribution="made up")
    return _rounds(plan_day(work, {CLASS: matrix}, Effort(iterations=day[1]), made))


def _visit(town: Town, one: int, worth: float, percent: float) -> Visit:
    litres = min(max(percent, 15.0) / 100 * MARGIN * town.capacity_l[one], town.vehicles[0].litres / 2)
    return Visit(
        id=str(one),
        place=str(one),
        name=str(one),
        lon=0.0,
        lat=0.0,
        load=Load(stream=STREAM, litres=round(litres), kg=round(litres * town.kg_per_l[one])),
        service_s=int(town.service_s[one]),
        must=False,
        prize_p=round(worth * PENCE_KM),
        reason=WHY,
    )


def _vehicle(town: Town, number: int, leave: datetime) -> Vehicle:
    vehicle = town.vehicles[number]
    return Vehicle(
        id=str(number),
        name=str(number),
        vehicle_class=CLASS,
        compartments=(Compartment(litres=vehicle.litres, kg=vehicle.kilograms),),
        duty=DUTY,
        start=DEPOT,
        end=DEPOT,
        shift=Window(from_at=leave, to_at=leave + timedelta(seconds=vehicle.shift_s)),
        fixed_p=FIXED_P,
        per_km_p=PENCE_KM,
        per_hour_p=0,
    )


def _rounds(plan: RoundPlan) -> list[Round]:
    found = []
    for one in plan.rounds:
        stops = [TIP if stop.kind is StopKind.TIP else int(stop.visit or 0) for stop in one.stops if _told(stop.kind)]
        while stops and stops[-1] == TIP:  # the judge's vehicles always tip before they go home
            stops.pop()
        if stops:
            found.append(Round(vehicle=int(one.vehicle), stops=tuple(stops)))
    return found


def _told(kind: StopKind) -> bool:
    return kind in (StopKind.VISIT, StopKind.TIP)
