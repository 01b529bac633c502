"""The `hereabouts` command.

A command's module is loaded when the command is called: the three processes start in a third of the time that way.
"""

import sys
from importlib import import_module
from typing import Any

import psycopg
import typer
from typer.core import TyperGroup
from typer.main import get_group

from hereabouts_schemas.errors import HereaboutsError, StoreUnavailable

# Command -> module of `hereabouts_deploy.commands` whose `register(app)` adds it. In the order of the help.
COMMANDS = {
    "up": "up",
    "doctor": "doctor",
    "demo": "demo",
    "demo-town": "demo",
    "migrate": "migrate",
    "backup": "backup",
    "restore": "restore",
    "export": "export",
    "retention": "retention",
    "ingest": "ingest",
    "jobs": "jobs",
    "api": "api",
    "import": "importing",
    "profiles": "profiles",
    "source": "source",
    "quarantine": "quarantine",
    "replay": "replay",
    "job": "job",
    "damp": "damp",
    "backfill": "backfill",
    "user": "user",
    "key": "key",
    "analyst": "analyst",
    "config": "config",
}


class Commands(TyperGroup):
    """Loads the command that is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer calls it
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer calls it
        """The command called `cmd_name`, or None."""
        if cmd_name not in COMMANDS:
            return None
        shelf = typer.Typer()
        import_module(f"hereabouts_deploy.commands.{COMMANDS[cmd_name]}").register(shelf)
        return get_group(shelf).commands[cmd_name]


app = typer.Typer(
    name="hereabouts",
    cls=Commands,
    help="What sensors say about places, kept in one store, and the people who act on it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def hereabouts() -> None:
    """What sensors say about places, kept in one store, and the people who act on it."""


def run() -> None:
    """Run the command line: exit code 0, 1 for what cannot be done (with a sentence), 2 for wrong usage."""
    try:
        app(prog_name="hereabouts")
    except HereaboutsError as error:
        _fail(error)
    except psycopg.OperationalError as error:
        _fail(StoreUnavailable(f"The database cannot be reached: {' '.join(str(error).split())}"))
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        _fail(StoreUnavailable("This database is not set up for Hereabouts yet. Run `hereabouts migrate` first."))


def _fail(error: HereaboutsError) -> None:
    typer.echo(str(error), err=True)
    sys.exit(1)
