"""What the tests of rollups stand on: a few datastreams, writers that do as ingest and replay do, and an oracle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.readings import Bucket, CivilBucket, Interval, buckets
from hereabouts_platform.store.rollup import note_batches, spans_left, work_out
from hereabouts_schemas.times import LONDON, hour_of

HOUR = timedelta(hours=1)
STANDS = timedelta(seconds=3 * 1800)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MONTHS = ("2026-02-15", "2026-03-15", "2026-04-15", "2026-09-15", "2026-10-15", "2026-11-15")
# A transaction that makes a chunk lets others wait for that chunk until it has ended; here one thread plays them all.
MAKE_CHUNKS = (
    "INSERT INTO reading SELECT %s, 0, t, 0 FROM unnest(ARRAY['2026-03-25'::timestamptz, '2026-10-21']) AS b (at),"
    " generate_series(b.at, b.at + '10 days', '1 day') AS t",
    "DELETE FROM reading",
)
KINDS = ("measurement", "delta", "total_increasing", "total_increasing")
MODULUS = (None, None, 256.0, None)

Readings = dict[tuple[int, datetime], float]
"""By the datastream's place in KINDS, and time."""

Numbers = tuple[Any, ...]
"""count, sum, time_mean, stood_s, min, max, first, last, total."""


def make_ground(owner: Connection) -> list[int]:
    """A line with a device, its datastreams in the order of KINDS."""
    owner.execute(
        "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
        " VALUES ('p', 'P', 'P', '1', 1800, '{}')"
    )
    owner.execute(
        "INSERT INTO place (id, kind, name, parent_id) VALUES ('above', 'street', 'Above', NULL),"
        " ('line', 'counting_line', 'Line', 'above')"
    )
    owner.execute("INSERT INTO device (id, profile_id) VALUES ('d', 'p')")
    owner.execute("INSERT INTO deployment (device_id, place_id, from_at) VALUES ('d', 'line', '2020-01-01')")
    rows = [
        owner.execute(
            "INSERT INTO datastream (deployment_id, quantity, channel, unit, kind, modulus)"
            " SELECT id, %s, %s, 'x', %s, %s FROM deployment RETURNING id",
            (("occupancy", "people_in", "people_in_total", "people_out_total")[n], "", kind, MODULUS[n]),
        ).fetchone()
        for n, kind in enumerate(KINDS)
    ]
    return [row[0] for row in rows if row is not None]


@dataclass
class Ground:
    """Datastreams, what was committed of them, and connections that act on them."""

    url: str
    streams: list[int]
    owner: Connection
    jobs: Connection
    api: Connection
    principal: int
    stands: Readings = field(default_factory=dict)
    number: int = 0

    def forget(self) -> None:
        """As if nothing had ever come."""
        self.owner.execute(
            "TRUNCATE reading_hour, reading_day, rollup_pending, batch, reading_revision; DELETE FROM reading;"
            " UPDATE rollup_progress SET below = NULL"
        )
        self.stands = {}

    def writes(self, connection: Connection, changes: Mapping[tuple[int, datetime], float | None]) -> None:
        """One batch inside the caller's transaction: adds, changes and (None) takes away, as ingest and replay do."""
        self.number += 1
        touched = sorted({(self.streams[n], hour_of(at)) for n, at in changes})
        for (n, at), value in sorted(changes.items()):
            old = self.stands.get((n, at))
            if old is None and value is None:
                continue
            connection.execute(
                "SELECT revise_readings(ARRAY[coalesce((SELECT batch_id FROM reading WHERE datastream_id = %s AND"
                " time = %s), %s)], ARRAY[%s::int], ARRAY[%s::timestamptz], ARRAY[%s::float8], ARRAY[%s::float8],"
                " ARRAY['test'])",
                (self.streams[n], at, self.number, self.streams[n], at, old, value),
            )
        connection.execute(
            "INSERT INTO batch (id, received_at, slot, message_count, touched_datastreams, touched_hours)"
            " VALUES (%s, '2026-03-03', 0, 0, %s, %s)",
            (self.number, [stream for stream, _ in touched], [hour for _, hour in touched]),
        )

    def committed(self, changes: Mapping[tuple[int, datetime], float | None]) -> None:
        """Take note of a batch that was committed."""
        for key, value in changes.items():
            if value is None:
                self.stands.pop(key, None)
            else:
                self.stands[key] = value

    def batch(self, changes: Mapping[tuple[int, datetime], float | None]) -> None:
        """A batch of its own, committed."""
        with acting(self.owner, self.principal):
            self.writes(self.owner, changes)
        self.committed(changes)

    def run(self, **bounds: int) -> None:
        """A run of the job with bounds of its own."""
        with acting(self.jobs, self.principal):
            note_batches(self.jobs, most_batches=bounds.get("batches", 1000), most_touched=bounds.get("touched", 10**6))
            work_out(self.jobs, most_hours=bounds.get("hours", 10**6))

    def run_to_the_end(self) -> None:
        """Runs until nothing is left."""
        self.run()
        while spans_left(self.jobs):
            self.run()

    def hours(self) -> dict[tuple[int, Any], Numbers]:
        """What stands in reading_hour."""
        return self._table("reading_hour", "hour")

    def days(self) -> dict[tuple[int, Any], Numbers]:
        """What stands in reading_day."""
        return self._table("reading_day", "day")

    def recomputed(self) -> dict[tuple[int, Any], Numbers]:
        """Every hour straight from every raw reading, by the store's own definition."""
        rows = self.owner.execute(
            "SELECT datastream_id, slot, count, sum, time_mean, stood_s, min, max, first, last, total, sum / count"
            " FROM raw_slots('1 hour', %s, array_fill('-infinity'::timestamptz, ARRAY[4]),"
            " array_fill('infinity'::timestamptz, ARRAY[4]))",
            (self.streams,),
        )
        return {(self.streams.index(row[0]), row[1]): row[2:] for row in rows}

    def answer(self, bucket: Bucket, interval: Interval, most: int = 10**6) -> dict[tuple[int, datetime], Numbers]:
        """What the API's own way says: (count, sum, time_mean, min, max, total) by datastream and start."""
        rows = [{"id": stream, "quantity": "q", "unit": "x", "channel": "", "place": "line"} for stream in self.streams]
        with acting(self.api, self.principal):
            found = buckets(self.api, rows, interval, bucket, after=None, most=most)
        return {
            (self.streams.index(b["datastream"]), b["from"]): (
                b["count"], b["sum"], b["time_mean"], b["min"], b["max"], b["total"],
            )
            for b in found
        }  # fmt: skip

    def expected(self, bucket: Bucket, interval: Interval) -> dict[tuple[int, datetime], Numbers]:
        """What the oracle says of the readings that stand: all nine numbers, by datastream and start of the bucket."""
        return expected(self.stands, bucket, interval)

    def _table(self, table: str, column: str) -> dict[tuple[int, Any], Numbers]:
        rows = self.owner.execute(
            f"SELECT datastream_id, {column}, count, sum, time_mean, stood_s, min, max, first, last, total, mean"
            f" FROM {table}"
        )
        return {(self.streams.index(row[0]), row[1]): row[2:] for row in rows}


