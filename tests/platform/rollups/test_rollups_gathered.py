"""Hours of a day that is over lie side by side on the disk, each datastream's by itself, and say what they said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hereabouts_platform.store.connection import acting
from hereabouts_platform.store.rollup import gather_day

Ground = Any
DAY = datetime(2026, 3, 26, tzinfo=UTC)
HOUR, DAYS = timedelta(hours=1), timedelta(days=1)
AS_THEY_LIE = "SELECT datastream_id, hour FROM reading_hour WHERE hour >= %s AND hour < %s ORDER BY tableoid, ctid"


def rolled_up(ground: Ground) -> dict[Any, Any]:
    """Three days of all datastreams, some hours at a time as they come; the next day to gather is the first of them."""
    ground.owner.execute("UPDATE rollup_progress SET gathered = %s", ((DAY - DAYS).date(),))
    for first in range(0, 72, 8):
        ground.batch({(n, DAY + hour * HOUR): float(hour + n) for n in range(4) for hour in range(first, first + 8)})
        ground.run()
    hours: dict[Any, Any] = ground.hours()
    assert len(hours) == 4 * 72
    return hours


def gather(ground: Ground, now: datetime) -> int:
    with acting(ground.jobs, ground.principal):
        return gather_day(ground.jobs, now)


def lies(ground: Ground, day: datetime) -> list[tuple[int, datetime]]:
    return list(ground.owner.execute(AS_THEY_LIE, (day, day + DAYS)).fetchall())


def test_a_day_that_is_over_is_gathered_once(ground: Ground) -> None:
    before = rolled_up(ground)
    assert lies(ground, DAY) != sorted(lies(ground, DAY))

    assert gather(ground, DAY + 2 * DAYS - HOUR) == 0  # over, but not yet for a day
    assert gather(ground, DAY + 2 * DAYS) == 4 * 24
    assert gather(ground, DAY + 2 * DAYS) == 0
    assert ground.hours() == before
    assert lies(ground, DAY) == sorted(lies(ground, DAY))
    assert lies(ground, DAY + DAYS) != sorted(lies(ground, DAY + DAYS))


def test_days_missed_are_made_up_for_one_a_run(ground: Ground) -> None:
    before = rolled_up(ground)
    now = DAY + 10 * DAYS
    assert [gather(ground, now) for _ in range(10)] == [96, 96, 96, 0, 0, 0, 0, 0, 0, 0]
    assert ground.owner.execute("SELECT gathered FROM rollup_progress").fetchone() == (date(2026, 4, 3),)
    assert ground.hours() == before
    assert ground.hours() == ground.recomputed()


def test_a_late_reading_of_a_gathered_day_is_counted(ground: Ground) -> None:
    rolled_up(ground)
    gather(ground, DAY + 2 * DAYS)
    ground.batch({(0, DAY + 30 * timedelta(minutes=1)): 99.0})
    ground.run_to_the_end()
    assert ground.hours() == ground.recomputed()
