"""`hereabouts jobs`: the scheduler. Several may run; one of them leads."""

import typer

from hereabouts_deploy.logs import configure_logging
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.stop_signal import stop_on_signal
from hereabouts_deploy.supervise.child import READY
from hereabouts_deploy.supervise.parent import call_when_parent_ends
from hereabouts_deploy.system import find_system
from hereabouts_platform.jobs.scheduler import run_jobs


def register(app: typer.Typer) -> None:
    """Add `jobs` to `app`."""
    app.command("jobs")(jobs)


def jobs() -> None:
    """Run the scheduled jobs at their times until stopped. Prints `ready` once the database has answered."""
    configure_logging()
    settings = Settings()
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    with stop_on_signal() as stop:
        call_when_parent_ends(stop.set)
        run_jobs(
            system.database_url,
            stop,
            keeps=settings.retention,
            cases=settings.case_policy,
            on_ready=lambda: typer.echo(READY),
        )
