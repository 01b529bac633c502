"""`hereabouts profiles`: the device profiles of this release."""

from typing import Annotated

import orjson
import typer

from hereabouts_ingest.profiles import load_profiles

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add `profiles` to `app`."""
    app.command("profiles")(profiles)


def profiles(as_json: AsJson = False) -> None:
    """List the device profiles: id, what such a device reports, and how often."""
    specs = [profile.spec for profile in load_profiles().values()]
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
        return
    for spec in specs:
        typer.echo(f"{spec.id}: {spec.title}. Every {spec.interval_s / 60:g} min: {', '.join(spec.quantities)}.")
