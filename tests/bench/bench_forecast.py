"""What forecasting 500 bins costs: from the beginning, and every quarter of an hour. `make bench`."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import Engine

NOW = datetime(2026, 3, 20, 14, tzinfo=UTC)
BINS = 500
DAYS = 62
MADE = (
    "INSERT INTO profile (id, title, maker, version, interval_s, quantities) VALUES ('b', 'B', 'B', '1', 3600, '{}')",
    """INSERT INTO place (id, kind, name, lon, lat, attributes)
       SELECT 'b' || i, 'bin_slot', 'Bin', -1.5, 53.8, jsonb_build_object('group', 'street ' || i %% 25)
       FROM generate_series(1, %(bins)s) i""",
    "INSERT INTO device (id, profile_id) SELECT 'd' || id, 'b' FROM place",
    "INSERT INTO deployment (device_id, place_id, from_at) SELECT 'd' || id, id, '2025-01-01Z' FROM place ORDER BY id",
    """INSERT INTO datastream (deployment_id, quantity, unit, kind)
       SELECT id, 'fill_level', '%%', 'measurement' FROM deployment ORDER BY id""",
)
# Each bin fills by its own pace and is emptied every so many days, in the hours of six to ten.
READ = """
    INSERT INTO reading (datastream_id, batch_id, time, value)
    SELECT s, 1, %(from)s + h * interval '1 hour',
           least(100, round(((h + s * 7) %% (40 + s %% 60)) * (1 + s %% 3) * 0.7))
    FROM generate_series(1, %(bins)s) s, generate_series(0, %(hours)s) h
"""


@pytest.mark.timeout(900)
def test_what_a_forecast_costs(engine: Engine, database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        fill(owner, engine)
    anew_s, detail = spent(database_url, NOW)
    usual = [spent(database_url, NOW + timedelta(minutes=15 * n))[0] for n in (1, 2, 3)]
    turn_s, _ = spent(database_url, NOW + timedelta(days=1))
    print(
        f"\n{engine}: {BINS} bins with hourly readings, 25 groups: {detail['days_made_anew']} days made anew in "
        f"{anew_s:.1f} s; a usual run {min(usual):.2f} s; the first of a day {turn_s:.2f} s"
    )


def spent(url: str, now: datetime) -> tuple[float, dict[str, int]]:
    """Seconds of a run, and what it says of itself."""
    started = time.perf_counter()
    report = run_job(url, "forecast", now)
    assert report.state == "done", report.detail
    return time.perf_counter() - started, report.detail


def fill(owner: Connection, engine: Engine) -> None:
    """Bins with their readings."""
    begins = NOW - timedelta(days=DAYS)
    for statement in MADE:
        owner.execute(statement.encode(), {"bins": BINS})
    if engine is Engine.PLAIN:
        for month in range(1, 4):
            owner.execute("SELECT make_partition('reading', %s)", (datetime(2026, month, 1, tzinfo=UTC),))
    owner.execute(READ.encode(), {"bins": BINS, "from": begins, "hours": DAYS * 24 + 23})
    owner.execute("ANALYZE")
