"""`hereabouts rounds dial`: a depot's dial between kilometres and overflow, drawn by its own last weeks."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from hereabouts_deploy.commands.rounds_plan import DepotOption, JsonOption, progress
from hereabouts_deploy.curve_picture import OTHER_COLOUR, panel_of, picture
from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.collection.own_history import Lived
from hereabouts_platform.rounds.dial import Dial, dial_of, says, told
from hereabouts_platform.rounds.own_weeks import LEAST_DAYS, MOST_DAYS, USUAL_DAYS, Wish, own_weeks
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.errors import StoreUnavailable

DaysOption = Annotated[int, typer.Option("--days", min=LEAST_DAYS, max=MOST_DAYS, help="Days up to yesterday.")]
PictureOption = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draws the curve there.")]


def dial(
    *, depot: DepotOption, days: DaysOption = USUAL_DAYS, drawing: PictureOption = None, as_json: JsonOption = False
) -> None:
    """Live through a depot's last weeks with its dial (`overflow_p`) at several settings; nothing is changed."""
    settings = Settings()
    wish = Wish(depot=depot, days=days, roads=DataDir(path=settings.data_dir).roads)
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    with progress() as tell:
        try:
            with connect(system.database_url, DatabaseRole.JOBS, application="hereabouts rounds dial") as connection:
                by = principal_named(connection, "system:command")
                with acting(connection, by.id):
                    weeks = own_weeks(connection, wish, datetime.now(UTC), tell)
        except psycopg.OperationalError as error:
            raise StoreUnavailable("The database cannot be reached just now.") from error
        found = dial_of(weeks, tell)
    if drawing is not None:
        drawing.write_text(svg(found), encoding="utf-8")
    if as_json:
        typer.echo(orjson.dumps(told(found), option=orjson.OPT_INDENT_2).decode())
    else:
        _say(found)


def _say(found: Dial) -> None:
    columns = ("overflow_p", "km a day", "Runs a week", "Visits a day", "Fill, %", "Overflow, %", "Bins a week")
    table = Table(*columns, box=None, pad_edge=False)
    for pence, one in found.settings.items():
        table.add_row(f"{pence} (set)" if pence == found.weeks.overflow_p else str(pence), *_cells(one))
    table.add_row("as it was", *_cells(found.was))
    Console().print(table)
    for line in says(found):
        typer.echo(line)
    if found.weeks.attribution:
        typer.echo(found.weeks.attribution)


def _cells(one: Lived) -> list[str]:
    km = "not known" if one.km_day is None else f"{one.km_day:.1f}"
    fill = "-" if one.visits_day == 0 else f"{one.fill_percent:.0f}"
    return [
        km,
        f"{one.runs_week:.1f}",
        f"{one.visits_day:.1f}",
        fill,
        f"{one.overflow_percent:.2f}",
        f"{one.overflow_week:.1f}",
    ]


def svg(dial: Dial) -> str:
    """The curve as a picture; how it truly was as a point where its kilometres are known."""
    points = [(one.overflow_percent, one.km_day or 0.0, _name(pence)) for pence, one in dial.settings.items()]
    was = [] if dial.was.km_day is None else [(dial.was.overflow_percent, dial.was.km_day, "as it was")]
    panel = panel_of(0, [*points, *was])
    title = f"{dial.weeks.depot}, {dial.weeks.first.isoformat()} to {dial.weeks.last.isoformat()}"
    drawn = [*panel.frame(title), *(panel.point(one, OTHER_COLOUR) for one in was), *panel.dial(points)]
    described = ", ".join(f"{name} {km:.1f} km a day at {over:.2f} %" for over, km, name in [*was, *points])
    return picture(["\n".join(drawn)], "Kilometres a day against overflow, by the dial", f"{title}: {described}.")


def _name(pence: int) -> str:
    return f"{pence / 100:,.2f} GBP"
