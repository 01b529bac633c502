"""Whether a scheduled job does its work: one that did not run is as visible as one that failed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hereabouts_platform.rules.wording import say_time
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, SubjectKind

HAZARD = "job_failed"
RULE = "job_health"
RULE_VERSION = "1"
MISSED_AT_MOST = 3

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class JobHistory:
    """What is known of a job's runs, by their windows.

    Attributes:
        name, interval: as the job is registered.
        known_since: the first window that any job is known to have run in; None when none ever did.
        done_at: its last window done.
        failed_at: its last window failed since then.
        error: what that failure said.
    """

    name: str
    interval: timedelta
    known_since: datetime | None
    done_at: datetime | None
    failed_at: datetime | None
    error: str | None


class JobState(StrEnum):
    """How a job fares."""

    WORKS = "works"
    LATE = "late"  # a window or two passed without it
    STOPPED = "stopped"  # as many passed as raise an alert
    FAILING = "failing"  # its last run failed, or was cut off
    NOT_RUN = "not_run"  # it never has, and is not late yet


def state_of(history: JobHistory, now: datetime) -> JobState:
    """How a job fares at `now`: what never ran is told as plainly as what failed."""
    missed = missed_runs(history, now)
    if history.failed_at is not None:
        return JobState.FAILING
    if missed is not None and missed >= MISSED_AT_MOST:
        return JobState.STOPPED
    if history.done_at is None:
        return JobState.NOT_RUN
    return JobState.LATE if missed else JobState.WORKS


def window_of(at: datetime, interval: timedelta) -> datetime:
    """The start of the window that holds `at`: windows are whole intervals since 1970 in UTC."""
    return at - (at - _EPOCH) % interval


def assess_job(history: JobHistory, now: datetime) -> Assessment:
    """FLAG when a job's last 3 windows passed or failed without one done; CLEAR as soon as none has."""
    missed = missed_runs(history, now)
    draft = Assessment(
        subject_kind=SubjectKind.JOB,
        subject_id=history.name,
        hazard=HAZARD,
        finding=Finding.CANNOT_SAY,
        level=Level.ACT,
        reason=f"The job {history.name} has not run yet.",
        rule=RULE,
        rule_version=RULE_VERSION,
    )
    since = history.done_at or history.known_since
    if missed is None or since is None:
        return draft
    finding = Finding.FLAG if missed >= MISSED_AT_MOST else Finding.CLEAR if missed == 0 else Finding.HOLD
    number = Evidence(value=missed, unit="{count}", limit=MISSED_AT_MOST, from_at=since, to_at=now)
    return replace(draft, finding=finding, reason=_reason(history, missed), evidence={"runs_missed": number})


def missed_runs(history: JobHistory, now: datetime) -> int | None:
    """Windows since the last one done that are over or failed; the present one may still be on its way."""
    newest = window_of(now, history.interval)
    failed_now = int(history.failed_at is not None and window_of(history.failed_at, history.interval) == newest)
    if history.done_at is not None:
        over = (newest - window_of(history.done_at, history.interval)) // history.interval - 1
        return max(over, 0) + failed_now
    if history.known_since is None:
        return None
    return max((newest - window_of(history.known_since, history.interval)) // history.interval, 0) + failed_now


def _reason(history: JobHistory, missed: int) -> str:
    done = f"last did its work for {say_time(history.done_at)}" if history.done_at else "has never done its work"
    if missed == 0:
        return f"The job {history.name} {done}."
    runs = f"{missed} run{'s' if missed != 1 else ''} since then failed or never began"
    error = f": {history.error}" if history.error else "."
    return f"The job {history.name} {done}; {runs}{error}"
