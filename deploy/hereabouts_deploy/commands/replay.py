"""`hereabouts replay`: stored messages decoded again, the difference shown before anything changes."""

from typing import Annotated

import typer

from hereabouts_deploy.instants import instant_of
from hereabouts_deploy.replaying import run_replay
from hereabouts_platform.store.replay_rows import Selection
from hereabouts_schemas.device import device_id
from hereabouts_schemas.errors import InputError

Device = Annotated[str | None, typer.Option(metavar="ID", help="Only this device; a DevEUI in any spelling.")]
SourceName = Annotated[str | None, typer.Option(metavar="NAME", help="Only this source.")]
Remove = Annotated[
    bool, typer.Option("--remove", help="Remove values that are no longer given; else they stay and are listed.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Change it without asking.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write the report as JSON.")]


def register(app: typer.Typer) -> None:
    """Add `replay` to `app`."""
    app.command("replay")(replay)


def replay(
    *,
    from_: Annotated[str, typer.Option("--from", metavar="TIME", help="Received at or after; a day or an instant.")],
    to: Annotated[str, typer.Option(metavar="TIME", help="Received before; a day or an instant.")],
    device: Device = None,
    source: SourceName = None,
    decoder: Annotated[
        str | None,
        typer.Option(metavar="PROFILE[/VERSION]", help="Read by this profile or version instead of the registry's."),
    ] = None,
    remove: Remove = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Decode stored raw messages again with today's registry, profiles and decoders.

    Shows what would change, asks, and then changes it; every old value is kept as a revision. A day is one of
    Europe/London, from its midnight.
    """
    from_at, to_at = instant_of("--from", from_), instant_of("--to", to)
    if to_at <= from_at:
        raise InputError("--to", to, "It must be later than --from.")

    def wanted(profile: str | None) -> Selection:
        whose = device_id(device) if device is not None else None
        return Selection(from_at=from_at, to_at=to_at, device=whose, source=source, profile=profile)

    run_replay(
        wanted=wanted, device=device, source=source, decoder=decoder, remove=remove, dry_run=dry_run, yes=yes,
        as_json=as_json,
    )  # fmt: skip
