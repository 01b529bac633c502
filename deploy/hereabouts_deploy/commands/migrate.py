"""`hereabouts migrate`: bring a database up to this release."""

from typing import Annotated

import orjson
import typer

from hereabouts_deploy.prepare import bring_up_to_date
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system


def register(app: typer.Typer) -> None:
    """Add `migrate` to `app`."""
    app.command("migrate")(migrate)


def migrate(as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """Apply what this release changes in the database, and bring its device profiles up to date."""
    settings = Settings()
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    applied = bring_up_to_date(system.database_url, settings.scripts)
    if as_json:
        typer.echo(orjson.dumps({"applied": [{"number": m.number, "name": m.name} for m in applied]}).decode())
    elif applied:
        for migration in applied:
            typer.echo(f"{migration.number:04d} {migration.name.replace('_', ' ')}: applied.")
    else:
        typer.echo("The database is up to date.")
