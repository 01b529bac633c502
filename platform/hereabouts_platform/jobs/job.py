"""What a job is, and which of its windows are due."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_platform.rules.job_health import window_of
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.access import Principal

CATCH_UP_FOR = timedelta(hours=24)
NOT_SET_UP = "not_set_up"  # in what a run says: there is nothing for it to do until somebody sets it up, and how

Work = Callable[[Connection, Principal, datetime, datetime], Mapping[str, object]]


class JobFailed(Exception):
    """A run failed; the message is a sentence for the page of jobs, and holds nobody's data."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something to be done every `interval`.

    Attributes:
        name: what it is called in commands, tables and alerts.
        title: what it does, for people.
        interval: how often; windows are whole intervals since 1970 in UTC.
        work: does it, in the transaction it is given, for (connection, principal, start of the window, now), and
            returns counts; it commits nothing itself and may be run again for the same window.
        in_parts: whether the work is too much for one transaction: it is given none, and commits part after part, each
            whole, so that a run cut off has done some and the next does the rest.
        catches_up: whether missed windows matter; a job about the present needs only the newest.
        at_start: whether a new leader runs it at once rather than at its next window.
    """

    name: str
    title: str
    interval: timedelta
    work: Work
    in_parts: bool = False
    catches_up: bool = False
    at_start: bool = True


def due_windows(job: Job, done: Collection[datetime], first: datetime | None, now: datetime) -> list[datetime]:
    """Windows to run at `now`, oldest first.

    Args:
        done: the job's windows of the last 24 hours that are done.
        first: its first window ever begun; None when it never ran. What came before it was not missed.
    """
    newest = window_of(now, job.interval)
    oldest = newest
    if job.catches_up and first is not None:
        oldest = max(first, window_of(now - CATCH_UP_FOR, job.interval) + job.interval)
    count = max((newest - oldest) // job.interval, 0)
    windows = [newest - back * job.interval for back in range(count, -1, -1)]
    return [window for window in windows if window not in done]
