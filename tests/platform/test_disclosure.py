"""No figure of an area, alone or taken away from another's, tells of fewer than ten homes."""

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.rules.disclosure import FEWEST, AreaKey, Verdict, rounded, rounded_count, verdict

WARD = AreaKey(kind="ward", code="W", vintage="2024")


def lsoa(number: int) -> AreaKey:
    return AreaKey(kind="lsoa", code=f"L{number}", vintage="2021")


def homes(*sizes: int) -> dict[AreaKey, frozenset[int]]:
    """A ward divided into parts of these sizes."""
    found, start = {}, 0
    for number, size in enumerate(sizes):
        found[lsoa(number)] = frozenset(range(start, start + size))
        start += size
    return {key: part for key, part in found.items() if part} | {WARD: frozenset(range(start))}


def test_fewer_than_ten_are_too_few() -> None:
    assert verdict(WARD, homes(9)) is Verdict.TOO_FEW
    assert verdict(WARD, {}) is Verdict.TOO_FEW
    assert verdict(WARD, homes(10)) is Verdict.SHOWN


def test_the_smallest_part_is_held_back_where_the_rest_is_too_few() -> None:
    town = homes(12, 20, 4)
    assert [verdict(lsoa(number), town) for number in range(3)] == [
        Verdict.COMPLEMENT, Verdict.SHOWN, Verdict.TOO_FEW,
    ]  # fmt: skip
    assert verdict(WARD, town) is Verdict.SHOWN


def test_an_older_edition_that_lacks_a_few_homes_is_held_back() -> None:
    older = AreaKey(kind="ward", code="W", vintage="2020")
    town = {WARD: frozenset(range(30)), older: frozenset(range(27))}
    assert verdict(older, town) is Verdict.COMPLEMENT
    assert verdict(WARD, town) is Verdict.SHOWN


def test_the_same_homes_in_two_areas_tell_nothing_more() -> None:
    town = {WARD: frozenset(range(30)), lsoa(1): frozenset(range(30))}
    assert {verdict(key, town) for key in town} == {Verdict.SHOWN}


def shown_parts(town: Mapping[AreaKey, frozenset[int]], kind: str) -> list[frozenset[int]]:
    return [found for key, found in town.items() if key.kind == kind and verdict(key, town) is Verdict.SHOWN]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_a_ward_less_any_of_its_parts_tells_of_no_few(sizes: list[int]) -> None:
    town = homes(*sizes)
    if verdict(WARD, town) is not Verdict.SHOWN:
        return
    parts = shown_parts(town, "lsoa")
    for count in range(1, len(parts) + 1):
        for some in combinations(parts, count):
            left = town[WARD].difference(*some)
            assert not 0 < len(left) < FEWEST


@pytest.mark.parametrize(
    ("count", "said"), [(0, 0), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1000, 1000)]
)
def test_counts_are_rounded(count: int, said: int | None) -> None:
    assert rounded_count(count) == said


def test_figures_have_three_digits() -> None:
    assert [rounded(value) for value in (19.44, 1234.5, 0.01239, None)] == [19.4, 1230.0, 0.0124, None]