@pytest.fixture
def ground(database_url: str) -> Iterator[Ground]:
    """A ground on a fresh database."""
    with (
        connect(database_url, DatabaseRole.OWNER) as owner,
        connect(database_url, DatabaseRole.JOBS) as jobs,
        connect(database_url, DatabaseRole.API) as api,
    ):
        streams = make_ground(owner)
        for month in MONTHS:
            owner.execute("SELECT make_partition('reading', %s)", (month,))
        insert, delete = MAKE_CHUNKS
        owner.execute(insert, (streams[0],))
        owner.execute(delete)
        owner.execute("SELECT make_partition('batch', '2026-03-03')")
        principal = principal_named(owner, "system:command").id
        yield Ground(url=database_url, streams=streams, owner=owner, jobs=jobs, api=api, principal=principal)


@pytest.fixture
def oracle() -> Any:
    """What a rollup is, worked out below."""
    return expected


# The oracle: a rollup as the words of docs/rules.md have it, reading after reading.


def day_of(at: datetime) -> date:
    """The civil day."""
    return at.astimezone(LONDON).date()


def start_of(bucket: Bucket, at: datetime) -> datetime:
    """The first instant of the bucket that holds `at`."""
    if not isinstance(bucket, CivilBucket):
        return EPOCH + (at - EPOCH) // bucket * bucket
    day = day_of(at)
    if bucket is CivilBucket.WEEK:
        day -= timedelta(days=day.weekday())
    if bucket is CivilBucket.MONTH:
        day = day.replace(day=1)
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def increment(before: float, after: float, modulus: float | None) -> float:
    """What a counter counted; the readings of these tests are all of such a counter."""
    if after >= before:
        return after - before
    rolled = modulus is not None and before - after > modulus / 2
    return (modulus or 0) - before + after if rolled else after


def expected(stands: Readings, bucket: Bucket, interval: Interval) -> dict[tuple[int, datetime], Numbers]:
    """(count, sum, time_mean, stood_s, min, max, first, last, total) by datastream and bucket."""
    first = interval.from_at or datetime(1970, 1, 1, tzinfo=UTC)
    last = interval.to_at or datetime(9000, 1, 1, tzinfo=UTC)
    found: dict[tuple[int, datetime], list[Any]] = {}
    for n in range(len(KINDS)):
        course = sorted((at, value) for (m, at), value in stands.items() if m == n)
        for place, (at, value) in enumerate(course):
            if first <= at < last:
                key = (n, start_of(bucket, at))
                found.setdefault(key, []).append((course, place, at, value))
    return {key: _numbers(key[0], rows, bucket, first, last) for key, rows in found.items()}


def _numbers(n: int, rows: Sequence[Any], bucket: Bucket, first: datetime, last: datetime) -> Numbers:
    values = [value for *_, value in rows]
    total: float | None = sum(values) if KINDS[n] == "delta" else None
    stood = weighed = None
    if KINDS[n] == "total_increasing":
        steps = [increment(course[p - 1][1], value, MODULUS[n]) for course, p, _, value in rows if p > 0]
        total = sum(steps) if steps else None
    if KINDS[n] == "measurement":
        slot = HOUR if isinstance(bucket, CivilBucket) or not bucket % HOUR else bucket
        course = rows[0][0]
        following = [at for at, _ in course[1:]] + [last]
        pieces = [
            (max(at, begins, first), min(after, at + STANDS, begins + slot, last), value)
            for begins in {start_of(slot, at) for _, _, at, _ in rows}
            for (at, value), after in zip(course, following, strict=True)
        ]
        spans = [((b - a).total_seconds(), value) for a, b, value in pieces if b > a]
        stood = sum(span for span, _ in spans)
        weighed = sum(span * value for span, value in spans) / stood
    return (len(values), sum(values), weighed, stood, min(values), max(values), values[0], values[-1], total)
