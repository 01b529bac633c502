"""Jobs: what the system does by itself, how that fares, and its runs."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, Number
from hereabouts_api.models import AT, Item, Listing
from hereabouts_api.parameters import ListParameters, NoParameters, Text, utc_now
from hereabouts_platform.jobs.registry import JOBS
from hereabouts_platform.rules.job_health import JobState, missed_runs, state_of, window_of
from hereabouts_platform.store.jobs import histories, last_runs, runs_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1", tags=["jobs"])

CURSOR = Cursor("job runs", tuple[At, Number])
JobName = Annotated[Text, Path(description="A job's name.", examples=["assess"])]


class RunItem(Item):
    """One run of a job for one window."""

    window_at: AwareDatetime = Field(description="The start of the window it was for.", examples=[AT])
    by_hand: bool = Field(description="Whether somebody asked for it, beside the job's own windows.")
    state: str = Field(description="running, done or failed.", examples=["done"])
    started_at: AwareDatetime
    finished_at: AwareDatetime | None
    detail: Mapping[str, Any] = Field(description="What it counted; of a failed run `error`, a sentence.")


class JobItem(Item):
    """A job and how it fares."""

    name: str = Field(examples=["assess"])
    title: str = Field(description="What it does.")
    interval_s: float = Field(description="How often, in seconds.", examples=[300])
    next_window: AwareDatetime = Field(description="When it is due next.")
    state: JobState = Field(
        description="works; late: a window or two passed without it; stopped: three or more did, and an alert is open; "
        "failing: its last run failed or was cut off; not_run: never yet, and not late."
    )
    missed: int = Field(description="Windows since it last did its work that passed or failed.")
    done_at: AwareDatetime | None = Field(description="The last window that it did its work for.")
    last: RunItem | None = Field(description="Its newest run.")


class JobListing(Listing[JobItem]):
    """All jobs."""


class RunListing(Listing[RunItem]):
    """Runs of a job, newest first."""


@router.get("/jobs", operation_id="listJobs", summary="Jobs", response_model=JobListing)
def read_jobs(
    caller: Annotated[Caller, needs(Action.READ, Resource.JOBS)], _: Annotated[NoParameters, Query()]
) -> JobListing:
    """Every job with how it fares: one that did not run is told as plainly as one that failed."""
    now = utc_now()
    runs = last_runs(caller.connection, [job.name for job in JOBS])
    known = {
        history.name: history for history in histories(caller.connection, {job.name: job.interval for job in JOBS})
    }
    items = [
        {
            "name": job.name,
            "title": job.title,
            "interval_s": job.interval.total_seconds(),
            "next_window": window_of(now, job.interval) + job.interval,
            "state": state_of(known[job.name], now),
            "missed": missed_runs(known[job.name], now) or 0,
            "done_at": known[job.name].done_at,
            "last": runs.get(job.name),
        }
        for job in JOBS
    ]
    return JobListing.model_validate({"items": items, "next": None}, from_attributes=True)


@router.get("/jobs/{name}/runs", operation_id="listJobRuns", summary="Runs of a job", response_model=RunListing)
def read_runs(
    name: JobName,
    caller: Annotated[Caller, needs(Action.READ, Resource.JOBS)],
    asked: Annotated[ListParameters, Query()],
) -> RunListing:
    """Its runs, newest first, as far back as they are kept."""
    if name not in {job.name for job in JOBS}:
        raise NotFound(f"There is no job {name!r}.")
    rows = runs_of(caller.connection, name, before=CURSOR.read(asked.cursor), most=asked.limit + 1)
    shown = rows[: asked.limit]
    following = CURSOR.write((shown[-1]["window_at"], shown[-1]["id"])) if len(rows) > asked.limit else None
    items = [{key: value for key, value in row.items() if key != "id"} for row in shown]
    return RunListing.model_validate({"items": items, "next": following})
