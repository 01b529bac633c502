"""Running a job: once a window, its effects in the transaction that marks it done, its failures on record."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import structlog

from hereabouts_platform.access.policy import require
from hereabouts_platform.jobs.job import CATCH_UP_FOR, Job, JobFailed, due_windows
from hereabouts_platform.jobs.registry import JOBS, job_named
from hereabouts_platform.store import jobs as store
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import StoreUnavailable
from hereabouts_schemas.times import format_time

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class JobReport:
    """One run of a job.

    `state` is done or failed; `detail` holds its counts, or `error` with a sentence;
    `by_hand`: somebody asked for it.
    """

    job: str
    window_at: datetime
    state: str
    started_at: datetime
    finished_at: datetime | None
    detail: Mapping[str, Any]
    by_hand: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStatus:
    """A job and its newest run, if it ever ran."""

    job: Job
    last: JobReport | None


def run_job(database_url: str, name: str, now: datetime, jobs: Sequence[Job] = JOBS) -> JobReport:
    """Run one of `jobs` because somebody asks for it, as `system:command`; beside its windows, never instead of one.

    Waits for a run of the same job that is under way.

    Raises:
        InputError: there is no such job.
        StoreUnavailable: the database cannot be reached, or was lost on the way; nothing was changed.
    """
    job = job_named(name, jobs)
    try:
        with connect(database_url, DatabaseRole.JOBS, application=f"hereabouts job {name}") as connection:
            principal = principal_named(connection, "system:command")
            report = run_window(connection, job, principal, now, now, by_hand=True)
    except psycopg.OperationalError as error:
        raise StoreUnavailable("The database cannot be reached just now; nothing was changed.") from error
    if report is None:
        raise LookupError("a run by hand takes no window that could be done")
    return report


def list_jobs(database_url: str) -> list[JobStatus]:
    """Every job with its newest run.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    try:
        with connect(database_url, DatabaseRole.JOBS, application="hereabouts job list") as connection:
            require(principal_named(connection, "system:command"), Action.READ, Resource.JOBS)
            runs = store.last_runs(connection, [job.name for job in JOBS])
    except psycopg.OperationalError as error:
        raise StoreUnavailable("The database cannot be reached just now.") from error
    return [JobStatus(job=job, last=_report(job, runs[job.name]) if job.name in runs else None) for job in JOBS]


def run_due(database_url: str, job: Job, now: datetime) -> list[JobReport]:
    """Run what is due of a scheduled job at `now`, oldest window first, as `system:jobs`, over a connection of its own.

    A window that fails ends it; it is tried again, in its turn, when the next window comes.

    Raises:
        psycopg.Error: the database cannot be reached or was lost; the next window tries again.
    """
    reports: list[JobReport] = []
    with connect(database_url, DatabaseRole.JOBS, application=f"hereabouts job {job.name}") as connection:
        principal = principal_named(connection, "system:jobs")
        done = store.windows_done(connection, job.name, now - CATCH_UP_FOR)
        for window in due_windows(job, done, store.first_window(connection, job.name), now):
            report = run_window(connection, job, principal, window, now)
            if report is None:
                continue
            log.info("job_run", job=job.name, window_at=format_time(window), state=report.state, detail=report.detail)
            reports.append(report)
            if report.state == "failed":
                break
    return reports


def run_window(
    connection: Connection, job: Job, principal: Principal, window: datetime, now: datetime, *, by_hand: bool = False
) -> JobReport | None:
    """Run a job for one window; None when another run has done it meanwhile.

    The run is put on record first, so that everyone sees it under way; then its effects and its being done commit
    together (of a job in parts: the parts, then its being done). What fails is rolled back and recorded as failed; what
    is cut off is found and recorded by the next run.

    Raises:
        NotAllowed: the principal may not run jobs.
        psycopg.Error: the connection was lost.
    """
    require(principal, Action.WRITE, Resource.JOBS)
    with store.one_at_a_time(connection, job.name):
        with acting(connection, principal.id):
            run_id = store.begin(connection, job.name, window, by_hand=by_hand)
        if run_id is None:
            return None
        try:
            run = _do(connection, job, principal, run_id=run_id, window=window, now=now)
        except Exception as error:  # whatever it was, it goes on record and the next window comes
            if connection.closed:
                raise
            run = _fail(connection, principal, run_id, error)
    return _report(job, run)


def _do(
    connection: Connection, job: Job, principal: Principal, *, run_id: int, window: datetime, now: datetime
) -> store.Run:
    if job.in_parts:
        counts = job.work(connection, principal, window, now)
        with acting(connection, principal.id):
            return store.finish(connection, run_id, "done", counts)
    with acting(connection, principal.id):
        return store.finish(connection, run_id, "done", job.work(connection, principal, window, now))


def _fail(connection: Connection, principal: Principal, run_id: int, error: Exception) -> store.Run:
    with acting(connection, principal.id):
        return store.finish(connection, run_id, "failed", {"error": failure_sentence(error)})


def failure_sentence(error: BaseException) -> str:
    """What went wrong and where, without the error's own words: they may hold somebody's data.

    A `JobFailed` has said so itself, in words that do not.

    Example:
        >>> failure_sentence(ValueError("12 Elm Court"))
        'It ended with ValueError.'
    """
    if isinstance(error, JobFailed):
        return str(error)
    kind = type(error).__name__
    if isinstance(error, psycopg.Error) and error.sqlstate:
        kind = f"{kind} (SQLSTATE {error.sqlstate})"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "hereabouts_" in frame.filename] or frames
    return f"It ended with {kind}{f' in {Path(ours[-1].filename).name}, line {ours[-1].lineno}' if ours else ''}."


def _report(job: Job, run: store.Run) -> JobReport:
    return JobReport(job=job.name, **asdict(run))
