"""Every job there is."""

from collections.abc import Sequence
from datetime import timedelta

from hereabouts_platform.jobs.account import check_books
from hereabouts_platform.jobs.assess import assess_homes
from hereabouts_platform.jobs.cases import copy_case_facts
from hereabouts_platform.jobs.clocks import watching_clocks
from hereabouts_platform.jobs.digest import digesting
from hereabouts_platform.jobs.forecast import forecast_bins
from hereabouts_platform.jobs.gaps import INTERVAL as GAPS_INTERVAL
from hereabouts_platform.jobs.gaps import find_gaps
from hereabouts_platform.jobs.health import assess_devices
from hereabouts_platform.jobs.job import Job
from hereabouts_platform.jobs.link_datasets import link_datasets
from hereabouts_platform.jobs.notices import posting
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.plan import planning
from hereabouts_platform.jobs.proof import watching_works
from hereabouts_platform.jobs.purge_posts import purge_posts
from hereabouts_platform.jobs.replan import replanning
from hereabouts_platform.jobs.retention import let_go
from hereabouts_platform.jobs.rollup import roll_up
from hereabouts_platform.jobs.watch import watching
from hereabouts_platform.jobs.weather import fetching
from hereabouts_schemas.errors import InputError

ASSESS = Job(
    name="assess",
    title="Assess every home for damp, cold and heat, and open, update and clear alerts",
    interval=timedelta(minutes=5),
    work=assess_homes,
    in_parts=True,
)

HEALTH = Job(
    name="health",
    title="Look at every device: whether it is heard, its battery, its clock, what stands still",
    interval=timedelta(minutes=15),
    work=assess_devices,
)

ACCOUNT = Job(
    name="account",
    title="Check that every message that came in has an outcome and lies in a raw batch, and alert where not",
    interval=timedelta(minutes=15),
    work=check_books,
)

GAPS = Job(
    name="gaps",
    title="Count frames that devices sent and nobody delivered, and ask the network for them",
    interval=GAPS_INTERVAL,
    work=find_gaps,
)

ROLLUP = Job(
    name="rollup",
    title="Roll readings up into hours and days, wherever something came, changed or went",
    interval=timedelta(minutes=2),
    work=roll_up,
)

PURGE_POSTS = Job(
    name="purge_posts",
    title="Forget the answers to webhooks of more than a day ago",
    interval=timedelta(hours=1),
    work=purge_posts,
)

RETENTION = Job(
    name="retention",
    title="Let go of data that has been kept for as long as its class is kept",
    interval=timedelta(days=1),
    work=let_go,
    in_parts=True,
)

LINK_DATASETS = Job(
    name="link_datasets",
    title="Find which places the rows of datasets name, once places or areas have changed",
    interval=timedelta(hours=1),
    work=link_datasets,
)

CASE_FACTS = Job(
    name="case_facts",
    title="Copy into each case the readings, weather and messages that it rests on",
    interval=timedelta(minutes=5),
    work=copy_case_facts,
    in_parts=True,
)

FORECAST = Job(
    name="forecast",
    title="Say how full each bin is, and when it will be full",
    interval=timedelta(minutes=15),
    work=forecast_bins,
)


def jobs_for(outside: Outside) -> tuple[Job, ...]:
    """Every job, those that reach outside as it is set up, and last the one that watches the others."""
    notices = Job(
        name="notices",
        title="Tell who asked for it of urgent alerts, and send the e-mails that wait",
        interval=timedelta(minutes=1),
        work=posting(outside),
        in_parts=True,
    )
    clocks = Job(
        name="clocks",
        title="Watch the law's clocks: tell whose cases they are of dates near or missed, renew them when rules change",
        interval=timedelta(minutes=5),
        work=watching_clocks(outside),
    )
    proof = Job(
        name="proof",
        title="Watch for 90 days after works whether what was mended stays mended",
        interval=timedelta(days=1),
        work=watching_works(outside),
        in_parts=True,
    )
    digest = Job(
        name="digest",
        title="Tell who asked for it, on working days, what has changed since they were last told",
        interval=timedelta(minutes=15),
        work=digesting(outside),
    )
    weather = Job(
        name="weather",
        title="Fetch the weather outside, for weather stations that have no sensor of their own",
        interval=timedelta(hours=1),
        work=fetching(outside),
        in_parts=True,
    )
    plan = Job(
        name="plan",
        title="Plan each depot's day 90 minutes before its first shift, and publish the plan",
        interval=timedelta(minutes=15),
        work=planning(outside),
        in_parts=True,
    )
    replan = Job(
        name="replan",
        title="Plan a day again while its crews are out, where there is a reason, as a draft for a dispatcher",
        interval=timedelta(minutes=5),
        work=replanning(outside),
        in_parts=True,
    )
    own = (ASSESS, HEALTH, ACCOUNT, GAPS, ROLLUP, LINK_DATASETS, PURGE_POSTS, RETENTION, CASE_FACTS, FORECAST)
    watched = (*own, clocks, proof, weather, digest, notices, plan, replan)
    watch = Job(
        name="watch",
        title="Raise an alert when another job fails or does not run",
        interval=timedelta(minutes=5),
        work=watching(watched),
        at_start=False,  # a new leader first lets the others run: what they missed while nobody led is over then
    )
    return (*watched, watch)


JOBS = jobs_for(Outside())
"""The jobs of a system that reaches nothing outside."""


def job_named(name: str, jobs: Sequence[Job] = JOBS) -> Job:
    """The job called `name`.

    Raises:
        InputError: there is none; the message lists those there are.
    """
    for job in jobs:
        if job.name == name:
            return job
    raise InputError("NAME", name, f"The jobs are: {', '.join(job.name for job in jobs)}.")
