"""`hereabouts rounds plan`: a depot's day planned from what the store holds, and published where asked."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import orjson
import psycopg
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.planning.workers import Effort, at_once
from hereabouts_platform.rounds.making import Asked, Planned, make_plan
from hereabouts_platform.rounds.troubles import short_lines, whole_lines
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_schemas.errors import InputError, StoreUnavailable
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import Left, Round, StopKind

SHOWN = 10  # visits that are left, on a screen; --json has them all
TROUBLES_SHOWN = 5  # of a kind, likewise

DateOption = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], metavar="DAY", help="Civil day; today where left out."),
]
DepotOption = Annotated[str, typer.Option("--depot", metavar="ID", help="The depot whose vehicles go out.")]
SecondsOption = Annotated[float, typer.Option(min=0.1, max=3600, help="How long to search for a good plan.")]
ProcessesOption = Annotated[
    int | None, typer.Option(min=1, max=64, help="Searches at once; a core each, up to four, from 10 s on.")
]
PublishOption = Annotated[bool, typer.Option("--publish/--draft", help="Publish it, or leave it to a dispatcher.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def plan(
    *,
    depot: DepotOption,
    day: DateOption = None,
    seconds: SecondsOption = 30.0,
    processes: ProcessesOption = None,
    publish: PublishOption = False,
    as_json: JsonOption = False,
) -> None:
    """Plan a depot's day: which bins, by which vehicle, in which order. Exit code 1 where a must is left."""
    now = datetime.now(UTC)
    settings = Settings()
    data_dir = DataDir(path=settings.data_dir)
    asked = Asked(
        day=_day(day, now),
        depot=depot,
        effort=Effort(seconds=seconds, processes=processes or at_once(seconds)),
        roads=data_dir.roads,
        duty_rules=data_dir.duty_rules,
        publish=publish,
        look_ahead=settings.choose_run_days,
    )
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    try:
        with connect(system.database_url, DatabaseRole.JOBS, application="hereabouts rounds plan") as connection:
            by = principal_named(connection, "system:command")
            with progress() as tell:
                planned = make_plan(connection, by, asked, now, tell)
    except psycopg.OperationalError as error:
        raise StoreUnavailable("The database cannot be reached just now; nothing was changed.") from error
    typer.echo(orjson.dumps(told(planned), option=orjson.OPT_INDENT_2).decode() if as_json else _say(planned))
    if any(one.unmet for one in planned.plan.left):
        raise typer.Exit(1)


def told(planned: Planned) -> dict[str, Any]:
    """What was made, in numbers."""
    plan = planned.plan
    return {
        "plan": planned.kept.id,
        "day": planned.kept.day.isoformat(),
        "depot": planned.kept.depot,
        "version": planned.kept.version,
        "state": planned.kept.state,
        "roads": plan.roads,
        "attribution": plan.attribution,
        "solve_s": plan.solve_s,
        "says": plan.says,
        "rounds": [_round(one) for one in plan.rounds],
        "left": [_left(one) for one in plan.left],
        "troubles": whole_lines(plan.troubles),
    }


def _round(one: Round) -> dict[str, Any]:
    stops = one.stops
    return {
        "vehicle": one.vehicle,
        "stops": sum(stop.kind is StopKind.VISIT for stop in stops),
        "tips": sum(stop.kind is StopKind.TIP for stop in stops),
        "km": round(sum(stop.drive_m for stop in stops) / 1000, 1),
        "hours": round((stops[-1].leaves_at - stops[0].begins_at).total_seconds() / 3600, 2),
        "starts_at": stops[0].begins_at.isoformat(),
        "ends_at": stops[-1].leaves_at.isoformat(),
    }


def _left(one: Left) -> dict[str, Any]:
    return {
        "visit": one.visit,
        "says": one.says,
        "unmet": one.unmet,
        "overflow_p50_at": None if one.overflow_p50_at is None else one.overflow_p50_at.isoformat(),
        "overflow_p90_at": None if one.overflow_p90_at is None else one.overflow_p90_at.isoformat(),
    }


def _say(planned: Planned) -> str:
    found, left = told(planned), planned.plan.left
    total = Counter[str]()
    for one in found["rounds"]:
        total.update({name: one[name] for name in ("stops", "km", "hours")})
    lines = [
        f"Plan {found['plan']} of {found['depot']} on {found['day']}, version {found['version']}, {found['state']}: "
        f"{len(found['rounds'])} rounds, {total['stops']} stops, {total['km']:.1f} km, {total['hours']:.1f} hours.",
        f"Roads: {found['roads']}. {found['attribution']}".strip(),
        *([plan_says] if (plan_says := planned.plan.says) else ()),
        *(
            f"  {one['vehicle']}: {one['stops']} stops, {one['tips']} tips, {one['km']:.1f} km, {one['hours']:.1f} h"
            for one in found["rounds"]
        ),
        *(f"HAS TO BE DONE AND IS LEFT: {one.visit}. {one.says}" for one in left if one.unmet),
        f"{sum(not one.unmet for one in left)} bins are left for another day.",
        *(f"  {one.visit}: {one.says}" for one in [one for one in left if not one.unmet][:SHOWN]),
        *(f"Please look: {one}" for one in short_lines(planned.plan.troubles, TROUBLES_SHOWN)),
    ]
    return "\n".join(lines)


def _day(given: datetime | None, now: datetime) -> date:
    today = now.astimezone(LONDON).date()
    day = today if given is None else given.date()
    if day < today:
        raise InputError("--date", day.isoformat(), "That day is over. Give today or a day to come.")
    return day


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A spinner with the step, on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Reading")
        yield lambda words: bar.update(task, description=words)
