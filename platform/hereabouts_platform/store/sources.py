"""Accounting: per source what became of every message, and what lies in quarantine."""

from dataclasses import asdict, dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("sources")

MOST_PAYLOAD_BYTES = 8 * 2**20  # a page ends with the row that reaches it: 1,000 of the longest would be gigabytes

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class QuarantineFilter:
    """Which rows are wanted; None asks for nothing. `device` is spelled as `device_id()` spells it."""

    reason: str | None = None
    kind: str | None = None
    source: str | None = None
    device: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantinePage:
    """Rows of the quarantine, and whether others stand behind the last."""

    rows: list[Row]
    more: bool


def list_sources(connection: Connection) -> list[Row]:
    """Every source with its counts: received = stored + duplicate + quarantined + ignored."""
    return connection.cursor(row_factory=dict_row).execute(SQL["sources"]).fetchall()


def list_quarantine(
    connection: Connection, wanted: QuarantineFilter, *, before: int | None, most: int
) -> QuarantinePage:
    """At most `most` rows of the quarantine, newest first, from below the id `before`.

    Fewer, but at least one, where their payloads are long: see `MOST_PAYLOAD_BYTES`.
    """
    values = {**asdict(wanted), "before": before, "most": most, "most_bytes": MOST_PAYLOAD_BYTES}
    rows = connection.cursor(row_factory=dict_row).execute(SQL["quarantine"], values).fetchall()
    more = [row.pop("more") for row in rows]
    return QuarantinePage(rows=rows, more=bool(more) and more[-1])
