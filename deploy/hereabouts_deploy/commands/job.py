"""`hereabouts job run NAME` and `hereabouts job list`: the jobs by hand, and how they fare."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from hereabouts_deploy.outside import outside_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.jobs.registry import jobs_for
from hereabouts_platform.jobs.run import JobReport, JobStatus, list_jobs, run_job
from hereabouts_platform.rules.job_health import window_of
from hereabouts_platform.rules.wording import say_time

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add `job` with its commands to `app`."""
    job = typer.Typer(help="Run a job by hand, or see how the jobs fare.", no_args_is_help=True)
    job.command("run")(run)
    job.command("list")(show)
    app.add_typer(job, name="job")


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which job; see `hereabouts job list`.")],
    as_json: AsJson = False,
) -> None:
    """Run a job now, beside its own times. Exit code 1 when it fails."""
    settings = Settings()
    jobs = jobs_for(outside_of(settings))
    report = run_job(_database_url(settings), name, datetime.now(UTC), jobs)
    typer.echo(_json(asdict(report)) if as_json else _sentence(report))
    if report.state != "done":
        raise typer.Exit(1)


def show(as_json: AsJson = False) -> None:
    """List the jobs, how often they run, and how their last run went."""
    statuses = list_jobs(_database_url(Settings()))
    if as_json:
        typer.echo(_json({"items": [_item(status) for status in statuses]}))
        return
    for status in statuses:
        minutes = status.job.interval.total_seconds() / 60
        last = _sentence(status.last) if status.last else "has not run yet."
        typer.echo(f"{status.job.name}: {status.job.title}. Every {minutes:g} min. Last: {last}")


def _database_url(settings: Settings) -> str:
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    return system.database_url


def _sentence(report: JobReport) -> str:
    if report.state == "failed":
        return f"{report.job} failed at {say_time(report.started_at)}. {report.detail['error']}"
    if report.finished_at is None:
        return f"{report.job} has been running since {say_time(report.started_at)}."
    counts = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in report.detail.items())
    seconds = (report.finished_at - report.started_at).total_seconds()
    return f"{report.job} done at {say_time(report.finished_at)} in {seconds:.1f} s: {counts}."


def _item(status: JobStatus) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "name": status.job.name,
        "title": status.job.title,
        "interval_s": status.job.interval.total_seconds(),
        "next_window": window_of(now, status.job.interval) + status.job.interval,
        "last": asdict(status.last) if status.last else None,
    }


def _json(content: object) -> str:
    return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_INDENT_2).decode()
