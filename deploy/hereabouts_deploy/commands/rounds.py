"""`hereabouts rounds`: who goes where in which order, and how well."""

import typer

from hereabouts_deploy.commands.rounds_curve import curve
from hereabouts_deploy.commands.rounds_dial import dial
from hereabouts_deploy.commands.rounds_evaluate import evaluate_forecast
from hereabouts_deploy.commands.rounds_plan import plan
from hereabouts_deploy.commands.rounds_replan import replan
from hereabouts_deploy.commands.rounds_savings import savings
from hereabouts_deploy.commands.rounds_simulate import simulate
from hereabouts_deploy.commands.rounds_solve import solve


def register(app: typer.Typer) -> None:
    """Add `rounds` with its commands to `app`."""
    group = typer.Typer(
        help="Rounds of vehicles and crews, and made-up towns to try a policy on.", no_args_is_help=True
    )
    group.command("plan")(plan)
    group.command("replan")(replan)
    group.command("solve")(solve)
    group.command("savings")(savings)
    group.command("simulate")(simulate)
    group.command("curve")(curve)
    group.command("dial")(dial)
    group.command("evaluate-forecast")(evaluate_forecast)
    app.add_typer(group, name="rounds")
