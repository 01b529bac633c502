"""Patterns over homes: leaks down a stack, what serves a block, build types."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.neighbours import Neighbour, PatternKind, at_least, patterns

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)


def flat(floor: int, *, wet: bool = False, days: float = 0, stack: str = "A", block: str = "Elm Court") -> Neighbour:
    return Neighbour(
        home=f"{block}-{stack}-{floor}",
        name=f"Flat {stack}{floor}",
        block=block,
        stack=stack,
        floor=floor,
        hazard="damp_mould" if wet else None,
        cause=Cause.WATER_INGRESS if wet else None,
        since=NOON + timedelta(days=days) if wet else None,
    )


def in_block(n: int, cause: Cause | None, days: float = 0, block: str = "Elm Court") -> Neighbour:
    hazard = None if cause is None else "excess_cold" if cause is Cause.HEATING_FAILURE else "damp_mould"
    since = NOON + timedelta(days=days) if cause else None
    return Neighbour(home=f"{block}-{n}", name=f"Flat {n}", block=block, hazard=hazard, cause=cause, since=since)


def test_a_leak_is_looked_for_above() -> None:
    found = patterns([flat(1, wet=True, days=6), flat(2, wet=True), flat(3), flat(1, stack="B", wet=True)])
    assert [(one.kind, one.homes) for one in found] == [(PatternKind.LEAK, ("Elm Court-A-2", "Elm Court-A-1"))]
    assert found[0].says == (
        "Flat A2 and Flat A1 below it show signs of water at about the same time: look for a leak in Flat A2 or above "
        "it before treating the flats one by one."
    )


@pytest.mark.parametrize(
    "homes",
    [
        [flat(1, wet=True), flat(3, wet=True)],
        [flat(1, wet=True), flat(2, wet=True, days=15)],
        [flat(1, wet=True), flat(2, wet=True, block="Oak Court")],
    ],
    ids=["a dry floor between", "months apart", "another block"],
)
def test_no_leak_where_flats_do_not_adjoin_in_place_and_time(homes: list[Neighbour]) -> None:
    assert patterns(homes) == []


def test_a_boiler_that_serves_a_block() -> None:
    cold = [in_block(n, Cause.HEATING_FAILURE, days=n * 0.5) for n in range(4)]
    warm = [in_block(n, None) for n in range(4, 10)]
    found = patterns(cold + warm)
    assert [(one.kind, len(one.homes)) for one in found] == [(PatternKind.BOILER, 4)]
    assert "In 4 of the 10 homes measured in Elm Court, within 3 days, it turned cold" in found[0].says
    assert patterns(cold + [in_block(n, None) for n in range(4, 20)]) == []
    assert patterns([in_block(n, Cause.HEATING_FAILURE, days=n * 4) for n in range(4)]) == []


def test_a_fan_that_serves_a_block() -> None:
    found = patterns([in_block(n, Cause.EXTRACT_FAILURE, days=n * 4) for n in range(4)] + [in_block(9, None)])
    assert [(one.kind, len(one.homes)) for one in found] == [(PatternKind.FAN, 4)]


def test_damp_up_a_stack_is_looked_for_in_what_runs_through_it() -> None:
    cold = [replace(flat(n, wet=n < 4, days=20 * n), cause=Cause.COLD_BRIDGE) for n in range(6)]
    (found,) = patterns(cold)
    assert (found.kind, found.where, len(found.homes)) == (PatternKind.STACK, "Elm Court, A", 4)
    assert found.says.startswith("4 of 6 homes measured in this stack have damp: look at the riser")
    assert patterns([*cold, *(flat(n) for n in range(6, 9))]) == []  # fewer than half
    assert patterns([replace(one, cause=Cause.SENSOR_FAULT) for one in cold]) == []
    (leak,) = patterns([flat(n, wet=n < 4) for n in range(6)])  # the leak tells of all of them
    assert leak.kind is PatternKind.LEAK


def houses(count: int, build_type: str, damp: int) -> list[Neighbour]:
    return [
        Neighbour(
            home=f"{build_type}-{n}",
            name=f"{n} {build_type}",
            build_type=build_type,
            hazard="damp_mould" if n < damp else None,
            cause=Cause.COLD_BRIDGE if n < damp else None,
        )
        for n in range(count)
    ]


def test_a_build_type_with_more_damp_than_others() -> None:
    found = patterns(houses(20, "no-fines", 8) + houses(80, "terrace", 4))
    assert [(one.kind, one.where, len(one.homes)) for one in found] == [(PatternKind.ARCHETYPE, "no-fines", 8)]
    assert "in 8 of 20 homes of the type no-fines, and in 4 of 80 others" in found[0].says
    assert found[0].chance is not None
    assert found[0].chance < 0.001
    assert patterns(houses(20, "no-fines", 2) + houses(80, "terrace", 4)) == []
    assert patterns(houses(20, "no-fines", 8)) == []


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_chance_is_that_of_drawing_blindly(drawn: int, marked: int, others: int) -> None:
    total = marked + others
    drawn = min(drawn, total)
    exactly = [comb(marked, k) * comb(others, drawn - k) / comb(total, drawn) for k in range(drawn + 1)]
    for hits in range(drawn + 1):
        assert at_least(hits, drawn=drawn, marked=marked, total=total) == pytest.approx(sum(exactly[hits:]))


def test_the_order_of_homes_does_not_matter() -> None:
    homes = [flat(n, wet=n < 3) for n in range(6)] + [in_block(n, Cause.EXTRACT_FAILURE, n) for n in range(8)]
    homes += houses(20, "no-fines", 8) + houses(80, "terrace", 4)
    shuffled = random.Random(1).sample(homes, len(homes))
    assert patterns(shuffled) == patterns(homes)
    assert {one.kind for one in patterns(homes)} == {PatternKind.LEAK, PatternKind.FAN, PatternKind.ARCHETYPE}
