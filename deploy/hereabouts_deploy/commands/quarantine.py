"""`hereabouts quarantine list` and `hereabouts quarantine replay`: what waits, why, and bringing it in once mended."""

from typing import Annotated, Any

import orjson
import typer

from hereabouts_deploy.commands.replay import AsJson, Device, DryRun, Remove, SourceName, Yes
from hereabouts_deploy.replaying import run_replay
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.access.policy import require
from hereabouts_platform.rules.quarantine_words import replay_command, words_of
from hereabouts_platform.store.access import principal_named, record
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.quarantine_groups import Row, list_groups
from hereabouts_platform.store.replay_rows import Selection
from hereabouts_platform.store.sources import QuarantineFilter
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.device import device_id
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.outcome import Reason
from hereabouts_schemas.times import say_time

SHOWN = 100  # groups on a screen; --json has up to MOST
MOST = 10_000

Why = Annotated[str | None, typer.Option("--reason", metavar="CODE", help="Only this reason, like unknown_device.")]
Kind = Annotated[str | None, typer.Option(metavar="KIND", help="message or value.")]


def register(app: typer.Typer) -> None:
    """Add `quarantine` with its commands to `app`."""
    group = typer.Typer(help="What could not become a reading, and bringing it in once mended.", no_args_is_help=True)
    group.command("list")(show)
    group.command("replay")(replay)
    app.add_typer(group, name="quarantine")


def show(
    reason: Why = None, device: Device = None, source: SourceName = None, kind: Kind = None, as_json: AsJson = False
) -> None:
    """List what waits, by device and reason: how much, since when, a sample, and what to do about it."""
    if kind not in (None, "message", "value"):
        raise InputError("--kind", kind, "It is message or value.")
    wanted = QuarantineFilter(reason=_reason(reason), kind=kind, source=source, device=_device(device))
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with connect(system.database_url, DatabaseRole.INGEST, application="hereabouts quarantine") as connection:
        principal = principal_named(connection, "system:command")
        require(principal, Action.READ, Resource.QUARANTINE)
        with acting(connection, principal.id):
            groups = list_groups(connection, wanted, behind=None, most=MOST)
            homes = sorted({row["home"] for row in groups if row["home"] is not None})
            if homes:
                record(connection, principal, Action.READ, Resource.QUARANTINE, {"what": "list", "homes": homes})
    if as_json:
        items = [_item(row) for row in groups]
        typer.echo(orjson.dumps({"items": items}, option=orjson.OPT_UTC_Z | orjson.OPT_INDENT_2).decode())
        return
    typer.echo("\n\n".join(_say(row) for row in groups[:SHOWN]) or "Nothing waits in quarantine.")
    if len(groups) > SHOWN:
        typer.echo(
            f"\n... and {len(groups) - SHOWN:,} more groups. Narrow them with --reason or --source, or take --json."
        )


def replay(
    *,
    reason: Why = None,
    device: Device = None,
    source: SourceName = None,
    remove: Remove = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Read what waits again, once a device is registered or a profile corrected: shows what would change, then asks."""
    why = _reason(reason)

    def wanted(profile: str | None) -> Selection:
        return Selection(waiting=True, reason=why, device=_device(device), source=source, profile=profile)

    run_replay(
        wanted=wanted, device=device, source=source, decoder=None, remove=remove, dry_run=dry_run, yes=yes,
        as_json=as_json,
    )  # fmt: skip


def _reason(text: str | None) -> str | None:
    if text is not None and text not in set(Reason):
        raise InputError("--reason", text, f"The reasons are {', '.join(Reason)}.")
    return text


def _device(text: str | None) -> str | None:
    return device_id(text) if text is not None else None


def _say(row: Row) -> str:
    words = words_of(row["reason"])
    what = "messages" if row["kind"] == "message" else "values"
    command = replay_command(row["reason"], row["device"])
    lines = [
        f"{row['device'] or 'No device known'} ({row['source']}): {words.title} [{row['reason']}]",
        f"  {row['count']:,} {what}, first {say_time(row['first_at'])}, last {say_time(row['last_at'])}",
        f"  The newest: {row['sample']}",
        f"  {words.cure}",
    ]
    return "\n".join(_shown(line) for line in ([*lines, f"  Then: {command}"] if command else lines))


def _shown(line: str) -> str:
    """A line with what strangers sent, without what would steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _item(row: Row) -> dict[str, Any]:
    cure = words_of(row["reason"]).cure
    return {**row, "cure": cure, "replay": replay_command(row["reason"], row["device"])}
