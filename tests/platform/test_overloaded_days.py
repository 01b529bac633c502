"""Days with more musts than vehicles, tips and shifts have room for: the plan holds, and says what is left."""

from dataclasses import replace
from datetime import timedelta

from field_day import SIX, TIP, day, hours, matrices, vehicle, visit
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.plan_check.check import check
from hereabouts_platform.planning.plan import Made, plan_day
from hereabouts_platform.planning.workers import Effort
from hereabouts_schemas.work import Compartment, DayWork, Load, RoundPlan, Vehicle

MADE = Made(at=SIX - timedelta(hours=1), roads="great_circle", attribution="")
BODIES_L = st.sampled_from((120, 200, 400, 1000))


def litter(litres: int) -> Load:
    return Load(stream="litter", litres=litres, kg=litres // 10)


def body(litres: int) -> tuple[Compartment, ...]:
    return (Compartment(streams=("litter",), litres=litres, kg=200),)


@st.composite
def vehicles_of(draw: st.DrawFn) -> tuple[Vehicle, ...]:
    """Up to three small lorries with short shifts, some with something in them already."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        litres = draw(BODIES_L)
        inside = draw(st.integers(0, litres // 2))
        carries = (litter(inside),) if inside else ()
        shift = hours(0, draw(st.sampled_from((1.5, 3, 6))))
        found.append(vehicle(number, compartments=body(litres), carries=carries, shift=shift))
    return tuple(found)


@st.composite
def full_days(draw: st.DrawFn) -> DayWork:
    """Up to twenty visits, most of them musts, and a tip that may close early."""
    vehicles = draw(vehicles_of())
    most_l = max(one.compartments[0].litres for one in vehicles)
    visits = [
        visit(
            number,
            load=litter(draw(st.integers(1, most_l))),
            service_s=draw(st.sampled_from((60, 300, 1200))),
            **draw(st.sampled_from(({}, {}, {}, {"must": False, "prize_p": 40}, {"must": False, "prize_p": 9000}))),
        )
        for number in range(draw(st.integers(2, 20)))
    ]
    tip = replace(TIP, open=(hours(0, draw(st.sampled_from((1, 2, 8)))),))
    return day(*visits, vehicles=vehicles, tips=(tip,))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(work=full_days())
def test_a_plan_of_too_many_musts_holds_and_says_what_is_left(work: DayWork) -> None:
    roads = matrices(work)
    plan = plan_day(work, roads, Effort(iterations=60), MADE)
    assert check(plan, roads) == []
    assert served(plan) | {one.visit for one in plan.left} == {one.id for one in work.visits}


def test_one_more_must_than_the_body_holds_stays_and_all_others_are_done() -> None:
    full = vehicle(0, compartments=body(5 * 60 + 59))
    opens_at_eleven = replace(TIP, open=(hours(5, 8),))
    early = tuple(visit(number, windows=(hours(0, 4),)) for number in range(6))
    plan = plan_day(day(*early, vehicles=(full,), tips=(opens_at_eleven,)), ROADS, Effort(iterations=60), MADE)
    assert check(plan, ROADS) == []
    assert len(served(plan)) == 5
    assert [one.unmet for one in plan.left] == [True]


ROADS = matrices(day(*map(visit, range(6))))


def served(plan: RoundPlan) -> set[str]:
    return {stop.visit for one in plan.rounds for stop in one.stops if stop.visit}
