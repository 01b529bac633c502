"""How the assess job grows with homes, as a ratio to merely adding up the same readings. `make bench`."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rules.part_f import assess
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.facts import rooms_in_batches

NOW = datetime(2026, 3, 20, 14, 2, tzinfo=UTC)
SIZES = (50, 200, 800)
DAYS = 35

BARE = "SELECT count(*), sum(value) FROM reading WHERE time >= %s AND time < %s"


@pytest.mark.timeout(900)
def test_how_assessing_grows_with_homes(database_url: str) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        owner.execute(
            "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
            " VALUES ('bench', 'Bench', 'Bench', '1', 900, '{}')"
        )
        for month in range(2):
            owner.execute("SELECT make_partition('reading', %s)", (NOW - timedelta(days=30 * month),))
        first = 0
        for size in SIZES:
            grow(owner, first, size)
            first = size
            measure(owner, database_url, size)


def grow(owner: Connection, first: int, size: int) -> None:
    """Homes `first` to `size`, each with temperature and humidity every 15 minutes, stored in the order of time."""
    owner.execute(
        "INSERT INTO place (id, kind, name) SELECT 'H' || i, 'home', 'H' FROM generate_series(%s, %s - 1) i",
        (first, size),
    )
    owner.execute(
        "INSERT INTO device (id, profile_id) SELECT 'D' || i, 'bench' FROM generate_series(%s, %s - 1) i", (first, size)
    )
    owner.execute(
        "WITH here AS (INSERT INTO deployment (device_id, place_id, from_at)"
        " SELECT 'D' || i, 'H' || i, '2020-01-01' FROM generate_series(%s, %s - 1) i RETURNING id)"
        " INSERT INTO datastream (deployment_id, quantity, unit, kind) SELECT here.id, q, 'x', 'measurement'"
        " FROM here, unnest(ARRAY['air_temperature', 'relative_humidity']) q",
        (first, size),
    )
    owner.execute(
        "INSERT INTO reading SELECT s.id, 1, t, CASE quantity WHEN 'air_temperature' THEN 19 ELSE 45 + s.id %% 40 END"
        " FROM generate_series(%s::timestamptz, %s, '15 min') t, datastream s WHERE s.id > %s ORDER BY t, s.id",
        (NOW - timedelta(days=DAYS), NOW, 2 * first),
    )
    owner.execute("ANALYZE")


def measure(owner: Connection, database_url: str, size: int) -> None:
    with connect(database_url, DatabaseRole.JOBS) as connection:
        started = time.perf_counter()
        rooms = [room for batch in rooms_in_batches(connection, NOW) for room in batch]
        read_s = time.perf_counter() - started
    started = time.perf_counter()
    for room in rooms:
        assess(room, NOW)
    judged_s = time.perf_counter() - started
    started = time.perf_counter()
    count = owner.execute(BARE, (NOW - timedelta(days=31), NOW)).fetchone()
    bare_s = time.perf_counter() - started
    started = time.perf_counter()
    report = run_job(database_url, "assess", NOW)
    whole_s = time.perf_counter() - started
    assert report.detail["rooms"] == size
    print(
        f"\n{size} homes, {count[0] if count else 0:,} readings: assessed in {whole_s:.2f} s "
        f"({1000 * whole_s / size:.1f} ms a home; reading {read_s:.2f}, judging {judged_s:.2f}), "
        f"{whole_s / bare_s:.1f} times as long as adding them up"
    )
