"""`hereabouts backup FILE`: everything in the store as one file."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.backup import back_up
from hereabouts_platform.store.connection import DatabaseRole, connect


def register(app: typer.Typer) -> None:
    """Add `backup` to `app`."""
    app.command("backup")(backup)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The file to write; a new one.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Write everything in the store, as it is at this moment, to one file. All goes on meanwhile.

    The file holds personal data and keys' hashes: it is made readable by you alone, and belongs in a safe place. What
    waits in the broker is not in it.
    """
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts backup") as connection:
        counts = back_up(connection, principal_named(connection, "system:command"), file, tell)
    if as_json:
        typer.echo(orjson.dumps({"file": str(file), "rows": counts}).decode())
    else:
        typer.echo(f"{file}: {sum(counts.values()):,} rows of {len(counts)} tables, {file.stat().st_size:,} bytes.")


def tell(table: str, rows: int) -> None:
    """A line a table, on a terminal."""
    console = Console(stderr=True)
    if console.is_terminal:
        console.print(f"{table}: {rows:,} rows")
