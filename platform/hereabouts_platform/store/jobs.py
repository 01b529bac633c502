"""Runs of jobs as the database keeps them, and the locks that keep them single. Role jobs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import TupleRow, dict_row
from psycopg.types.json import Jsonb

from hereabouts_platform.rules.job_health import JobHistory
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("jobs")

_LEADER = 0x4C656164  # "Lead": one scheduler in a database
_RUN = 0x52756E20  # "Run ": one run of a job at a time

CUT_OFF = "The run was cut off: its process or its connection to the database ended before it was done."


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run: `state` is running, done or failed; `detail` holds counts, or `error`; `by_hand`: somebody asked."""

    window_at: datetime
    state: str
    started_at: datetime
    finished_at: datetime | None
    detail: Mapping[str, Any]
    by_hand: bool


def try_lead(connection: Connection) -> bool:
    """Whether this connection is now the leader's, until it closes."""
    row = connection.execute(SQL["try_lead"], (_LEADER,)).fetchone()
    return row is not None and bool(row[0])


@contextmanager
def one_at_a_time(connection: Connection, job: str) -> Iterator[None]:
    """Wait until no other run of `job` is under way, and keep it so."""
    connection.execute(SQL["lock_job"], (_RUN, job))
    try:
        yield
    finally:
        if not connection.closed:  # with the connection the lock has gone too
            connection.execute(SQL["unlock_job"], (_RUN, job))


def begin(connection: Connection, job: str, window_at: datetime, *, by_hand: bool) -> int | None:
    """Take a window, inside `acting()` and `one_at_a_time()`: the run's id, or None when it is done already.

    Runs of the job that still say they are running were cut off, and are marked so.
    """
    connection.execute(SQL["give_up_running"], {"job": job, "detail": Jsonb({"error": CUT_OFF})})
    values = {"job": job, "window_at": window_at, "by_hand": by_hand}
    row = connection.execute(SQL["begin"], values).fetchone()
    return int(row[0]) if row else None


def finish(connection: Connection, run_id: int, state: str, detail: Mapping[str, object]) -> Run:
    """Mark a run done or failed."""
    values = {"id": run_id, "state": state, "detail": Jsonb(dict(detail))}
    row = connection.execute(SQL["finish"], values).fetchone()
    if row is None:
        raise LookupError(f"job run {run_id} is not there")
    return Run(window_at=row[0], state=row[1], started_at=row[2], finished_at=row[3], detail=detail, by_hand=row[4])


def windows_done(connection: Connection, job: str, since: datetime) -> set[datetime]:
    """The scheduled windows from `since` on that are done."""
    return {row[0] for row in connection.execute(SQL["windows_done"], {"job": job, "since": since})}


def first_window(connection: Connection, job: str) -> datetime | None:
    """The first scheduled window that was ever begun."""
    row = connection.execute(SQL["first_window"], (job,)).fetchone()
    return row[0] if row else None


def last_runs(connection: Connection, jobs: Sequence[str]) -> dict[str, Run]:
    """The newest run of each job that ever ran."""
    return {name: runs[0] for name, runs in _by_job(connection.execute(SQL["last_runs"], (list(jobs),))).items()}


def newest_runs(connection: Connection, jobs: Sequence[str], most: int) -> dict[str, list[Run]]:
    """The newest `most` runs of each job that ever ran, newest first."""
    return _by_job(connection.execute(SQL["newest_runs"], {"jobs": list(jobs), "most": most}))


def _by_job(rows: Iterable[TupleRow]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for name, window_at, state, started_at, finished_at, detail, by_hand in rows:
        run = Run(
            window_at=window_at,
            state=state,
            started_at=started_at,
            finished_at=finished_at,
            detail=detail,
            by_hand=by_hand,
        )
        found.setdefault(name, []).append(run)
    return found


def runs_of(
    connection: Connection, job: str, *, before: tuple[datetime, int] | None, most: int
) -> list[dict[str, Any]]:
    """At most `most` runs of a job, newest first, from below the (window_at, id) of `before`."""
    before_at, before_id = before or (None, None)
    values = {"job": job, "before_at": before_at, "before_id": before_id, "most": most}
    return connection.cursor(row_factory=dict_row).execute(SQL["runs_of"], values).fetchall()


def histories(connection: Connection, intervals: Mapping[str, timedelta]) -> list[JobHistory]:
    """What is known of each job, for its health; `intervals` by name."""
    rows = connection.execute(SQL["histories"], {"jobs": list(intervals)})
    return [
        JobHistory(
            name=name,
            interval=intervals[name],
            known_since=known_since,
            done_at=done_at,
            failed_at=failed_at,
            error=error,
        )
        for name, known_since, done_at, failed_at, error in rows
    ]
