"""`hereabouts retention report`: what the job `retention` would let go of, and what stays."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.jobs.retention import ClassReport, report
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, connect

WHY_HELD = {"alerts": "still open", "job_runs": "said to be running", "backfills": "not done"}


def register(app: typer.Typer) -> None:
    """Add `retention` with its commands to `app`."""
    retention = typer.Typer(help="How long data is kept.", no_args_is_help=True)
    retention.callback()(_group)
    retention.command("report")(show)
    app.add_typer(retention, name="retention")


def _group() -> None:
    """How long data is kept."""


def show(as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """Show, class by class, how long data is kept and what would go if the job `retention` ran now. Changes nothing.

    The rules are those of the running system; where HEREABOUTS_RETENTION is set here, or hereabouts.toml of this folder
    has [retention], those are tried instead.
    """
    settings = Settings()
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    tried = settings.retention if settings.given("retention") else None
    with connect(system.database_url, DatabaseRole.JOBS, application="hereabouts retention") as connection:
        found = report(connection, principal_named(connection, "system:command"), datetime.now(UTC), tried)
    if as_json:
        items = {"rules": "system" if tried is None else "settings", "classes": [_item(each) for each in found]}
        typer.echo(orjson.dumps(items, option=orjson.OPT_UTC_Z | orjson.OPT_INDENT_2).decode())
        return
    if tried is not None:
        typer.echo(
            "These are the rules of the settings here; the system follows what `hereabouts jobs` was started with."
        )
    for each in found:
        _say(each)


def _say(each: ClassReport) -> None:
    typer.echo(f"{each.data.name} ({each.data.title}): {_rule(each)}")
    for due in each.due:
        if due.rows and due.oldest is not None:
            typer.echo(f"    {due.part}: {due.rows:,} rows would go, the oldest of {say_time(due.oldest)}")
        if due.held:
            typer.echo(f"    {due.part}: {due.held:,} rows stay, {WHY_HELD[each.data.name]}")


def _rule(each: ClassReport) -> str:
    if each.cut is None:
        return "kept for ever."
    text = f"kept for {each.keep}, so what is older than {say_time(each.cut)} goes"
    return text + (f", from {say_time(each.follows_from)} on." if each.follows_from else ".")


def _item(each: ClassReport) -> dict[str, Any]:
    return {
        "class": each.data.name,
        "title": each.data.title,
        "keep": each.keep,
        "built_in": each.data.keep,
        "why": each.data.why,
        "before": each.cut,
        "follows_from": each.follows_from,
        "tables": [asdict(due) | {"held_because": WHY_HELD.get(each.data.name)} for due in each.due],
    }
