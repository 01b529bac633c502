"""The independent check: plans that hold pass, and whatever way one is spoilt is found and named."""

import random
from dataclasses import replace
from datetime import timedelta
from functools import cache

import msgspec
import pytest
from corruptions import CORRUPTIONS
from field_day import SIX, matrices, rich_day
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.plan_check.check import check, check_published, publishable
from hereabouts_platform.plan_check.loads import fits
from hereabouts_platform.plan_check.violation import Kind, PlanRefused
from hereabouts_platform.planning.plan import Made, plan_day
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import Compartment, RoundPlan

MADE = Made(at=SIX - timedelta(hours=1), roads="great_circle", attribution="")
DAYS = 5


@cache
def good(seed: int) -> tuple[RoundPlan, dict[str, Matrix]]:
    """A plan that holds, and its roads."""
    work = rich_day(seed)
    roads = matrices(work, seed)
    return plan_day(work, roads, Effort(iterations=20), MADE), roads


@pytest.mark.parametrize("seed", range(DAYS))
def test_plans_that_hold_pass_as_published(seed: int) -> None:
    plan, roads = good(seed)
    published = publishable(plan, roads)
    assert check_published(published, roads) == []
    assert msgspec.json.decode(published, type=RoundPlan) == plan


def test_all_that_can_be_wrong_is_tried() -> None:
    assert len(CORRUPTIONS) >= 40
    tried = {found[1] for spoil in CORRUPTIONS for seed in range(DAYS) if (found := spoil(good(seed)[0], dice(seed)))}
    assert tried == set(Kind)


def dice(seed: int) -> random.Random:
    return random.Random(seed)


@pytest.mark.parametrize("spoil", CORRUPTIONS, ids=lambda spoil: spoil.__name__)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(day=st.integers(0, DAYS - 1), seed=st.integers(0, 10**6))
def test_every_corruption_is_found(spoil, day: int, seed: int) -> None:
    plan, roads = good(day)
    spoilt = spoil(plan, dice(seed))
    if spoilt is None:
        return
    corrupted, kind = spoilt
    found = check(corrupted, roads)
    assert kind in {one.kind for one in found}, found
    assert all(one.says for one in found)
    if kind is not Kind.TIME:  # a time without a zone is written as it stands, and read so
        with pytest.raises(PlanRefused) as refused:
            publishable(corrupted, roads)
        assert refused.value.violations == found


def test_other_legs_are_other_roads() -> None:
    plan, roads = good(0)
    longer = replace(roads["rcv"], metres=roads["rcv"].metres * 2)
    assert Kind.MATRIX in {one.kind for one in check(plan, {**roads, "rcv": longer})}
    assert Kind.MATRIX in {one.kind for one in check(plan, {"van": roads["van"]})}


def test_what_is_no_plan_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="not the JSON of a plan"):
        check_published(b'{"rounds": 3}', {})


@pytest.mark.parametrize(
    ("inside", "held"),
    [
        ({"glass": (10, 1)}, True),
        ({"glass": (10, 1), "paper": (10, 1)}, True),
        ({"glass": (10, 1), "paper": (11, 1)}, False),
        ({"glass": (10, 1), "paper": (1, 1), "food": (1, 1)}, False),
        ({"litter": (20, 2), "glass": (5, 1), "paper": (5, 1)}, True),
        ({"litter": (21, 2)}, False),
        ({"litter": (2, 3)}, False),
        ({}, True),
    ],
)
def test_what_a_body_holds(inside: dict[str, tuple[int, int]], held: bool) -> None:
    """Two parts for litter that count as one, one for glass or litter, one for any stream but one at a time."""
    litter = Compartment(streams=("litter",), litres=10, kg=1)
    body = (litter, litter, Compartment(streams=("glass",), litres=10, kg=1), Compartment(litres=10, kg=1))
    assert fits(body, inside) is held
