"""`hereabouts import ... FILE`: what a council has in files, with a report row by row."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.prepare import have_scripts
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_ingest.weather.run import import_weather
from hereabouts_platform.datasets.load import How, import_dataset
from hereabouts_platform.datasets.spec_file import load_spec
from hereabouts_platform.imports.area_columns import AreaOptions
from hereabouts_platform.imports.areas import import_areas
from hereabouts_platform.imports.calendar import import_calendar
from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.fleet import import_baseline, import_crews, import_vehicles
from hereabouts_platform.imports.local_columns import LocalColumns
from hereabouts_platform.imports.open_uprn import UprnOptions
from hereabouts_platform.imports.patches import import_patches
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.imports.report import Cause, ImportReport, RefusedRow, Sink
from hereabouts_platform.imports.tenancies import import_tenancies
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.places import Box
from hereabouts_schemas.access import Principal
from hereabouts_schemas.area import AreaKind
from hereabouts_schemas.times import parse_time

SHOWN = 100  # refused rows on a screen; the files have them all

File = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The file to import.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write the report as JSON.")]
RefusedFile = Annotated[
    Path | None, typer.Option("--refused", metavar="FILE", help="Write every refused row to this CSV file.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do everything, say what it came to, and take it back.")]
Work = Callable[[Connection, Principal, Sink | None], ImportReport]


def register(app: typer.Typer) -> None:
    """Add `import` with its commands to `app`."""
    group = typer.Typer(
        help="Bring in places, areas, patches, tenancies, vehicles, crews, devices, readings and other datasets from "
        "files. What is stored stays; a file can be imported again. Exit code 1 when rows were refused.",
        no_args_is_help=True,
    )
    group.command("places")(places)
    group.command("areas")(areas)
    group.command("devices")(devices)
    group.command("readings")(readings)
    group.command("weather")(weather)
    group.command("patches")(patches)
    group.command("tenancies")(tenancies)
    group.command("vehicles")(vehicles)
    group.command("crews")(crews)
    group.command("baseline")(baseline)
    group.command("calendar")(calendar)
    group.command("dataset")(dataset)
    app.add_typer(group, name="import")


def places(  # noqa: PLR0917 - every option of the command
    file: File,
    within_area: Annotated[
        str | None, typer.Option(metavar="CODE[@VINTAGE]", help="Of OS Open UPRN: take what lies in this area.")
    ] = None,
    bbox: Annotated[
        str | None,
        typer.Option(metavar="WEST,SOUTH,EAST,NORTH", help="Of OS Open UPRN: take what lies in this box, in degrees."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    refused: RefusedFile = None,
) -> None:
    """Import places: CSV (id, kind, name, lon, lat, uprn, usrn, parent, attributes), GeoJSON, or OS Open UPRN's CSV.

    easting and northing may stand for lon and lat. Of OS Open UPRN without a filter only the places already stored get
    their positions.
    """
    box = Box.parse("--bbox", bbox) if bbox is not None else None
    uprn = UprnOptions(within=within_area, box=box) if within_area is not None or box is not None else None

    def work(connection: Connection, by: Principal, sink: Sink | None) -> ImportReport:
        with _progress(file) as progress:
            return import_places(connection, by, file, sink, uprn=uprn, progress=progress, dry_run=dry_run)

    _run(file, work, as_json, refused, dry_run=dry_run)


def areas(  # noqa: PLR0917 - every option of the command
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="GeoJSON, GeoPackage or Shapefile, or a zip with one.",
        ),
    ],
    kind: Annotated[AreaKind | None, typer.Option(help="What the areas are, where their columns do not say.")] = None,
    vintage: Annotated[
        str | None, typer.Option(metavar="YEAR[-MONTH]", help="Which edition, where their columns do not say.")
    ] = None,
    code_column: Annotated[str | None, typer.Option(help="The column of codes.")] = None,
    name_column: Annotated[str | None, typer.Option(help="The column of names.")] = None,
    layer: Annotated[str | None, typer.Option(help="Which layer, where the file has several.")] = None,
    source: Annotated[str | None, typer.Option(help="Whose boundaries these are.")] = None,
    licence: Annotated[str | None, typer.Option(help="What has to be said wherever they are shown.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    refused: RefusedFile = None,
) -> None:
    """Import boundaries that places fall in: wards, LSOAs, postcode sectors, councils, patches.

    Kind, vintage and columns are read from columns as the Office for National Statistics names them, and shown.
    """
    options = AreaOptions(
        kind=kind,
        vintage=vintage,
        code_column=code_column,
        name_column=name_column,
        layer=layer,
        source=source,
        licence=licence,
    )

    def work(connection: Connection, by: Principal, sink: Sink | None) -> ImportReport:
        return import_areas(connection, by, file, options, sink=sink, dry_run=dry_run)

    _run(file, work, as_json, refused, dry_run=dry_run)


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


def patches(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import patches: whose homes are. A CSV file with patch, name, team, area, home, hazard, officer."""
    _run(file, lambda connection, by, sink: import_patches(connection, by, file, sink), as_json, refused)


