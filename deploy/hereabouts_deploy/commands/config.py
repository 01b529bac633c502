"""`hereabouts config show`: every setting, its value and where it comes from, secrets masked."""

from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from hereabouts_deploy.environment import PREFIX
from hereabouts_deploy.settings import BUILT_IN, SECRETS, Settings, origins, unknown_settings


def register(app: typer.Typer) -> None:
    """Add `config` with its commands to `app`."""
    config = typer.Typer(help="See the settings.", no_args_is_help=True)
    config.callback()(_group)
    config.command("show")(show)
    app.add_typer(config, name="config")


def _group() -> None:
    """See the settings."""


def show(as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """Show every setting, its value and where it comes from. Secrets are masked."""
    items = _items(Settings())
    if as_json:
        typer.echo(orjson.dumps({"items": items}, option=orjson.OPT_INDENT_2).decode())
        return
    table = Table("Setting", "Value", "From", box=None)
    for item in items:
        table.add_row(item["setting"], "" if item["value"] is None else str(item["value"]), item["from"])
    Console().print(table)
    for stranger in unknown_settings():
        typer.echo(f"{stranger} is set and is no setting of ours.", err=True)


def _items(settings: Settings) -> list[dict[str, Any]]:
    given = origins()
    return [
        {
            "setting": f"{PREFIX}{name.upper()}",
            "value": _shown(name, value),
            "from": given.get(name, BUILT_IN),
            "meaning": Settings.model_fields[name].description,
        }
        for name, value in settings.model_dump(mode="json").items()
        if not name.endswith("_file")
    ]


def _shown(name: str, value: Any) -> Any:
    return "********" if name in SECRETS and value is not None else value
