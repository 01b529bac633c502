"""`hereabouts doctor`: what is well and what is not."""

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from hereabouts_deploy.doctor.check import Check, State, worst
from hereabouts_deploy.doctor.examine import examine
from hereabouts_deploy.settings import Settings

COLOURS = {State.OK: typer.colors.GREEN, State.WARNING: typer.colors.YELLOW, State.BROKEN: typer.colors.RED}


def register(app: typer.Typer) -> None:
    """Add `doctor` to `app`."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    measure_queue: Annotated[
        bool,
        typer.Option(
            "--measure-queue",
            help="Find out, by sending some, how many messages a broker of your own keeps for an absent client.",
        ),
    ] = False,
) -> None:
    """Look at this machine and at the system a command would find. Exit code 1 when something is broken."""
    checks = []
    for check in examine(Settings(), measure_queue=measure_queue):
        checks.append(check)
        if not as_json:
            _show(check)
    if as_json:
        report = {"state": worst(checks), "checks": [asdict(check) for check in checks]}
        typer.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
    if worst(checks) is State.BROKEN:
        raise typer.Exit(1)


def _show(check: Check) -> None:
    state = typer.style(f"{check.state:8}", fg=COLOURS[check.state])
    typer.echo(f"{state} {check.name}: {check.message}")
