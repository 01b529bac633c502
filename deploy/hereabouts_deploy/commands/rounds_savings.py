"""`hereabouts rounds savings`: what the rounds of some days saved against the stored baseline."""

from datetime import UTC, date, datetime
from typing import Annotated

import orjson
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.rounds.saved import saved, span_of
from hereabouts_platform.savings.tell import Savings
from hereabouts_platform.savings.words import figure
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.errors import StoreUnavailable

FromOption = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="First day; 28 days by default.")
]
ToOption = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="DAY", help="Last day, counted in; yesterday.")
]
DepotOption = Annotated[str | None, typer.Option("--depot", metavar="ID", help="One depot; all where left out.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def savings(
    *, first: FromOption = None, last: ToOption = None, depot: DepotOption = None, as_json: JsonOption = False
) -> None:
    """What rounds saved against the stored baseline: km, hours, visits, fuel, CO2e, how sure, and by which method."""
    span = span_of(_day(first), _day(last), depot, datetime.now(UTC))
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    try:
        with connect(system.database_url, DatabaseRole.JOBS, application="hereabouts rounds savings") as connection:
            by = principal_named(connection, "system:command")
            with acting(connection, by.id):
                found = saved(connection, span)
    except psycopg.OperationalError as error:
        raise StoreUnavailable("The database cannot be reached just now.") from error
    if as_json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        _say(found)


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()


def _say(found: Savings) -> None:
    typer.echo(f"{found.first} to {found.last}: {found.compared_days} days can be compared with how it was before.")
    table = Table("", "Before", "Now, as planned", "Saved", "Days", box=None, pad_edge=False)
    for one in found.savings:
        known = one.before is not None and one.now is not None and one.saved is not None
        cells = [figure(value or 0) for value in (one.before, one.now, one.saved)] if known else ["cannot say"] * 3
        table.add_row(one.unit, *cells, str(one.days))
    Console().print(table)
    for one in found.savings:
        typer.echo(f"{one.unit}: {one.says}")
    for skipped in found.left_out:
        typer.echo(f"Left out, days: {skipped.days}. {skipped.says}")
    for line in found.method:
        typer.echo(line)
    for factor in found.factors:
        typer.echo(
            f"{factor.kg_co2e} kg CO2e for each {factor.unit} of {factor.fuel}: {factor.title}. {factor.licence}."
        )
