"""Every job there is."""

from datetime import timedelta

from hereabouts_platform.jobs.assess import assess_homes
from hereabouts_platform.jobs.gaps import INTERVAL as GAPS_INTERVAL
from hereabouts_platform.jobs.gaps import find_gaps
from hereabouts_platform.jobs.job import Job
from hereabouts_platform.jobs.watch import watching
from hereabouts_schemas.errors import InputError

ASSESS = Job(
    name="assess",
    title="Assess every home for damp, and open, update and clear alerts",
    interval=timedelta(minutes=5),
    work=assess_homes,
)

GAPS = Job(
    name="gaps",
    title="Count frames that devices sent and nobody delivered, and ask the network for them",
    interval=GAPS_INTERVAL,
    work=find_gaps,
)

WATCH = Job(
    name="watch",
    title="Raise an alert when another job fails or does not run",
    interval=timedelta(minutes=5),
    work=watching([ASSESS, GAPS]),
    at_start=False,  # a new leader first lets the others run: what they missed while nobody led is over then
)

JOBS = (ASSESS, GAPS, WATCH)


def job_named(name: str) -> Job:
    """The job called `name`.

    Raises:
        InputError: there is none; the message lists those there are.
    """
    for job in JOBS:
        if job.name == name:
            return job
    raise InputError("NAME", name, f"The jobs are: {', '.join(job.name for job in JOBS)}.")
