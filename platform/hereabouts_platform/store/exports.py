"""What bulk exports read: which datastreams, their series by COPY, places by a server-side cursor."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.readings import Interval

SQL = load("exports")

Row = dict[str, Any]

ROWS_A_SPAN = 500_000  # expected; the server gathers one span at a time
SHORTEST = timedelta(hours=1)
LONGEST = timedelta(days=31)
MOST_SPANS = 10_000
AT_ONCE = 5000  # places fetched at a time

Span = tuple[datetime | str, datetime | str]


class Grain(StrEnum):
    """Single readings, or their hours."""

    READINGS = "readings"
    HOURS = "hours"


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which datastreams, over which time; None asks for nothing.

    Attributes:
        area: GSS code and vintage.
    """

    ids: Sequence[int] | None = None
    place: str | None = None
    area: tuple[str, str] | None = None
    quantities: Sequence[str] | None = None
    interval: Interval = field(default_factory=Interval)


def streams_of(connection: Connection, wanted: Selection) -> list[Row]:
    """The datastreams: id, quantity, channel, unit, place, device, home, interval_s, from."""
    code, vintage = wanted.area or (None, None)
    values = {
        "ids": list(wanted.ids) if wanted.ids is not None else None,
        "quantities": list(wanted.quantities) if wanted.quantities is not None else None,
        "place": wanted.place,
        "code": code,
        "vintage": vintage,
        "to": wanted.interval.to_at,
    }
    return connection.cursor(row_factory=dict_row).execute(SQL["streams"], values).fetchall()


def spans_of(streams: Sequence[Row], interval: Interval, grain: Grain, now: datetime) -> list[Span]:
    """The time asked for in spans that hold about `ROWS_A_SPAN` rows each; open ends stay open.

    An open end is divided from the first deployment to `now`, and what lies before and after goes with the first and
    the last span.
    """
    if not streams:
        return []
    start = interval.from_at or min(stream["from"] for stream in streams)
    end = interval.to_at or max(now, start + SHORTEST)
    width = _width(streams, end - start, grain)
    edges = [start + index * width for index in range(1, max(1, -(-(end - start) // width)))]
    lower: list[datetime | str] = [interval.from_at or "-infinity", *edges]
    upper: list[datetime | str] = [*edges, interval.to_at or "infinity"]
    return list(zip(lower, upper, strict=True))


def _width(streams: Sequence[Row], whole: timedelta, grain: Grain) -> timedelta:
    rows_an_hour = sum(1.0 if grain is Grain.HOURS else 3600 / stream["interval_s"] for stream in streams)
    hours = max(1, round(ROWS_A_SPAN / rows_an_hour))
    return max(SHORTEST, min(LONGEST, timedelta(hours=min(hours, 24 * 31))), whole / MOST_SPANS)


def copy_series(connection: Connection, ids: Sequence[int], spans: Sequence[Span], grain: Grain) -> Generator[bytes]:
    """Messages of a binary COPY: a row a span and datastream, its times and values as arrays.

    Closing the iterator before its end ends the server's query.
    """
    values = {
        "ids": list(ids),
        "starts": [_text(start) for start, _ in spans],
        "ends": [_text(end) for _, end in spans],
    }
    with connection.cursor() as cursor, cursor.copy(SQL[grain.value], values) as copy:
        for block in copy:
            yield bytes(block)


def _text(at: datetime | str) -> str:
    return at if isinstance(at, str) else at.astimezone(UTC).isoformat()


def places_for_export(connection: Connection, area: tuple[str, str] | None) -> Iterator[list[Row]]:
    """Places in order of id, some thousands at a time, inside a transaction; polygon and attributes are JSON text."""
    code, vintage = area or (None, None)
    with connection.cursor(name="hereabouts_export", row_factory=dict_row) as cursor:
        cursor.execute(SQL["places"], {"code": code, "vintage": vintage})
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows
