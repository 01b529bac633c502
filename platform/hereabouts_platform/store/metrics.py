"""What monitoring asks the store, each in one statement. Role api."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.rows import TupleRow

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("metrics")


@dataclass(frozen=True, kw_only=True, slots=True)
class Vitals:
    """Rows as the statements of `metrics.sql` give them; times are seconds since 1970."""

    messages: Sequence[TupleRow]
    posts_waiting: int
    oldest_post_s: float
    quarantine: Sequence[TupleRow]
    jobs: Sequence[TupleRow]
    alerts: Sequence[TupleRow]
    unaccounted: Sequence[TupleRow]
    newest_reading_at: float | None


def read_vitals(connection: Connection, jobs: Sequence[str]) -> Vitals:
    """Read all of it; `jobs` by name."""
    waiting, oldest_s = connection.execute(SQL["posts"]).fetchone() or (0, 0.0)
    newest = connection.execute(SQL["newest_reading"]).fetchone()
    return Vitals(
        messages=connection.execute(SQL["messages"]).fetchall(),
        posts_waiting=waiting,
        oldest_post_s=oldest_s,
        quarantine=connection.execute(SQL["quarantine"]).fetchall(),
        jobs=connection.execute(SQL["jobs"], (list(jobs),)).fetchall(),
        alerts=connection.execute(SQL["alerts"]).fetchall(),
        unaccounted=connection.execute(SQL["unaccounted"]).fetchall(),
        newest_reading_at=newest[0] if newest else None,
    )
