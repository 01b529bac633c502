"""`hereabouts rounds`: who goes where in which order, and how well."""

import typer

from hereabouts_deploy.commands.rounds_solve import solve


def register(app: typer.Typer) -> None:
    """Add `rounds` with its commands to `app`."""
    group = typer.Typer(help="Rounds: who goes where, in which order.", no_args_is_help=True)
    group.command("solve")(solve)
    group.callback()(_rounds)
    app.add_typer(group, name="rounds")


def _rounds() -> None:
    """Rounds: who goes where, in which order."""
