"""`hereabouts profiles`: this release's device profiles and vendors' scripts; `profiles check` tries a script."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from hereabouts_deploy.script_trial import Trial, try_script
from hereabouts_deploy.settings import Settings
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.scripts.folder import read_shelf
from hereabouts_ingest.units import say
from hereabouts_schemas.message import SetAside
from hereabouts_schemas.quantity import QUANTITIES

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add `profiles` with its commands to `app`."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(profiles)
    group.command("check")(check)
    app.add_typer(group, name="profiles")


def profiles(context: typer.Context, as_json: AsJson = False) -> None:
    """List the device profiles, vendors' scripts last: id, what such a device reports, and how often."""
    if context.invoked_subcommand is not None:
        return
    native = load_profiles()
    shelf = read_shelf(Settings().scripts, native)
    specs = [profile.spec for profile in native.values()] + [script.spec for script in shelf.scripts]
    if as_json:
        items = [
            {
                "id": spec.id,
                "title": spec.title,
                "maker": spec.maker,
                "version": spec.version,
                "interval_s": spec.interval_s,
                "quantities": spec.quantities,
            }
            for spec in specs
        ]
        typer.echo(orjson.dumps({"items": items}, option=orjson.OPT_INDENT_2).decode())
    else:
        for spec in specs:
            typer.echo(f"{spec.id}: {spec.title}. Every {spec.interval_s / 60:g} min: {', '.join(spec.quantities)}.")
    for error in shelf.refused:
        typer.echo(str(error), err=True)


def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with profile.toml and decoder.js.")],
    frame: Annotated[str | None, typer.Option(metavar="HEX", help="A frame of the device, to be decoded.")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=255, help="The LoRaWAN port it came on; default: the profile's first, else 1."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try a vendor's script before it is used: what it makes of a frame. Exit code 1 when it gives no value."""
    trial = try_script(folder.absolute(), _bytes(frame), port)
    if as_json:
        typer.echo(orjson.dumps(trial.as_dict(), option=orjson.OPT_INDENT_2).decode())
    else:
        _show(trial)
    if trial.delivery is not None and not trial.delivery.values:
        raise typer.Exit(1)


def _bytes(frame: str | None) -> bytes | None:
    try:
        return None if frame is None else bytes.fromhex(frame)
    except ValueError:
        raise typer.BadParameter(f"{frame!r} is not hex, like 01 00 e2.", param_hint="--frame") from None


def _show(trial: Trial) -> None:
    spec = trial.spec
    typer.echo(f"{spec.id}, version {spec.version}: {spec.title}, read by {trial.entry}.")
    if trial.delivery is None:
        typer.echo("It can be loaded. `--frame HEX --port N` shows what it makes of a frame.")
        return
    if trial.decoded is not None:
        typer.echo(f"decoded: {orjson.dumps(trial.decoded).decode()}")
    for value in trial.delivery.values:
        channel = f" ({value.channel})" if value.channel else ""
        typer.echo(f"value: {value.quantity}{channel} {say(value.value, QUANTITIES[value.quantity].unit)}")
    for refused in trial.delivery.refused:
        typer.echo(f"refused: {refused.field}: {refused.reason.value}. {refused.detail}")
    if isinstance(trial.delivery.verdict, SetAside):
        typer.echo(f"quarantined: {trial.delivery.verdict.reason.value}. {trial.delivery.verdict.detail}")
