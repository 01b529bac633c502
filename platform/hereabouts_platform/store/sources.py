"""Accounting: per source what became of every message, and what lies in quarantine."""

from dataclasses import asdict, dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("sources")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class QuarantineFilter:
    """Which rows are wanted; None asks for nothing. `device` is spelled as `device_id()` spells it."""

    reason: str | None = None
    kind: str | None = None
    source: str | None = None
    device: str | None = None


def list_sources(connection: Connection) -> list[Row]:
    """Every source with its counts: received = stored + duplicate + quarantined + ignored."""
    return connection.cursor(row_factory=dict_row).execute(SQL["sources"]).fetchall()


def list_quarantine(connection: Connection, wanted: QuarantineFilter, *, before: int | None, most: int) -> list[Row]:
    """At most `most` rows of the quarantine, newest first, from below the id `before`."""
    values = {**asdict(wanted), "before": before, "most": most}
    return connection.cursor(row_factory=dict_row).execute(SQL["quarantine"], values).fetchall()
