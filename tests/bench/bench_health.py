"""How long 20,000 devices take to be looked at, as a ratio to merely counting their messages. `make bench`."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rules.device_health import examine
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.device_facts import devices_in_batches, read_feeds

NOW = datetime(2026, 3, 20, 14, 2, tzinfo=UTC)
DEVICES = 20_000
MESSAGES = 64  # each, a quarter of an hour apart: what the job looks at
READINGS = 24  # of each of two quantities

BARE = (
    "SELECT (SELECT count(*) FROM uplink WHERE received_at > %(since)s AND f_cnt IS NOT NULL),"
    " (SELECT count(*) FROM reading WHERE time > %(since)s AND value > 0)"
)


@pytest.mark.timeout(900)
def test_how_long_looking_at_every_device_takes(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        fill(owner)
        started = time.perf_counter()
        owner.execute(BARE, {"since": NOW - timedelta(days=7)}).fetchone()
        bare_s = time.perf_counter() - started
    with connect(database_url, DatabaseRole.JOBS) as connection:
        started = time.perf_counter()
        feeds = read_feeds(connection, NOW)
        facts = [one for batch in devices_in_batches(connection, feeds, NOW) for one in batch]
        read_s = time.perf_counter() - started
    started = time.perf_counter()
    for one in facts:
        examine(one, NOW)
    judged_s = time.perf_counter() - started
    for turn in ("first", "again"):
        started, cpu = time.perf_counter(), time.process_time()
        report = run_job(database_url, "health", NOW)
        whole_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
        assert (report.state, report.detail["devices"]) == ("done", DEVICES)
        print(
            f"\n{turn}: {DEVICES:,} devices, {DEVICES * MESSAGES:,} messages, {2 * DEVICES * READINGS:,} readings in "
            f"{whole_s:.1f} s (reading {read_s:.1f}, judging {judged_s:.1f}; {cpu_s:.1f} of CPU beside the database), "
            f"{whole_s / bare_s:.0f} times as long as "
            f"counting them ({bare_s:.2f} s)"
        )


def fill(owner: Connection) -> None:
    """Devices with their messages in the order of time, as ingest would have stored them."""
    owner.execute(
        "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
        " VALUES ('bench', 'Bench', 'Bench', '1', 900, '{}')"
    )
    for table in ("uplink", "reading"):
        owner.execute("SELECT make_partition(%s, %s)", (table, NOW))
    owner.execute(
        "INSERT INTO place (id, kind, name) SELECT 'H' || i, 'home', 'H' FROM generate_series(1, %s) i", (DEVICES,)
    )
    owner.execute(
        "INSERT INTO device SELECT 'D' || i, 'bench', '1', '2020-01-01Z' FROM generate_series(1, %s) i", (DEVICES,)
    )
    owner.execute("INSERT INTO device_heard SELECT id, %s, %s FROM device", (NOW, NOW))
    owner.execute(
        "INSERT INTO deployment (device_id, place_id, from_at)"
        " SELECT 'D' || i, 'H' || i, '2020-01-01Z' FROM generate_series(1, %s) i",
        (DEVICES,),
    )
    owner.execute(
        "INSERT INTO datastream (deployment_id, quantity, unit, kind) SELECT d.id, q, 'x', 'measurement'"
        " FROM deployment d, unnest(ARRAY['air_temperature', 'relative_humidity']) q"
    )
    owner.execute(
        "INSERT INTO uplink SELECT k, d.id, %(now)s::timestamptz - k * interval '15 min', 1, 'stored', 'D' || d.id,"
        " %(now)s::timestamptz - k * interval '15 min', 'network', false, 1, 1000 - k, 'bench/1'"
        " FROM generate_series(%(messages)s, 1, -1) k, generate_series(1, %(devices)s) AS d (id)",
        {"now": NOW, "messages": MESSAGES, "devices": DEVICES},
    )
    owner.execute(
        "INSERT INTO reading SELECT s.id, 1, %(now)s::timestamptz - k * interval '15 min', 40 + (s.id + k) %% 30"
        " FROM generate_series(%(readings)s, 1, -1) k, datastream s",
        {"now": NOW, "readings": READINGS},
    )
    owner.execute("INSERT INTO latest SELECT id, 1, %s, 50 FROM datastream", (NOW,))
    owner.execute("ANALYZE")
