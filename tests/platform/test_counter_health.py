"""Dead and blocked counters are told from quiet hours by the counter's own history."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rules.counter_alerts import assess_counter
from hereabouts_platform.rules.counter_health import HOURS_LOOKED_AT, CountCourse, Counting, judge
from hereabouts_schemas.alert import Finding, Level

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
BUSY = np.array([0, 0, 0, 0, 0, 1, 5, 20, 60, 80, 90, 100, 120, 120, 110, 100, 100, 90, 60, 40, 20, 10, 3, 1], float)
Counts = Any


def course(counts: Counts) -> CountCourse:
    return CountCourse(quantity="people_in", channel="", to_at=NOW, counts=counts)


def usual(scale: float = 1.0) -> Counts:
    """Five weeks that end at noon."""
    return scale * np.tile(np.roll(BUSY, -12), HOURS_LOOKED_AT // 24)


def last(hours: int, value: float, counts: Counts | None = None) -> Counts:
    found = usual() if counts is None else counts
    found[-hours:] = value
    return found


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (usual(), Counting.COUNTS),
        (last(23, 0.0), Counting.UNSURE),
        (last(24, 0.0), Counting.DEAD),
        (last(24, np.nan), Counting.DEAD),
        (last(10 * 24, 0.0), Counting.DEAD),
        (last(30, 0.0, usual(0.02)), Counting.UNSURE),  # where hardly anybody passes, a day says nothing
        (last(47, 1.0), Counting.BLOCKED),
        (last(48, 8.0), Counting.UNSURE),
        (last(48, 30.0), Counting.COUNTS),
        (last(22 * 24, 0.0), Counting.CANNOT_SAY),
        (np.full(HOURS_LOOKED_AT, np.nan), Counting.CANNOT_SAY),
        (np.zeros(HOURS_LOOKED_AT), Counting.CANNOT_SAY),
    ],
)
def test_what_is_said_of_a_counter(counts: Counts, expected: Counting) -> None:
    assert judge(course(counts)).counting is expected


def test_a_quiet_stretch_that_was_there_before_is_no_fault() -> None:
    counts = usual()
    counts[200:230] = 0.0
    assert judge(course(last(36, 0.0, counts.copy()))).counting is Counting.UNSURE
    assert judge(course(last(72, 0.0, counts.copy()))).counting is Counting.DEAD


def test_one_dead_direction_is_an_alert_with_its_reason() -> None:
    pairs = tuple((one, judge(one)) for one in (course(usual()), course(last(48, 0.0)), course(last(50, np.nan))))
    (said,) = assess_counter("gate", "Counter gate", pairs)
    assert (said.finding, said.level) == (Finding.FLAG, Level.WATCH)
    assert "has had no people in for 48 hours, in which about 2,260 are usual" in said.reason
    (said,) = assess_counter("gate", "Counter gate", ((pairs[0]),))
    assert said.finding is Finding.CLEAR
    assert assess_counter("gate", "Counter gate", ()) == ()


def test_the_health_job_reads_counts_from_hours(town: Any) -> None:
    town.place("line", "counting_line")
    town.owner.execute("INSERT INTO device (id, profile_id, created_at) VALUES ('gate', 'test', '2026-01-01')")
    stream = town.one(
        "WITH here AS (INSERT INTO deployment (device_id, place_id, from_at) VALUES ('gate', 'line', '2026-01-01')"
        " RETURNING id) INSERT INTO datastream (deployment_id, quantity, unit, kind)"
        " SELECT id, 'people_in', '{count}', 'delta' FROM here RETURNING id"
    )
    for month in ("2026-02-01", "2026-03-01"):
        town.owner.execute("SELECT make_partition('reading_hour', %s)", (month,))
    put = (
        "INSERT INTO reading_hour (datastream_id, hour, count, mean, min, max, first, last, total, sum)"
        " SELECT %s, %s::timestamptz - (%s - n) * interval '1 hour', 1, v, v, v, v, v, v, v"
        " FROM unnest(%s::float8[]) WITH ORDINALITY AS u (v, n)"
    )
    counts = [float(v) for v in last(30, 0.0)]
    town.owner.execute(put, (stream, NOW, len(counts) + 1, counts))
    run_job(town.url, "health", NOW)
    reason = "SELECT reason FROM alert WHERE hazard = 'counter_dead' AND subject_id = 'gate' AND cleared_at IS NULL"
    assert "no people in for 30 hours" in str(town.one(reason))
    town.owner.execute("UPDATE reading_hour SET total = 100 WHERE hour > %s - interval '26 hours'", (NOW,))
    run_job(town.url, "health", NOW)
    assert town.owner.execute(reason).fetchall() == []
