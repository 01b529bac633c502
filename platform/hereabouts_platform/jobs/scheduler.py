"""The scheduler: many processes may run it, one leads, and leads only while its own connection to the database lives.

The leader holds an advisory lock on a connection that does nothing else. Where that connection dies, scheduling stops
at once, and whoever gets the lock next leads. A run that the old leader had begun ends by itself: windows are unique,
runs of a job wait for each other, and effects commit with their window or not at all.
"""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import psycopg
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from hereabouts_platform.jobs.cases import keep_policy
from hereabouts_platform.jobs.job import Job
from hereabouts_platform.jobs.registry import JOBS
from hereabouts_platform.jobs.retention import keep_rules
from hereabouts_platform.jobs.run import run_due
from hereabouts_platform.rules.job_health import window_of
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.case_clocks import CasePolicy
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.jobs import try_lead
from hereabouts_schemas.errors import ConfigError

log = structlog.get_logger(__name__)

LOOK_S = 1.0  # how often a standby asks for the lead, and everyone whether to stop
LONGEST_DELAY_S = 30.0


def run_jobs(
    database_url: str,
    stop: threading.Event,
    *,
    jobs: Sequence[Job] = JOBS,
    keeps: Mapping[str, str] | None = None,
    cases: CasePolicy | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Run jobs at their times until `stop` is set; a run under way is finished first.

    Survives a database that is not there, goes away or is not migrated yet: logs, and tries again after a growing,
    random delay. `on_ready` is called once, when the database first answered, whether this process leads or stands by.
    `keeps` is how long each class of data is kept, `cases` by what cases are worked, as the settings say: whoever leads
    writes them down.
    """
    failures = 0
    ready = on_ready or _nothing
    while not stop.is_set():
        try:
            with connect(database_url, DatabaseRole.JOBS, application="hereabouts jobs") as connection:
                ready()
                ready = _nothing
                failures = 0
                if _wait_for_lead(connection, stop):
                    if keeps is not None:
                        keep_rules(connection, principal_named(connection, "system:jobs"), keeps)
                    if cases is not None:
                        keep_policy(connection, principal_named(connection, "system:jobs"), cases)
                    _lead(connection, database_url, jobs, stop)
        except (psycopg.Error, ConfigError) as error:
            delay_s = retry_delay_s(failures)
            failures += 1
            log.warning("jobs_database_lost", error=_cause(error), retry_in_s=round(delay_s, 1))
            stop.wait(delay_s)


def _nothing() -> None:
    """What is left to say once `on_ready` has been called."""


def retry_delay_s(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling from half a second up to 30, times 0.5 to 1 at random.

    Chance keeps many processes from coming back in step.
    """
    return min(LONGEST_DELAY_S, 0.5 * 2.0 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _wait_for_lead(connection: Connection, stop: threading.Event) -> bool:
    """Stand by until this connection leads; False when asked to stop before."""
    while not stop.is_set():
        if try_lead(connection):
            log.info("jobs_leading")
            return True
        stop.wait(LOOK_S)
    return False


def _lead(connection: Connection, database_url: str, jobs: Sequence[Job], stop: threading.Event) -> None:
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(max(len(jobs), 1))})
    for job in jobs:
        _schedule(scheduler, database_url, job)
    scheduler.start()
    try:
        while not stop.is_set():
            # Waits on the socket, so it raises the moment the server or the network closes the connection.
            for _ in connection.notifies(timeout=LOOK_S):
                pass
    finally:
        # Asked to stop, runs under way are waited for; after losing the lead they end by themselves.
        scheduler.shutdown(wait=stop.is_set())
        log.info("jobs_not_leading")


def _schedule(scheduler: BackgroundScheduler, database_url: str, job: Job) -> None:
    now = datetime.now(UTC)
    next_window = window_of(now, job.interval) + job.interval
    scheduler.add_job(
        _run,
        IntervalTrigger(seconds=job.interval.total_seconds(), start_date=next_window, timezone=UTC),
        args=[database_url, job],
        id=job.name,
        next_run_time=now if job.at_start else next_window,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # however late: what is due is worked out from the windows done
    )


def _run(database_url: str, job: Job) -> None:
    try:
        run_due(database_url, job, datetime.now(UTC))
    except psycopg.Error as error:
        log.warning("job_not_run", job=job.name, error=_cause(error))


def _cause(error: psycopg.Error | ConfigError) -> str:
    """The kind of error, with its words where they tell of the connection alone and of nobody's data."""
    kind = type(error).__name__
    return (
        f"{kind}: {' '.join(str(error).split())}" if isinstance(error, psycopg.OperationalError | ConfigError) else kind
    )
