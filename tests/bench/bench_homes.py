"""How the assessment grows with homes: from scratch over a year, by the hour, and its arithmetic alone. `make bench`.

Aims, on 2 cores: 1,000 homes over a year of hours in 60 seconds from scratch; an hour of 100,000 rooms in 60 seconds.
Each figure is also a ratio to merely adding up the same hours.
"""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hereabouts_platform.homes.assess import Series, assess_series
from hereabouts_platform.homes.features import RoomKind
from hereabouts_platform.homes.rooms import rooms_of
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect

NOW = datetime(2026, 3, 20, 14, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
YEAR = 365

BARE = "SELECT count(*), sum(mean) FROM reading_hour"


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("homes", [100, 300, 1000])
def test_a_year_from_scratch(database_url: str, homes: int) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        populate(owner, homes, NOW - YEAR * 24 * HOUR)
        bare_s = timed_bare(owner)
    started, before_s = time.perf_counter(), time.process_time()
    report = run_job(database_url, "assess", NOW)
    whole_s, own_s = time.perf_counter() - started, time.process_time() - before_s
    assert report.detail["rooms"] == homes, report
    print(
        f"\n{homes:,} homes over a year from scratch: {whole_s:.1f} s ({1000 * whole_s / homes:.0f} ms a home), "
        f"{own_s:.1f} s of it the job's own CPU, "
        f"{whole_s / bare_s:.1f} times as long as adding up their hours"
    )


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("rooms", [10_000, 30_000, 100_000])
def test_an_hour_of_many_rooms(database_url: str, rooms: int) -> None:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        populate(owner, rooms, NOW - 16 * HOUR)
        bare_s = timed_bare(owner)
    run_job(database_url, "assess", NOW - 2 * HOUR)
    took = []
    for at in (NOW - HOUR, NOW):
        started = time.perf_counter()
        report = run_job(database_url, "assess", at)
        took.append(time.perf_counter() - started)
        assert report.detail["assessed"] == rooms, report
    print(
        f"\nan hour of {rooms:,} rooms at 14:00: {took[-1]:.1f} s ({1e6 * took[-1] / rooms:.0f} us a room), "
        f"{took[-1] / bare_s:.1f} times as long as adding up the day's hours"
    )


@pytest.mark.parametrize("rooms", [250, 1000, 4000])
def test_the_arithmetic_alone(rooms: int) -> None:
    days, chance = 30, np.random.default_rng(1)
    shape = (days * 24, rooms)
    outdoor = chance.normal(6, 3, (days * 24, 1))
    series = Series(
        first_day=20_454,
        temperature=chance.normal(18, 1, shape),
        humidity=chance.normal(65, 5, shape),
        outdoor_temperature=outdoor,
        outdoor_humidity=np.full(outdoor.shape, 85.0),
    )
    started = time.process_time()
    for _ in assess_series(series, rooms_of([RoomKind.HOME] * rooms)):
        pass
    took = time.process_time() - started
    each = 1e6 * took / rooms / days
    print(f"\n{rooms:,} rooms over {days} days: {took:.2f} s of one core, {each:.0f} us a room and day")


def populate(owner: Connection, homes: int, from_at: datetime) -> None:
    """Homes, a weather station, and their hours as the rollup job leaves them."""
    owner.execute(
        "INSERT INTO profile (id, title, maker, version, interval_s, quantities) VALUES ('b', 'B', 'B', '1', 900, '{}')"
    )
    owner.execute(
        "INSERT INTO place (id, kind, name, lon, lat) SELECT 'H' || i, 'home', 'H', -1.5, 53.8"
        " FROM generate_series(1, %s) i UNION ALL SELECT 'W', 'weather_station', 'W', -1.5, 53.8",
        (homes,),
    )
    owner.execute("INSERT INTO device (id, profile_id) SELECT 'D' || id, 'b' FROM place")
    owner.execute(
        "WITH here AS (INSERT INTO deployment (device_id, place_id, from_at)"
        " SELECT 'D' || id, id, '2020-01-01' FROM place RETURNING id)"
        " INSERT INTO datastream (deployment_id, quantity, unit, kind) SELECT here.id, q, 'x', 'measurement'"
        " FROM here, unnest(ARRAY['air_temperature', 'relative_humidity']) q"
    )
    month = from_at.replace(day=1)
    while month <= NOW:
        owner.execute("SELECT make_partition('reading_hour', %s)", (month,))
        month = (month + timedelta(days=32)).replace(day=1)
    owner.execute(
        "INSERT INTO reading_hour (datastream_id, hour, count, mean, min, max, first, last, sum)"
        " SELECT s.id, t, 4, v, v, v, v, v, 4 * v FROM datastream s"
        " JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id,"
        " generate_series(date_trunc('hour', %s::timestamptz), %s, '1 hour') t,"
        " LATERAL (SELECT CASE WHEN p.kind = 'home' AND s.quantity = 'air_temperature' THEN 17 + s.id %% 5"
        "   WHEN p.kind = 'home' THEN 45 + s.id %% 35 WHEN s.quantity = 'air_temperature' THEN 6 ELSE 85 END"
        "   + sin(extract(epoch FROM t) / 7200 + s.id)) AS x (v)"
        " WHERE t < %s",
        (from_at, NOW, NOW.replace(minute=0)),
    )
    owner.execute("ANALYZE")


def timed_bare(owner: Connection) -> float:
    """How long it takes to add up all hours."""
    started = time.perf_counter()
    owner.execute(BARE).fetchone()
    return time.perf_counter() - started
