"""Loss from frame counters against what was really lost: gaps, copies, disorder, ends of the counter, new sessions."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.rules.packet_loss import OUT_OF_ORDER, PacketLoss, packet_loss


def found(counters: Sequence[int | None]) -> tuple[int, int]:
    loss = packet_loss(counters)
    assert loss is not None
    return loss.expected, loss.lost


@st.composite
def sent_and_came(draw: st.DrawFn, *, most_gap: int = 400) -> tuple[int, list[int]]:
    """How many frames from the first that came to the last, and those that came, copied and out of order."""
    gaps = draw(st.lists(st.integers(1, most_gap), max_size=60))
    came = [draw(st.integers(0, 2**20))]
    for gap in gaps:
        came.append(came[-1] + gap)
    expected = came[-1] - came[0] + 1
    copies = draw(st.lists(st.sampled_from(came), max_size=20))
    # a frame may be overtaken, by as much as a number may lie back
    late = {n: n + draw(st.integers(0, OUT_OF_ORDER)) for n in set(came)}
    order = sorted(set(came), key=lambda n: (late[n], n))
    for copy in copies:
        order.insert(order.index(copy) + 1, copy)
    return expected, order


@given(sent_and_came())
def test_what_is_lost_of_one_session_is_told_exactly(case: tuple[int, list[int]]) -> None:
    expected, counters = case
    assert found(counters) == (expected, expected - len(set(counters)))


@given(sent_and_came(most_gap=3), st.sampled_from([2**16, 2**32]), st.integers(0, 60))
def test_the_end_of_the_counter_is_no_loss(case: tuple[int, list[int]], end: int, before: int) -> None:
    expected, counters = case
    shift = end - before - min(counters)
    assert found([(n + shift) % end for n in counters]) == (expected, expected - len(set(counters)))


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=80))
def test_any_numbers_give_a_share_of_what_was_expected(counters: list[int]) -> None:
    expected, lost = found(counters)
    assert 0 <= lost < expected
    assert expected - lost <= len(counters)


@given(st.integers(500, 60_000), st.integers(1, 40), st.integers(1, 40))
def test_a_join_begins_anew_and_loses_nothing(last: int, before: int, after: int) -> None:
    counters = [*range(last - before, last), *range(after)]
    assert found(counters) == (before + after, 0)


def test_a_wide_counter_that_begins_anew_is_not_taken_for_a_narrow_one() -> None:
    assert found([70_000, 70_001, 4_470, 4_471]) == (4, 0)


def test_without_counters_nothing_can_be_said_and_few_are_no_share() -> None:
    assert packet_loss([]) is packet_loss([None, None]) is None
    assert PacketLoss(expected=19, lost=9).percent is None
    assert PacketLoss(expected=20, lost=5).percent == 25.0
    assert found([None, 4, None, 6]) == (3, 1)


@pytest.mark.parametrize("order", [[5, 6, 8, 7], [5, 8, 6, 6, 7], [8, 7, 6, 5]])
def test_a_frame_that_comes_late_was_not_lost(order: list[int]) -> None:
    assert found(order) == (4, 0)
