"""The `hereabouts` command.

A command's module is loaded when the command is called: the three processes start in a third of the time that way.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import psycopg
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from hereabouts_schemas.errors import HereaboutsError, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as the list of commands shows it: the module of `hereabouts_deploy.commands` whose `register(app)` adds
    it, and its help up to the first blank line, so that listing them all loads none.
    """

    module: str
    says: str
    hidden: bool = False


# In the order of the help.
COMMANDS = {
    "up": Listed(
        "up",
        "Run the whole system on this machine until Ctrl-C: database, broker, ingest, jobs, API and pages.",
    ),
    "doctor": Listed(
        "doctor",
        "Look at this machine and at the system a command would find. Exit code 1 when something is broken.",
    ),
    "demo": Listed(
        "demo",
        "Run the whole system with a made-up town until Ctrl-C: 200 homes, 150 bins, 12 counters, live messages.",
    ),
    "demo-town": Listed(
        "demo",
        "Publish the demo town's messages to the broker of HEREABOUTS_MQTT_URL, and work its rounds, until stopped.",
        hidden=True,
    ),
    "migrate": Listed(
        "migrate",
        "Apply what this release changes in the database, and bring its device profiles up to date.",
    ),
    "backup": Listed(
        "backup",
        "Write everything in the store, as it is at this moment, to one file. All goes on meanwhile.",
    ),
    "restore": Listed(
        "restore",
        "Put a backup into an empty database, plain PostgreSQL or TimescaleDB: all of it, or nothing.",
    ),
    "export": Listed("export", "Readings, their hours, and places as files."),
    "retention": Listed("retention", "How long data is kept."),
    "ingest": Listed(
        "ingest",
        "Take messages from the broker of HEREABOUTS_MQTT_URL and store what they say, until stopped.",
    ),
    "jobs": Listed(
        "jobs",
        "Run the scheduled jobs at their times until stopped. Prints `ready` once the database has answered.",
    ),
    "api": Listed(
        "api",
        "Serve the HTTP API and the pages on HEREABOUTS_HTTP_HOST and HEREABOUTS_HTTP_PORT until stopped.",
    ),
    "import": Listed(
        "importing",
        "Bring in places, areas, patches, tenancies, vehicles, crews, devices, readings and other datasets from "
        "files. What is stored stays; a file can be imported again. Exit code 1 when rows were refused.",
    ),
    "roads": Listed("roads", "Maps of roads, by class of vehicle: for distances, rounds and turns."),
    "profiles": Listed(
        "profiles",
        "List the device profiles, vendors' scripts last: id, what such a device reports, and how often.",
    ),
    "damp": Listed("damp", "Damp, cold and heat: of any logger's file, and of towns to try the rule on."),
    "rounds": Listed("rounds", "Rounds of vehicles and crews, and made-up towns to try a policy on."),
    "source": Listed("source", "The feeds that ingest reads: topics and envelopes."),
    "quarantine": Listed("quarantine", "What could not become a reading, and bringing it in once mended."),
    "replay": Listed("replay", "Decode stored raw messages again with today's registry, profiles and decoders."),
    "job": Listed("job", "Run a job by hand, or see how the jobs fare."),
    "backfill": Listed("backfill", "Fetch messages again that a network has kept and we missed."),
    "user": Listed("user", "People who use Hereabouts."),
    "key": Listed("key", "API keys."),
    "analyst": Listed("analyst", "People who read the published views by SQL."),
    "config": Listed("config", "See the settings."),
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
        import_module(f"hereabouts_deploy.commands.{COMMANDS[cmd_name].module}").register(shelf)
        return get_group(shelf).commands[cmd_name]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The list of commands, from what the table says of them."""
        stubs: dict[str, Any] = {
            name: TyperCommand(name, help=one.says, hidden=one.hidden) for name, one in COMMANDS.items()
        }
        page = TyperGroup(
            name=self.name, help=self.help, params=self.params, commands=stubs, rich_markup_mode=self.rich_markup_mode
        )
        page.format_help(ctx, formatter)


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
