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
    keep_keys: Annotated[
        bool,
        typer.Option("--keep-keys", help="Let API keys work as they did in the backup, those revoked since too."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Put a backup into an empty database, plain PostgreSQL or TimescaleDB: all of it, or nothing.

    Its API keys are revoked, because one that was revoked since the backup would work again. For a planned move, where
    the old system stops for good, `--keep-keys` keeps them.
    """
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    restored = store.restore(system.database_url, file, tell, keep_keys=keep_keys)
    rows, revoked = restored.rows, restored.keys_revoked
    if as_json:
        typer.echo(orjson.dumps({"file": str(file), "rows": rows, "keys_revoked": revoked}).decode())
        return
    typer.echo(f"{file}: {sum(rows.values()):,} rows of {len(rows)} tables restored.")
    typer.echo(_of_keys(revoked, keep_keys=keep_keys))


def _of_keys(revoked: int, *, keep_keys: bool) -> str:
    if keep_keys:
        return "API keys work as they did in the backup, those too that were revoked since: see `hereabouts key list`."
    if not revoked:
        return "No API key in it worked. Give them out with `hereabouts key add`."
    return (
        f"{revoked} API keys of the backup are revoked, because some may have been since: `hereabouts key list` shows "
        "whose they were, `hereabouts key add` gives new ones."
    )
