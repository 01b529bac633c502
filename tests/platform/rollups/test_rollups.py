"""Rollups are what a recomputation from raw readings gives, whatever came when, and so is what the API says of them."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.readings import CivilBucket, Interval
from hereabouts_schemas.times import LONDON

Ground = Any
HOUR = timedelta(hours=1)
KINDS = 4
SPRING, AUTUMN = (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC))  # clocks change then
ALWAYS = Interval()
BUCKETS = (HOUR, 2 * HOUR, 24 * HOUR, timedelta(minutes=20), *CivilBucket)


instants = st.builds(
    lambda base, minutes, micro: base + timedelta(minutes=minutes, microseconds=micro),
    st.sampled_from([SPRING, AUTUMN]),
    st.one_of(st.integers(0, 240), st.integers(0, 3 * 1440).map(lambda m: m // 10 * 10)),
    st.sampled_from([0, 0, 0, 1, 999_999]),
)
values = st.integers(0, 255).map(float)  # whole numbers add up exactly in any order
keys = st.tuples(st.integers(0, KINDS - 1), instants)
inserts = st.dictionaries(keys, values, min_size=1, max_size=12)
bounds = st.fixed_dictionaries({"batches": st.integers(1, 3), "touched": st.integers(1, 9), "hours": st.integers(1, 9)})
steps = st.one_of(
    st.tuples(st.just("insert"), inserts),
    st.tuples(st.just("begin"), inserts),
    st.tuples(st.just("commit"), st.integers(0, 3)),
    st.tuples(st.just("revise"), st.lists(st.tuples(st.integers(0, 200), st.none() | values), min_size=1, max_size=6)),
    st.tuples(st.just("run"), bounds),
    st.tuples(st.just("ask"), st.sampled_from(BUCKETS)),
)
intervals = st.tuples(st.none() | instants, st.none() | instants).map(
    lambda ends: Interval(from_at=ends[0], to_at=ends[1] if ends[0] is None or (ends[1] or ends[0]) > ends[0] else None)
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(steps, min_size=1, max_size=14), asked=intervals)
def test_rollups_are_what_raw_readings_say(ground: Ground, history: list[Any], asked: Interval) -> None:
    ground.forget()
    with ExitStack() as stack:
        History(ground, stack, asked).play(history)
    ground.run_to_the_end()
    hours = ground.expected(HOUR, ALWAYS)
    assert same(without_mean(ground.hours()), hours)
    assert ground.hours() == ground.recomputed()
    days = ground.expected(CivilBucket.DAY, ALWAYS)
    assert same(
        without_mean(ground.days()), {(n, start.astimezone(LONDON).date()): found for (n, start), found in days.items()}
    )
    answers = {(bucket, whole): check_answer(ground, bucket, whole) for bucket in BUCKETS for whole in (ALWAYS, asked)}
    ground.owner.execute("UPDATE rollup_progress SET below = NULL")  # from here on all is read from raw readings
    for (bucket, interval), answer in answers.items():
        assert ground.answer(bucket, interval) == answer


class History:
    """Plays steps; transactions that were begun and not committed by a step are committed at the end."""

    def __init__(self, ground: Ground, stack: ExitStack, asked: Interval) -> None:
        self._ground = ground
        self._stack = stack
        self._asked = asked
        self._open: list[tuple[Any, Any]] = []

    def play(self, history: list[Any]) -> None:
        for what, detail in history:
            getattr(self, f"_{what}")(detail)
        while self._open:
            self._commit(len(self._open) - 1)

    def _new(self, changes: dict[Any, float]) -> dict[Any, float]:
        """What no open transaction has its hands on: of the others only one may have a key."""
        held = {key for _, held in self._open for key in held}
        return {key: value for key, value in changes.items() if key not in held and key not in self._ground.stands}

    def _insert(self, changes: dict[Any, float]) -> None:
        self._ground.batch(self._new(changes))

    def _begin(self, changes: dict[Any, float]) -> None:
        if len(self._open) == 3:
            return
        connection = self._stack.enter_context(connect(self._ground.url, DatabaseRole.OWNER))
        transaction = ExitStack()
        transaction.enter_context(acting(connection, self._ground.principal))
        new = self._new(changes)
        self._ground.writes(connection, new)
        self._open.append((transaction, new))

    def _commit(self, number: int) -> None:
        if number < len(self._open):
            transaction, changes = self._open.pop(number)
            transaction.close()
            self._ground.committed(changes)

    def _revise(self, wanted: list[tuple[int, float | None]]) -> None:
        stands = sorted(self._ground.stands)
        if stands:
            self._ground.batch({stands[at % len(stands)]: value for at, value in wanted})

    def _run(self, bounds: dict[str, int]) -> None:
        self._ground.run(**bounds)

    def _ask(self, bucket: Any) -> None:
        check_answer(self._ground, bucket, self._asked)


def check_answer(ground: Ground, bucket: Any, interval: Interval) -> dict[Any, Any]:
    """What the API says at this moment is what the raw readings say that stand at this moment."""
    found = ground.answer(bucket, interval)
    wanted = ground.expected(bucket, interval)
    assert same(found, {key: (n[0], n[1], n[2], n[4], n[5], n[8]) for key, n in wanted.items()})
    return found


def without_mean(rows: dict[Any, tuple[Any, ...]]) -> dict[Any, tuple[Any, ...]]:
    assert all(row[-1] == row[1] / row[0] for row in rows.values())
    return {key: row[:-1] for key, row in rows.items()}


def same(found: dict[Any, Any], wanted: dict[Any, Any]) -> bool:
    """To the last digits: the seconds that values stood have fractions."""
    assert found.keys() == wanted.keys()
    for key, row in wanted.items():
        assert all(a == b or a == pytest.approx(b, rel=1e-12) for a, b in zip(found[key], row, strict=True)), key
    return True
