"""`hereabouts restore FILE`: a backup into an empty database."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from hereabouts_deploy.commands.backup import tell
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.store import restore as store


def register(app: typer.Typer) -> None:
    """Add `restore` to `app`."""
    app.command("restore")(restore)


def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="What `backup` wrote.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Put a backup into an empty database, plain PostgreSQL or TimescaleDB: all of it, or nothing."""
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    counts = store.restore(system.database_url, file, tell)
    if as_json:
        typer.echo(orjson.dumps({"file": str(file), "rows": counts}).decode())
    else:
        typer.echo(f"{file}: {sum(counts.values()):,} rows of {len(counts)} tables restored.")
