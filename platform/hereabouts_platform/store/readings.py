"""Readings of datastreams over a half-open interval, single or in buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from psycopg.rows import dict_row, tuple_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.times import LONDON

SQL = load("readings")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """`[from_at, to_at)` in UTC; None is an open end."""

    from_at: datetime | None = None
    to_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class After:
    """Where a list goes on: behind this datastream at this time (a bucket's is its start)."""

    time: datetime
    datastream: int


class CivilBucket(StrEnum):
    """Days, weeks (from Monday) and months as Europe/London counts them; 23 or 25 hours where the clocks change."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def end(self, start: datetime) -> datetime:
        """The start of the bucket after the one that starts at `start`."""
        local = start.astimezone(LONDON).replace(tzinfo=None)
        if self is CivilBucket.MONTH:
            following = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            following = local + timedelta(days=1 if self is CivilBucket.DAY else 7)
        return following.replace(tzinfo=LONDON).astimezone(start.tzinfo)


Bucket = timedelta | CivilBucket


def datastreams_at(connection: Connection, place_id: str, quantities: Sequence[str] | None) -> list[Row]:
    """The datastreams of a place and its parts: id, quantity, channel, unit, place, interval_s of the profile."""
    values = {"place": place_id, "quantities": list(quantities) if quantities is not None else None}
    return connection.cursor(row_factory=dict_row).execute(SQL["datastreams_at"], values).fetchall()


def datastreams(connection: Connection, ids: Sequence[int]) -> list[Row]:
    """Those of `ids` that exist, with their place and home."""
    return connection.cursor(row_factory=dict_row).execute(SQL["datastreams"], {"ids": list(ids)}).fetchall()


def readings(
    connection: Connection, streams: Sequence[Row], interval: Interval, *, after: After | None, most: int
) -> list[Row]:
    """At most `most` readings of `streams`, in order of time and datastream."""
    by_id = {stream["id"]: stream for stream in streams}
    values = _values(by_id, interval, after, most)
    rows = connection.cursor(row_factory=tuple_row).execute(SQL["readings"], values)
    return [{"time": time, "value": value, **_of(by_id[stream_id])} for stream_id, time, value in rows]


def buckets(
    connection: Connection, streams: Sequence[Row], interval: Interval, bucket: Bucket, *,
    after: After | None, most: int,
) -> list[Row]:  # fmt: skip
    """At most `most` buckets that hold readings, in order of start and datastream; only readings of `interval` count.

    A fixed width is aligned to 2000-01-01T00:00Z. `time_mean` is of measurements (by how long each value stood),
    `total` of deltas (their sum) and counters (their increments); None elsewhere. Whole hours, days, weeks and months
    come from rollups where they are up to date.
    """
    by_id = {stream["id"]: stream for stream in streams}
    values = _values(by_id, interval, after, most)
    if isinstance(bucket, CivilBucket):
        found = connection.execute(SQL["civil_buckets"], {**values, "field": bucket})
    else:
        found = connection.execute(SQL["buckets"], {**values, "width": bucket})
    return [
        {
            "from": start,
            "to": bucket.end(start) if isinstance(bucket, CivilBucket) else start + bucket,
            "count": count, "mean": mean, "min": low, "max": high, "sum": sum_, "time_mean": time_mean, "total": total,
            **_of(by_id[stream_id]),
        }
        for start, stream_id, count, mean, low, high, sum_, time_mean, total in found.fetchall()  # row by row is slower
    ]  # fmt: skip


def _values(by_id: dict[int, Row], interval: Interval, after: After | None, most: int) -> Row:
    return {
        "ids": list(by_id),
        "from": interval.from_at,
        "to": interval.to_at,
        "after_time": after.time if after else None,
        "after_id": after.datastream if after else None,
        "most": most,
    }


def _of(stream: Row) -> Row:
    return {
        "quantity": stream["quantity"],
        "unit": stream["unit"],
        "datastream": stream["id"],
        "channel": stream["channel"],
        "place": stream["place"],
    }