def tenancies(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import tenancies: a CSV file with home, from, to, kind, household, vulnerable."""
    _run(file, lambda connection, by, sink: import_tenancies(connection, by, file, sink), as_json, refused)


def vehicles(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import vehicles: a CSV file with id, name, vehicle_class, compartments, duty, start_depot and what they cost."""
    rules = DataDir(path=Settings().data_dir).duty_rules
    _run(file, lambda connection, by, sink: import_vehicles(connection, by, file, sink, rules), as_json, refused)


def crews(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import crews: a CSV file with id, name, vehicle, weekdays or date, shift_from, shift_to, skills."""
    _run(file, lambda connection, by, sink: import_crews(connection, by, file, sink), as_json, refused)


def baseline(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import how it was before: a CSV file with day, round, km, hours, litres, visits, method, source."""
    _run(file, lambda connection, by, sink: import_baseline(connection, by, file, sink), as_json, refused)


def calendar(file: File, as_json: AsJson = False, refused: RefusedFile = None) -> None:
    """Import holidays, events and duties: a CSV file with from, to, kind, name, area, factor, weekdays, by."""
    _run(file, lambda connection, by, sink: import_calendar(connection, by, file, sink), as_json, refused)


def _local(local: str | None, quantity: str, device: str | None, value: str | None) -> LocalColumns | None:
    if local is None:
        if device is not None or value is not None:
            raise typer.BadParameter("It says how a file of local times is read; give --local too.")
        return None
    date, _, hour = local.partition(",")
    return LocalColumns(quantity=quantity, date=date.strip(), hour=hour.strip() or None, device=device, value=value)


def weather(
    file: File,
    place: Annotated[str, typer.Option(metavar="ID", help="The weather station that the file is of.")],
    fetched: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="When it was fetched, where the file does not say; else when it was written."
        ),
    ] = None,
    as_json: AsJson = False,
    refused: RefusedFile = None,
) -> None:
    """Import hourly weather as readings of a station: JSON of the Met Office (site-specific) or Open-Meteo."""
    at = _instant("--fetched", fetched) if fetched is not None else None

    def work(connection: Connection, by: Principal, sink: Sink | None) -> ImportReport:
        return import_weather(connection, by, file, place, fetched=at, sink=sink)

    _run(file, work, as_json, refused)


def _instant(option: str, text: str) -> datetime:
    try:
        return parse_time(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text} is no time. Write it like 2026-03-03T14:00:00Z.", param_hint=option) from None


def dataset(
    file: File,
    *,
    spec: Annotated[
        str, typer.Option(metavar="SPEC", help="What the file holds: a TOML file, or the name of one that comes along.")
    ],
    vintage: Annotated[
        str | None, typer.Option(metavar="VINTAGE", help="Which edition it is: 2026, 2026-09 or 2026-09-30.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="The file is all of its vintage: take out rows that it does not hold.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of it, and store nothing.")] = False,
    as_json: AsJson = False,
    refused: RefusedFile = None,
) -> None:
    """Import any other dataset with places, and times where it has them: CSV, XLSX, Parquet or GeoJSON."""
    described = load_spec(spec, vintage)

    def work(connection: Connection, by: Principal, sink: Sink | None) -> ImportReport:
        how = How(whole=whole, dry_run=dry_run)
        with _progress(file) as progress:
            return import_dataset(connection, by, file, described, how=how, progress=progress, sink=sink)

    _run(file, work, as_json, refused, dry_run=dry_run)


def _run(file: Path, work: Work, as_json: bool, refused: Path | None, *, dry_run: bool = False) -> None:
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with (
        connect(system.database_url, DatabaseRole.OWNER, application="hereabouts import") as connection,
        _refused_rows(refused) if refused is not None else nullcontext() as sink,
    ):
        report = work(connection, principal_named(connection, "system:command"), sink)
    if as_json:
        said = {**report.as_dict(), "dry_run": True} if dry_run else report.as_dict()
        typer.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(_say(file, report, refused))
        if dry_run:
            typer.echo("That was a dry run: nothing has changed.")
    if report.refused_count > report.refused_by_cause.get(Cause.FORECAST, 0):  # a forecast is nobody's mistake
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
    lines += [f"{report.unit} {row.line}: {row.reason}" for row in report.refused[:SHOWN]]
    if report.refused_count > SHOWN:
        causes = ", ".join(f"{count:,} {cause.replace('_', ' ')}" for cause, count in report.refused_by_cause.items())
        where = f"{refused} has them all" if refused else "`--refused FILE` writes them all"
        lines.append(f"... {report.refused_count:,} refused in all ({causes}); {where}.")
    return "\n".join([*lines, *report.notes])
