"""Savings against a baseline: sums that agree, days that are left out, intervals, fuel and its factors."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.savings.factors import conversion_factors
from hereabouts_platform.savings.facts import Before, DayPlan, Measure, RoundRun, Span, Why
from hereabouts_platform.savings.interval import interval
from hereabouts_platform.savings.tell import Saving, Savings, savings
from hereabouts_schemas.errors import InputError

MONDAY = date(2026, 3, 2)
FACTORS = conversion_factors()
DIESEL_2026 = 2.58354
AFTER = MONDAY + timedelta(days=100)


def before(**given_: object) -> Before:
    """North on weekdays: 80 km, 7 h, 32 litres of diesel, 120 visits."""
    facts = {
        "round": "north", "weekdays": (1, 2, 3, 4, 5), "on": None, "km": 80.0, "hours": 7.0, "visits": 120,
        "litres": 32.0, "fuel": "diesel", "method": "odometer", "source": "log books of spring",
    }  # fmt: skip
    return Before(**(facts | given_))  # type: ignore[arg-type]


def run(km: float, **given_: object) -> RoundRun:
    facts = {
        "vehicle": "RCV 1", "km": km, "hours": 6.0, "visits": 80, "reported": 80, "fuel": "diesel",
        "fuel_per_100km": 40.0,
    }  # fmt: skip
    return RoundRun(**(facts | given_))  # type: ignore[arg-type]


def plan(number: int, *rounds: RoundRun, depot: str = "yard", **given_: object) -> DayPlan:
    return DayPlan(day=MONDAY + timedelta(days=number), depot=depot, rounds=rounds, **given_)  # type: ignore[arg-type]


def told(rows: list[Before], plans: list[DayPlan], days: int = 5, **given_: object) -> Savings:
    facts = {"first": MONDAY, "last": MONDAY + timedelta(days=days - 1), "today": AFTER}
    return savings(rows, plans, Span(**(facts | given_)), FACTORS)  # type: ignore[arg-type]


def of(found: Savings, measure: Measure) -> Saving:
    return next(one for one in found.savings if one.measure is measure)


def left(found: Savings) -> dict[Why, int]:
    return {one.why: one.days for one in found.left_out}


def test_a_week_is_told_with_its_interval_and_its_method() -> None:
    found = told([before()], [plan(n, run(60.0 + n)) for n in range(5)])
    km = of(found, Measure.KM)
    assert (km.days, km.before, km.now, km.saved) == (5, 400.0, 310.0, 90.0)
    # differences 20, 19 .. 16: s = 1.5811, 5 days, t(4) = 2.7764: 90 +- 2.7764 * sqrt(5) * 1.5811
    assert km.low == pytest.approx(80.18, abs=0.01)
    assert km.high == pytest.approx(99.82, abs=0.01)
    assert km.says == "90 km less than before (22 %). Over as many such days it would be 80.2 to 99.8 km less."
    co2e = of(found, Measure.CO2E)
    assert co2e.saved == pytest.approx((5 * 32 - 310 * 0.4) * DIESEL_2026)
    assert [(one.fuel, one.year, one.used_for) for one in found.factors] == [("diesel", 2026, 2026)]
    method = " ".join(found.method)
    assert "odometer (log books of spring) for north" in method
    assert "Planned is not driven" in method
    assert "Of 400 visits planned on these days crews reported 400 (100 %)." in method
    assert "narrower than it should be" in method


def test_what_may_be_nothing_is_said_to_be() -> None:
    found = told([before()], [plan(n, run(80.0 + (-1) ** n * 10)) for n in range(5)])
    assert "It may be no saving at all" in of(found, Measure.KM).says
    worse = told([before()], [plan(n, run(100.0 + n)) for n in range(5)])
    assert "more than before (28 %)" in of(worse, Measure.KM).says
    few = told([before()], [plan(n, run(60.0)) for n in range(4)])
    assert (of(few, Measure.KM).low, of(few, Measure.KM).saved) == (None, 80.0)
    assert "it takes 5 days" in of(few, Measure.KM).says


@pytest.mark.parametrize(
    ("why", "rows", "plans"),
    [
        (Why.NO_BASELINE, [], [plan(0, run(60))]),
        (Why.TWO_BASELINES, [before(), before(weekdays=(1,))], [plan(0, run(60))]),
        (Why.NO_PLAN, [before()], []),
        (Why.NO_MAP, [before()], [plan(0, run(60), mapped=False)]),
        (Why.TO_HOMES, [before()], [plan(0, run(60), to_homes=True)]),
        (Why.NOT_REPORTED, [before()], [plan(0, run(60), run(30, reported=0))]),
    ],
)
def test_a_day_that_cannot_be_compared_is_left_out_and_says_why(
    why: Why, rows: list[Before], plans: list[DayPlan]
) -> None:
    found = told(rows, plans, days=1)
    assert left(found) == {why: 1}
    assert all(one.saved is None and one.says.startswith("Cannot say") for one in found.savings)
    assert left(told(rows, plans, days=1, today=MONDAY)) == {Why.NOT_OVER: 1}


def test_a_day_without_a_round_then_and_now_is_no_matter_and_a_day_of_rest_is() -> None:
    found = told([before()], [plan(0)], days=7)
    assert (of(found, Measure.KM).saved, left(found)) == (80.0, {Why.NO_PLAN: 4})


def test_fuel_is_said_only_where_the_council_has_stored_it() -> None:
    none = told([before(litres=None)], [plan(0, run(60, fuel_per_100km=None))], days=1)
    assert of(none, Measure.KM).saved == 20
    litres = of(none, Measure.LITRES).says
    assert "the baseline has no litres of north" in litres
    assert "of RCV 1 it is not stored which fuel" in litres
    unnamed = told([before(fuel=None)], [plan(0, run(60))], days=1)
    assert of(unnamed, Measure.LITRES).saved == pytest.approx(8)
    assert of(unnamed, Measure.CO2E).saved is None
    electric = told([before()], [plan(0, run(60, fuel="electricity", fuel_per_100km=150.0))], days=1)
    assert (of(electric, Measure.LITRES).now, of(electric, Measure.CO2E).now) == (0, pytest.approx(90 * 0.13096))


def test_depots_are_compared_by_themselves_where_the_baseline_names_them() -> None:
    plans = [plan(0, run(60)), plan(0, run(50), depot="other")]
    named = told([before(depot="yard")], plans, days=1)
    assert (of(named, Measure.KM).saved, left(named)) == (20, {Why.NO_BASELINE: 1})
    assert left(told([before()], plans[:1], days=1, depots=frozenset({"yard", "other"}))) == {Why.NO_PLAN: 1}
    assert of(told([before(km=150.0)], plans, days=1, depots=frozenset({"yard", "other"})), Measure.KM).saved == 40
    assert left(told([before()], plans, days=1, depot="yard")) == {Why.NO_BASELINE: 1}


def test_measured_days_stand_for_their_weekday_and_widen_the_interval() -> None:
    measured = [
        before(weekdays=None, on=MONDAY - timedelta(weeks=weeks, days=-n), km=80.0 + 6 * (weeks - 2))
        for weeks in (1, 2, 3)
        for n in range(5)
    ]
    plans = [plan(n, run(60.0 + n)) for n in range(5)]
    wide, narrow = told(measured, plans), told([before()], plans)
    one, other = of(wide, Measure.KM), of(narrow, Measure.KM)
    assert (one.before, one.saved) == (400.0, 90.0)
    assert (one.low or 0) < (other.low or 0)
    assert not any("narrower" in line for line in wide.method)
    own_day = told([before(), before(weekdays=None, on=MONDAY, km=0.0)], plans, days=1)
    assert of(own_day, Measure.KM).before == 0.0


days = st.lists(
    st.tuples(st.integers(0, 2), st.floats(0, 200), st.sampled_from(["run", "none", "silent", "sketch"])),
    min_size=2, max_size=14,
)  # fmt: skip


def made(drawn: list[tuple[int, float, str]]) -> list[DayPlan]:
    plans = []
    for number, (rounds, km, what) in enumerate(drawn):
        runs = [run(km, reported=0 if what == "silent" else 70) for _ in range(rounds)]
        if what != "none":
            plans.append(plan(number, *runs, mapped=what != "sketch"))
    return plans


@settings(max_examples=40)
@given(drawn=days, cut=st.integers(1, 13))
def test_two_parts_of_a_span_add_up_to_it(drawn: list[tuple[int, float, str]], cut: int) -> None:
    rows = [before(), before(round="south", weekdays=(2, 6), km=40.0)]
    plans, last = made(drawn), MONDAY + timedelta(days=len(drawn) - 1)
    middle = min(MONDAY + timedelta(days=cut), last)
    whole = told(rows, plans, last=last)
    parts = told(rows, plans, last=middle - timedelta(days=1)), told(rows, plans, first=middle, last=last)
    for one in whole.savings:
        for name in ("days", "before", "now", "saved"):
            halves = (getattr(of(part, one.measure), name) or 0 for part in parts)
            assert sum(halves) == pytest.approx(getattr(one, name) or 0)
    assert sum(sum(left(part).values()) for part in parts) == sum(left(whole).values())
    assert sum(part.planned_visits for part in parts) == whole.planned_visits


@settings(max_examples=40)
@given(drawn=days)
def test_days_without_a_baseline_change_nothing_but_their_count(drawn: list[tuple[int, float, str]]) -> None:
    rows, plans = [before()], made(drawn)
    last = MONDAY + timedelta(days=len(drawn) - 1)
    weekdays = [one for one in plans if one.day.isoweekday() < 6]
    with_all, without = told(rows, plans, last=last), told(rows, weekdays, last=last)
    assert replace(with_all, left_out=()) == replace(without, left_out=())
    weekend = {one.day for one in plans} - {one.day for one in weekdays}
    assert left(with_all).get(Why.NO_BASELINE, 0) == len(weekend)


@given(values=st.lists(st.floats(-50, 50), min_size=5, max_size=40), shift=st.floats(-20, 20))
def test_an_interval_holds_its_sum_and_moves_with_it(values: list[float], shift: float) -> None:
    ends = interval(values, {})
    assert ends is not None
    assert ends[0] <= sum(values) + 1e-9
    assert ends[1] >= sum(values) - 1e-9
    moved = interval([value + shift for value in values], {})
    assert moved is not None
    assert moved[0] - ends[0] == pytest.approx(len(values) * shift, abs=1e-6)


def test_factors_shipped_have_their_shape_and_the_latest_earlier_year_stands_in() -> None:
    assert {"diesel", "petrol", "hvo", "electricity"} == set(FACTORS.units)
    for one in FACTORS.editions.values():
        assert str(one.year) in one.title
        assert one.url.endswith(str(one.year))
        assert one.licence == "Open Government Licence v3.0"
        assert 0 < one.kg_co2e < 3
    known = [FACTORS.of("diesel", year) for year in (2022, 2024, 2040)]
    assert [one and (one.year, one.kg_co2e) for one in known] == [None, (2024, 2.51279), (2026, DIESEL_2026)]
    assert FACTORS.of("petrol", 2023) is None
    assert FACTORS.of("coal", 2026) is None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[edition.2027]\ntitle = 'x'\nurl = 'x'\ndiesel = 2.5", "edition.2027.licence"),
        ("[units]\ndiesel = 'gallon'", "units.diesel"),
        ("[edition.2027]\ntitle = 'x'\nurl = 'x'\nlicence = 'x'\nlpg = 1.5", "edition.2027.lpg"),
        ("[units]\nlpg = 'litre'\n[edition.2027]\ntitle = 'x'\nurl = 'x'\nlicence = 'x'\nlpg = -1", "edition.2027.lpg"),
        ("[edition.soon]\ntitle = 'x'", "edition"),
        ("no toml", "conversion factors"),
    ],
)
def test_factors_that_cannot_be_used_are_refused_by_name(tmp_path: Path, text: str, field: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        conversion_factors(path)
    assert refused.value.field == field
