"""The job that watches the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.jobs.job import Job, Work
from hereabouts_platform.rules.job_health import HAZARD, assess_job
from hereabouts_platform.store.alerts import follow, open_alerts
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.jobs import histories
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.alert import SubjectKind


def watching(jobs: Sequence[Job]) -> Work:
    """Work that opens an alert on each of `jobs` that failed or did not run for 3 windows, and clears it after."""
    intervals = {job.name: job.interval for job in jobs}

    def watch(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
        require(principal, Action.WRITE, Resource.ALERTS)
        standing = open_alerts(connection, SubjectKind.JOB, HAZARD)
        assessments = [assess_job(history, now) for history in histories(connection, intervals)]
        changes = follow(connection, assessments, standing, now)
        return {"jobs": len(intervals), "opened": changes.opened, "cleared": changes.cleared}

    return watch
