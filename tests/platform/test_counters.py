"""Increments of counters: two ways of counting agree, and every roll-over and reset is told apart."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.store.connection import Connection, DatabaseRole, connect

BITS = st.sampled_from([8, 16, 24, 32])
DATABASE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


def increments(owner: Connection, pairs: Sequence[tuple[float, float]], modulus: float | None) -> list[float | None]:
    befores, afters = ([pair[side] for pair in pairs] for side in (0, 1))
    rows = owner.execute(
        "SELECT counter_increment(b, a, %s::float8) FROM unnest(%s::float8[], %s::float8[])"
        " WITH ORDINALITY AS u (b, a, n) ORDER BY n",
        (modulus, befores, afters),
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("before", "after", "modulus", "expected"),
    [
        (10, 17, 65_536, 7),
        (10, 10, 65_536, 0),
        (65_530, 4, 65_536, 10),
        (65_535, 0, 65_536, 1),
        (2**32 - 1, 0, 2**32, 1),
        (900, 12, 65_536, 12),
        (40_000, 7_232, 65_536, 7_232),  # less by exactly half: a reset
        (40_000, 7_231, 65_536, 32_767),  # by one more: a roll-over
        (65_530, 4, None, 4),
        (900, 12, None, 12),
        (5, 65_536, 65_536, None),
        (-1, 5, None, None),
        (nan, 5, None, None),
        (5, inf, 65_536, None),
        (None, 5, None, None),
        (5, None, 65_536, None),
    ],
)
def test_increment(owner: Connection, before: float, after: float, modulus: int | None, expected: float | None) -> None:
    assert increments(owner, [(before, after)], modulus) == [expected]


@DATABASE
@given(data=st.data(), bits=BITS)
def test_a_true_count_comes_back_from_a_counter_that_rolls_over(
    owner: Connection, data: st.DataObject, bits: int
) -> None:
    """A counter of N bits shows the true count modulo 2**N; less than half a turn between readings is recovered."""
    modulus = 2**bits
    counts = data.draw(st.lists(st.integers(0, modulus // 2 - 1), min_size=1, max_size=50))
    true, shown = 0, [0]
    for count in counts:
        true += count
        shown.append(true % modulus)
    assert increments(owner, list(pairwise(shown)), modulus) == counts


@DATABASE
@given(st.lists(st.lists(st.integers(0, 1000), max_size=8), min_size=1, max_size=8))
def test_resets_never_count_more_than_passed(owner: Connection, lives: list[list[int]]) -> None:
    """Between resets a counter without a modulus counts up from 0: only what passed unseen before a reset is lost."""
    shown = [total for life in lives for total in (sum(life[: n + 1]) for n in range(len(life)))]
    counted = sum(step for step in increments(owner, list(pairwise(shown)), None) if step is not None)
    assert counted <= sum(sum(life) for life in lives)


@DATABASE
@given(
    pairs=st.lists(st.tuples(st.floats(), st.floats()), min_size=20, max_size=20),
    modulus=st.one_of(st.none(), st.integers(2, 2**32)),
)
def test_an_increment_is_never_negative(
    owner: Connection, pairs: list[tuple[float, float]], modulus: int | None
) -> None:
    for step in increments(owner, pairs, modulus):
        assert step is None or step >= 0
        assert modulus is None or step is None or step < modulus
