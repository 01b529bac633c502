"""The books of sources as the API and the pages show them. Role api."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.rules.accounting import HAZARD
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.readings import Interval

SQL = load("source_books")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of time with a name, [from_at, to_at), both on the hour."""

    name: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanCounts:
    """What came in of one source over a span, and what became of it; all numbers are messages but the last."""

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0
    ignored: int = 0
    values_refused: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceCheck:
    """A source, and what the last check of its books found.

    Attributes:
        checked_at: None when no message of it was counted at the door yet.
        differing, agreed: how many hours, of all ever checked.
        complaint: what the open alert says, while the numbers differ.
    """

    name: str
    enabled: bool
    envelope: str
    checked_at: datetime | None
    differing: int
    agreed: int
    complaint: str | None


def find_source(connection: Connection, name: str) -> int | None:
    """The number of the source of that name."""
    row = connection.execute(SQL["source_number"], (name,)).fetchone()
    return int(row[0]) if row else None


def list_hours(
    connection: Connection, source: int, interval: Interval, *, after: datetime | None, most: int
) -> list[Row]:
    """At most `most` hours of a source's books that begin in `interval`, in order, from behind the hour `after`."""
    values = {
        "source": source,
        "from_at": interval.from_at,
        "to_at": interval.to_at,
        "after": after,
        "most": most,
    }
    return connection.cursor(row_factory=dict_row).execute(SQL["hours"], values).fetchall()


def count_spans(connection: Connection, spans: Sequence[Span]) -> dict[tuple[str, str], SpanCounts]:
    """By names of source and span, what came in; pairs without a message are left out."""
    values = {
        "spans": [span.name for span in spans],
        "from_at": [span.from_at for span in spans],
        "to_at": [span.to_at for span in spans],
    }
    rows = connection.cursor(row_factory=dict_row).execute(SQL["spans"], values).fetchall()
    return {(row.pop("name"), row.pop("span")): SpanCounts(**row) for row in rows}


def list_checks(connection: Connection) -> list[SourceCheck]:
    """Every source in the order of their numbers."""
    rows = connection.cursor(row_factory=dict_row).execute(SQL["checks"], {"hazard": HAZARD}).fetchall()
    return [SourceCheck(**row) for row in rows]
