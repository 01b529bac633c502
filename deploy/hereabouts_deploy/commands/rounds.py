"""`hereabouts rounds`: the rounds of vehicles and crews."""

import typer

from hereabouts_deploy.commands.rounds_evaluate import evaluate_forecast
from hereabouts_deploy.commands.rounds_simulate import simulate


def register(app: typer.Typer) -> None:
    """Add `rounds` with its commands to `app`."""
    group = typer.Typer(
        help="Rounds of vehicles and crews, and made-up towns to try a policy on.", no_args_is_help=True
    )
    group.command("simulate")(simulate)
    group.command("evaluate-forecast")(evaluate_forecast)
    app.add_typer(group, name="rounds")
