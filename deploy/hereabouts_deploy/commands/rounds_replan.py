"""`hereabouts rounds replan`: a depot's day planned again while its crews are out, where there is a reason to."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
import typer

from hereabouts_deploy.commands.rounds_plan import (
    TROUBLES_SHOWN,
    DateOption,
    DepotOption,
    JsonOption,
    ProcessesOption,
    SecondsOption,
    progress,
)
from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.planning.workers import Effort, at_once
from hereabouts_platform.rounds.making import Asked, Tell
from hereabouts_platform.rounds.remaking import Remade, look, remake, standing_on
from hereabouts_platform.rounds.troubles import short_lines, whole_lines
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.errors import StoreUnavailable
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.trouble import Trouble

NOTHING = "There is no reason to plan again: the plan that stands does."


def replan(
    *,
    depot: DepotOption,
    day: DateOption = None,
    seconds: SecondsOption = 5.0,
    processes: ProcessesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a day again in mid-shift, as a draft. Says why and what changes; without a reason nothing is made."""
    now = datetime.now(UTC)
    settings = Settings()
    data_dir = DataDir(path=settings.data_dir)
    asked = Asked(
        day=now.astimezone(LONDON).date() if day is None else day.date(),
        depot=depot,
        effort=Effort(seconds=seconds, processes=processes or at_once(seconds)),
        roads=data_dir.roads,
        duty_rules=data_dir.duty_rules,
    )
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    try:
        with (
            connect(system.database_url, DatabaseRole.JOBS, application="hereabouts rounds replan") as connection,
            progress() as tell,
        ):
            made = _made(connection, asked, now, tell)
    except psycopg.OperationalError as error:
        raise StoreUnavailable("The database cannot be reached just now; nothing was changed.") from error
    found = told(made)
    troubles = () if made is None else made.plan.troubles
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() if as_json else say(found, troubles))
    if made is not None and any(one.unmet for one in made.plan.left):
        raise typer.Exit(1)


def _made(connection: Connection, asked: Asked, now: datetime, tell: Tell) -> Remade | None:
    by = principal_named(connection, "system:command")
    tell("Looking at the day")
    with acting(connection, by.id):
        seen = look(connection, asked, standing_on(connection, asked), now)
    return remake(connection, by, asked, seen, now, tell=tell) if seen.occasions else None


def told(made: Remade | None) -> dict[str, Any]:
    """What was made, why, and what it changes; no plan and no reasons where nothing was."""
    if made is None:
        return {"plan": None, "reasons": []}
    changes = made.changes
    names = {one.id: one.name for plan in (made.stood, made.plan) for one in plan.work.vehicles}
    visits = {one.id: one.name for plan in (made.stood, made.plan) for one in plan.work.visits}
    return {
        "plan": made.kept.id,
        "version": made.kept.version,
        "state": made.kept.state,
        "reasons": [one.says for one in made.occasions],
        "moved": [
            {"visit": one.visit, "name": visits[one.visit], "was": names[one.was], "now": names[one.now]}
            for one in changes.moved
        ],
        "added": [{"visit": one, "name": visits[one], "now": names[by]} for one, by in changes.added],
        "dropped": [{"visit": one, "name": visits[one], "was": names[by]} for one, by in changes.dropped],
        "metres": changes.metres,
        "minutes": changes.minutes,
        "unmet": [{"visit": one.visit, "says": one.says} for one in made.plan.left if one.unmet],
        "troubles": whole_lines(made.plan.troubles),
    }


def say(found: dict[str, Any], troubles: Sequence[Trouble] = ()) -> str:
    """The same in lines; of what a person should look at only the first of each kind."""
    if found["plan"] is None:
        return NOTHING
    lines = [
        f"Plan {found['plan']}, version {found['version']}, {found['state']}. Publish it on /rounds.",
        *(f"Why: {one}" for one in found["reasons"]),
        f"{found['metres'] / 1000:+.1f} km, {found['minutes']:+d} minutes on the road.",
        *(f"  {one['name']}: from {one['was']} to {one['now']}" for one in found["moved"]),
        *(f"  {one['name']}: new, {one['now']}" for one in found["added"]),
        *(f"  {one['name']}: no longer, was with {one['was']}" for one in found["dropped"]),
        *(f"HAS TO BE DONE AND IS LEFT: {one['visit']}. {one['says']}" for one in found["unmet"]),
        *(f"Please look: {one}" for one in short_lines(troubles, TROUBLES_SHOWN)),
    ]
    return "\n".join(lines)
