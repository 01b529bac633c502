"""A store of many readings for the benches: 1,000 homes with five datastreams each, one reading every half hour.

The readings come as sensors bring them, an instant of all datastreams after the other, so tables and indexes have the
shape of years of ingest; only the way in is short (INSERT ... SELECT). All homes lie in the area W1, and the last 31
days are rolled up. The servers wait for the disk at every commit.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from timescale_server import TimescaleServer, find_root, server_in

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import Engine, detect, make_room
from hereabouts_platform.store.migrate import migrate
from hereabouts_platform.store.rollup import LIMITS, SQL, gather_day

HOMES = 1_000
QUANTITIES = {
    "air_temperature": "Cel",
    "relative_humidity": "%",
    "co2": "[ppm]",
    "battery_voltage": "V",
    "surface_temperature": "Cel",
}
DATASTREAMS = HOMES * len(QUANTITIES)
INTERVAL = timedelta(minutes=30)
END = datetime(2026, 3, 1, tzinfo=UTC)
SIZES = tuple(int(text) for text in os.environ.get("BENCH_READINGS", "10000000,100000000").split(","))

_DURABLE = {
    "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "wal_compression": "on",
    "shared_buffers": "256MB",
}  # fmt: skip


def engines() -> list[Engine]:
    """Those this machine has; TimescaleDB comes by `deploy/ci/timescale`."""
    return list(Engine) if find_root() is not None else [Engine.PLAIN]


@dataclass(frozen=True, kw_only=True, slots=True)
class BigStore:
    """A server of its own with about so many readings up to END."""

    server: Postgres | TimescaleServer
    engine: Engine
    readings: int

    @property
    def url(self) -> str:
        """The owner's address."""
        return self.server.url()


@contextmanager
def big_store(engine: Engine, readings: int) -> Iterator[BigStore]:
    """Make the store, and take it away afterwards."""
    folder = Path(mkdtemp(prefix="bench-"))
    folder.chmod(0o755)  # the server's account has to reach its own folder
    server = _server(engine, folder)
    server.start()
    try:
        migrate(server.url())
        with connect(server.url(), DatabaseRole.OWNER) as owner:
            register(owner)
            fill(owner, readings)
        yield BigStore(server=server, engine=engine, readings=readings)
    finally:
        server.stop()
        shutil.rmtree(server.home)
        shutil.rmtree(folder)


def _server(engine: Engine, folder: Path) -> Postgres | TimescaleServer:
    if engine is Engine.TIMESCALE:
        server = server_in(folder)
        server.extra_settings = server.extra_settings | _DURABLE
        return server
    account = choose_account(None)
    passwords = {role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)}
    home = server_home(folder, account)
    return Postgres(home=home, log=folder / "postgres.log", passwords=passwords, account=account)


def register(owner: Connection) -> None:
    """Homes, a device in each, and the five datastreams of each device."""
    owner.execute(
        "INSERT INTO place (id, kind, name, lon, lat)"
        " SELECT 'h' || n, 'home', 'Home ' || n, -1.5 + mod(n, 40) * 0.001, 53.8 + n / 40 * 0.001"
        " FROM generate_series(1, %s) n", (HOMES,),
    )  # fmt: skip
    owner.execute("INSERT INTO area (code, vintage, kind, name) VALUES ('W1', '2024', 'ward', 'One')")
    owner.execute("INSERT INTO place_area SELECT id, 'W1', '2024' FROM place")
    owner.execute(
        "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
        " VALUES ('bench', 'Bench', 'Bench', '1', 1800, %s)", (list(QUANTITIES),),
    )  # fmt: skip
    owner.execute(
        "INSERT INTO device (id, profile_id) SELECT 'D' || n, 'bench' FROM generate_series(1, %s) n", (HOMES,)
    )
    owner.execute(
        "INSERT INTO deployment (device_id, place_id, from_at)"
        " SELECT 'D' || n, 'h' || n, '2020-01-01Z' FROM generate_series(1, %s) n", (HOMES,),
    )  # fmt: skip
    owner.execute(
        "INSERT INTO datastream (deployment_id, quantity, unit, kind)"
        " SELECT d.id, q.name, q.unit, 'measurement' FROM deployment d,"
        " unnest(%s::text[], %s::text[]) AS q (name, unit)", (list(QUANTITIES), list(QUANTITIES.values())),
    )  # fmt: skip


def fill(owner: Connection, readings: int) -> None:
    """The readings, oldest day first, each day in a transaction of its own; then latest, and statistics."""
    instants = readings // DATASTREAMS
    start = END - instants * INTERVAL
    engine = detect(owner).engine
    day = start
    while day < END:
        until = min(day + timedelta(days=1), END)
        make_room(owner, engine, "reading", [day, until - INTERVAL])
        owner.execute(_DAY, {"from": day, "to": until, "interval": INTERVAL})
        day = until
        _say(f"{engine}: {(day - start) / (END - start):4.0%} of {readings:,} readings")
    owner.execute(
        "INSERT INTO latest (datastream_id, batch_id, time, value)"
        " SELECT id, 1, %s, 20 FROM datastream", (END - INTERVAL,),
    )  # fmt: skip
    roll_up(owner)
    owner.execute("VACUUM ANALYZE")
    _say("")


def roll_up(owner: Connection) -> None:
    """Hours and days of the last 31 days, as the job has them when it is up to date."""
    since = END - timedelta(days=31)
    make_room(owner, Engine.PLAIN, "reading_hour", [since + timedelta(days=n) for n in range(31)])
    owner.execute(_HOURS, {"from": since, "to": END})
    ids = list(range(1, DATASTREAMS + 1))
    spans = {"ids": ids, "froms": [since] * DATASTREAMS, "tos": [END] * DATASTREAMS}
    owner.execute(SQL["make_days"], spans | LIMITS)
    owner.execute("UPDATE rollup_progress SET below = pg_current_xact_id(), gathered = %s", (since.date(),))
    while gather_day(owner, END):
        _say("gathering days")


_HOURS = """
INSERT INTO reading_hour (datastream_id, hour, count, mean, time_mean, min, max, first, last, sum, stood_s, last_at)
SELECT datastream_id, date_bin('1 hour', time, '2000-01-01Z') AS hour, count(*), avg(value), avg(value), min(value),
       max(value), min(value), max(value), sum(value), 3600, max(time)
FROM reading WHERE time >= %(from)s AND time < %(to)s GROUP BY datastream_id, hour ORDER BY hour, datastream_id
"""


_DAY = """
INSERT INTO reading (datastream_id, batch_id, time, value)
SELECT d.id, 1, at, 18 + 4 * sin(extract(epoch FROM at) / 13751) + mod(d.id, 7) * 0.1
FROM generate_series(%(from)s::timestamptz, %(to)s::timestamptz - interval '1 second', %(interval)s) at, datastream d
"""


def bytes_a_reading(owner: Connection) -> float:
    """What `reading` takes on the disk with its index, in all its partitions or chunks, by the readings there are."""
    row = owner.execute(
        "SELECT sum(pg_total_relation_size(inhrelid)) / (SELECT count(*) FROM reading) FROM pg_inherits"
        " WHERE inhparent = 'reading'::regclass"
    ).fetchone()
    assert row is not None
    return float(row[0])


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:60}", end="", file=sys.stderr)
