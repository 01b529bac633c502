"""The page of jobs: what the system does by itself, whether it does, and what its last runs say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import counted
from hereabouts_api.parameters import utc_now
from hereabouts_platform.jobs.job import NOT_SET_UP, Job
from hereabouts_platform.jobs.registry import JOBS
from hereabouts_platform.rules.job_health import JobHistory, JobState, missed_runs, state_of, window_of
from hereabouts_platform.rules.wording import say_list, say_span, say_time
from hereabouts_platform.store.jobs import Run, histories, newest_runs
from hereabouts_platform.store.notices import Counts, counts
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)

RUNS_SHOWN = 12
POST_OVER = timedelta(days=7)
STATES = {
    JobState.FAILING: ("Failing", "urgent"),
    JobState.STOPPED: ("Stopped", "urgent"),
    JobState.LATE: ("Late", "late"),
    JobState.NOT_RUN: ("Not run yet", ""),
    JobState.WORKS: ("Works", "live"),
}
RUN_STATES = {"done": "Done", "failed": "Failed", "running": "Under way"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    """One run as the page shows it."""

    at: datetime
    state: str
    failed: bool
    took: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCard:
    """One job as the page shows it; `kind` is the look of its tag."""

    name: str
    title: str
    state: JobState
    tag: str
    kind: str
    every: str
    standing: str
    trouble: str
    runs: list[RunLine]


@router.get("/jobs", response_class=HTMLResponse)
def jobs(caller: Annotated[Caller, needs(Action.READ, Resource.JOBS)]) -> str:
    """Every job, those in trouble first."""
    now = utc_now()
    runs = newest_runs(caller.connection, [job.name for job in JOBS], RUNS_SHOWN)
    known = {
        history.name: history for history in histories(caller.connection, {job.name: job.interval for job in JOBS})
    }
    order = list(STATES)
    cards = sorted(
        (_card(job, known[job.name], runs.get(job.name, []), now) for job in JOBS),
        key=lambda card: order.index(card.state),
    )
    post = counts(caller.connection, now - POST_OVER)
    return render("jobs.html", signed_in=caller.principal, lead=_lead(cards), cards=cards, post=say_post(post))


def _lead(cards: list[JobCard]) -> str:
    troubled = [card for card in cards if card.state in (JobState.FAILING, JobState.STOPPED, JobState.LATE)]
    if troubled:
        return (
            f"{counted(len(troubled), 'job needs', 'jobs need')} a look: {say_list([card.name for card in troubled])}."
        )
    if all(card.state is JobState.NOT_RUN for card in cards):
        return "No job has run yet. The process `hereabouts jobs` runs them."
    return "Every job does its work."


def _card(job: Job, history: JobHistory, runs: list[Run], now: datetime) -> JobCard:
    state = state_of(history, now)
    tag, kind = STATES[state]
    if state is JobState.WORKS and runs and NOT_SET_UP in runs[0].detail:
        tag, kind = "Not set up", ""
    return JobCard(
        name=job.name,
        title=job.title,
        state=state,
        tag=tag,
        kind=kind,
        every=f"Every {say_span(job.interval).removeprefix('1 ')}",
        standing=_standing(job, history, now),
        trouble=history.error or "",
        runs=[_line(run) for run in runs],
    )


def _standing(job: Job, history: JobHistory, now: datetime) -> str:
    """When it last did its work, what it missed since, and when it is due."""
    done = "It has not done its work yet" if history.done_at is None else f"Last done for {say_time(history.done_at)}"
    missed = missed_runs(history, now) or 0
    then = "" if history.done_at is None else " since then"
    since = f"; {counted(missed, 'run', 'runs')}{then} failed or never began" if missed else ""
    return f"{done}{since}. Next at {say_time(window_of(now, job.interval) + job.interval)}."


def _line(run: Run) -> RunLine:
    took = "" if run.finished_at is None else f"{(run.finished_at - run.started_at).total_seconds():.1f} s"
    state = RUN_STATES[run.state]
    return RunLine(
        at=run.started_at,
        state=f"{state}, by hand" if run.by_hand else state,
        failed=run.state == "failed",
        took=took,
        what=say_detail(run.detail),
    )


def say_detail(detail: Mapping[str, Any]) -> str:
    """What a run counted, nothing that is 0; of one that failed, or that nobody set up, its sentence.

    Example:
        >>> say_detail({"rooms": 1200, "no_sensor": 3, "cleared": 0}), say_detail({"error": "It was cut off."})
        ('1,200 rooms, 3 no sensor', 'It was cut off.')
    """
    if "error" in detail or NOT_SET_UP in detail:
        return str(detail.get("error") or detail[NOT_SET_UP])
    said = [f"{value:,} {name.replace('_', ' ')}" for name, value in detail.items() if isinstance(value, int) and value]
    return ", ".join(said) or "nothing to do"


def say_post(found: Counts) -> str:
    """How the e-mails go, in a sentence or two."""
    if not (found.people or found.sent or found.failed or found.waiting):
        return "Nobody has asked for e-mails."
    asked = counted(found.people, "person asks", "people ask")
    waiting = f" {counted(found.waiting, 'waits', 'wait')} to be sent." if found.waiting else ""
    trouble = f" Last trouble: {found.trouble}" if found.trouble else ""
    return f"{asked} for e-mails. In 7 days {found.sent:,} went and {found.failed:,} did not.{waiting}{trouble}"
