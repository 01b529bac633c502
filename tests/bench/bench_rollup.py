"""How fast the rollup job is: after an import, and for what came since the last run. `make bench`."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect

NOW = datetime(2026, 3, 20, 14, 2, tzinfo=UTC)
STREAMS = 500
DAYS = 20
IMPORTED = """
    INSERT INTO batch (received_at, slot, message_count, touched_datastreams, touched_hours)
    SELECT %(now)s, -1, 0, array_agg(id ORDER BY id, hour), array_agg(hour ORDER BY id, hour)
    FROM datastream, generate_series(date_trunc('hour', %(from)s), %(to)s, interval '1 hour') AS hour
    GROUP BY id %% 20
"""
BARE = "SELECT datastream_id, date_bin('1 hour', time, 'epoch') AS hour, count(*), avg(value), min(value), max(value)"


@pytest.mark.timeout(900)
def test_how_fast_readings_are_rolled_up(engine: str, database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        populate(owner)
        begins, ends = NOW - timedelta(days=DAYS), NOW - timedelta(hours=1)
        readings = fill(owner, begins, ends)
        owner.execute(IMPORTED, {"now": NOW, "from": begins, "to": ends})
        owner.execute("ANALYZE")
        started = time.perf_counter()
        runs, left = 0, True
        while left:
            left = run_job(database_url, "rollup", NOW).detail["spans_left"]
            runs += 1
        import_s = time.perf_counter() - started
        owner.execute("ANALYZE")
        started = time.perf_counter()
        owner.execute(f"CREATE TEMPORARY TABLE bare AS {BARE} FROM reading GROUP BY 1, 2 ORDER BY 1, 2")
        bare_s = time.perf_counter() - started
        live = fill(owner, NOW - timedelta(minutes=30), NOW)
        owner.execute(IMPORTED, {"now": NOW, "from": NOW, "to": NOW})
        started = time.perf_counter()
        run_job(database_url, "rollup", NOW)
        live_s = time.perf_counter() - started
    print(
        f"\n{engine}: {readings:,} imported readings rolled up in {import_s:.1f} s and {runs} runs "
        f"({readings / import_s:,.0f} a second, {import_s / bare_s:.1f} times as long as merely grouping them); "
        f"{live:,} live ones of {STREAMS:,} datastreams in {live_s:.2f} s"
    )


def populate(owner: Connection) -> None:
    """Homes with two sensors' datastreams, a tenth of them counters."""
    owner.execute(
        "INSERT INTO profile (id, title, maker, version, interval_s, quantities) VALUES ('b', 'B', 'B', '1', 900, '{}')"
    )
    owner.execute(
        "INSERT INTO place (id, kind, name) SELECT 'H' || i, 'home', 'H' FROM generate_series(1, %s) i", (STREAMS,)
    )
    owner.execute("INSERT INTO device (id, profile_id) SELECT 'D' || i, 'b' FROM generate_series(1, %s) i", (STREAMS,))
    owner.execute(
        "WITH here AS (INSERT INTO deployment (device_id, place_id, from_at)"
        " SELECT 'D' || i, 'H' || i, '2020-01-01' FROM generate_series(1, %s) i RETURNING id)"
        " INSERT INTO datastream (deployment_id, quantity, unit, kind) SELECT id, 'q', 'x',"
        " CASE WHEN id %% 10 = 0 THEN 'total_increasing' ELSE 'measurement' END FROM here",
        (STREAMS,),
    )
    for at in (NOW - timedelta(days=31), NOW):
        owner.execute("SELECT make_partition('reading', %s)", (at,))
    owner.execute("SELECT make_partition('batch', %s)", (NOW,))


def fill(owner: Connection, begins: datetime, ends: datetime) -> int:
    """A reading every quarter of an hour."""
    return owner.execute(
        "INSERT INTO reading SELECT id, 1, t, extract(epoch FROM t) / 900 FROM"
        " generate_series(%s::timestamptz, %s, '15 min') t, datastream WHERE t < %s ORDER BY t, id",
        (begins, ends, ends),
    ).rowcount
