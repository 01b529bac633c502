"""`hereabouts import places|devices|readings FILE`: what a council has in files, with a report row by row."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hereabouts_deploy.prepare import have_scripts
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.local_columns import LocalColumns
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.imports.report import ImportReport, RefusedRow, Sink
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.access import Principal

SHOWN = 100  # refused rows on a screen; the files have them all

File = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The file to import.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write the report as JSON.")]
RefusedFile = Annotated[
    Path | None, typer.Option("--refused", metavar="FILE", help="Write every refused row to this CSV file.")
]
Work = Callable[[Connection, Principal, Sink | None], ImportReport]


def register(app: typer.Typer) -> None:
    """Add `import` with its commands to `app`."""
    group = typer.Typer(
        help="Bring in places, devices and histories of readings from files. What is stored stays; a file can be "
        "imported again. Exit code 1 when rows were refused.",
        no_args_is_help=True,
    )
    group.command("places")(places)
    group.command("devices")(devices)
    group.command("readings")(readings)
    app.add_typer(group, name="import")


def places(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import places: a CSV file with id, kind, name, lon, lat, uprn, usrn, parent, attributes."""
    _run(file, lambda connection, by, sink: import_places(connection, by, file, sink), as_json, refused)


def devices(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import devices and where they stand: a CSV file with id, profile, place, from, to, mount."""

    def work(connection: Connection, by: Principal, sink: Sink | None) -> ImportReport:
        with acting(connection, by.id):
            have_scripts(connection, Settings().scripts)  # one dropped in since `hereabouts migrate` counts too
        return import_devices(connection, by, file, sink)

    _run(file, work, as_json, refused)


def readings(
    file: File,
    as_json: AsJson = False,
    refused: RefusedFile = None,
    *,
    local: Annotated[str | None, typer.Option(help="Columns of London's local date and hour: date,hour")] = None,
    quantity: Annotated[str, typer.Option(help="With --local: what every value is.")] = "people_in",
    device: Annotated[str | None, typer.Option(help="With --local: the column of devices; else a column each.")] = None,
    value: Annotated[str | None, typer.Option(help="With --local and --device: the column of values.")] = None,
) -> None:
    """Import readings: CSV or Parquet with device, quantity, time, value, or device, time and a column a quantity.

    A CSV file of local times without offset needs --local.
    """
    columns = _local(local, quantity, device, value)

    def work(connection: Connection, by: Principal, sink: Sink | None) -> ImportReport:
        with _progress(file) as progress:
            return import_readings(connection, by, file, progress, sink, local=columns)

    _run(file, work, as_json, refused)


def _local(local: str | None, quantity: str, device: str | None, value: str | None) -> LocalColumns | None:
    if local is None:
        if device is not None or value is not None:
            raise typer.BadParameter("It says how a file of local times is read; give --local too.")
        return None
    date, _, hour = local.partition(",")
    return LocalColumns(quantity=quantity, date=date.strip(), hour=hour.strip() or None, device=device, value=value)


def _run(file: Path, work: Work, as_json: bool, refused: Path | None) -> None:
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with (
        connect(system.database_url, DatabaseRole.OWNER, application="hereabouts import") as connection,
        _refused_rows(refused) if refused is not None else nullcontext() as sink,
    ):
        report = work(connection, principal_named(connection, "system:command"), sink)
    if as_json:
        typer.echo(orjson.dumps(report.as_dict(), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(_say(file, report, refused))
    if report.refused_count:
        raise typer.Exit(1)


@contextmanager
def _refused_rows(path: Path) -> Iterator[Sink]:
    """A sink that writes `line,cause,reason`."""
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}.", param_hint="--refused") from None
    with file:
        writer = csv.writer(file)
        writer.writerow(("line", "cause", "reason"))

        def write(row: RefusedRow) -> None:
            writer.writerow((row.line, row.cause.value, row.reason))

        yield write


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(file.name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say(file: Path, report: ImportReport, refused: Path | None) -> str:
    changed = f" ({report.updated:,} of them changed what was there)" if report.updated else ""
    lines = [
        f"{file.name}: {report.stored:,} stored{changed}, {report.duplicate:,} duplicate, "
        f"{report.refused_count:,} refused."
    ]
    lines += [f"line {row.line}: {row.reason}" for row in report.refused[:SHOWN]]
    if report.refused_count > SHOWN:
        causes = ", ".join(f"{count:,} {cause.replace('_', ' ')}" for cause, count in report.refused_by_cause.items())
        where = f"{refused} has them all" if refused else "`--refused FILE` writes them all"
        lines.append(f"... {report.refused_count:,} refused in all ({causes}); {where}.")
    return "\n".join([*lines, *report.notes])
