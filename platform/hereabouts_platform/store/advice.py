"""What PostgreSQL has counted about our tables, as far as it is worth somebody's attention. Role owner."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("advice")


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """Names and numbers, nobody's data.

    Attributes:
        counted_since: when the server began to count.
        bloated: table, rows, dead rows, when it was last vacuumed.
        never_analyzed: table, rows.
        unused_indexes: index, bytes.
        read_whole: table, rows, how often it was read from end to end.
        slowest: statement without its values, calls, mean in milliseconds; None without pg_stat_statements.
    """

    counted_since: datetime
    bloated: list[tuple[str, int, int, datetime | None]]
    never_analyzed: list[tuple[str, int]]
    unused_indexes: list[tuple[str, int]]
    read_whole: list[tuple[str, int, int]]
    slowest: list[tuple[str, int, float]] | None


def advise(connection: Connection) -> Advice:
    """Ask the server's own counters."""
    row = connection.execute(SQL["counted_since"]).fetchone()
    if row is None:
        raise LookupError("a statement without FROM returned no row")
    return Advice(
        counted_since=row[0],
        bloated=connection.execute(SQL["bloated"]).fetchall(),
        never_analyzed=connection.execute(SQL["never_analyzed"]).fetchall(),
        unused_indexes=connection.execute(SQL["unused_indexes"]).fetchall(),
        read_whole=connection.execute(SQL["read_whole"]).fetchall(),
        slowest=_slowest(connection),
    )


def _slowest(connection: Connection) -> list[tuple[str, int, float]] | None:
    if connection.execute(SQL["has_statements"]).fetchone() != (True,):
        return None
    try:
        return connection.execute(SQL["slowest"]).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):  # in a schema of its own, or not ours
        return None
