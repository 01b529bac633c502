"""`hereabouts roads`: maps of roads, one for each class of vehicle."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import msgspec
import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.settings import Settings
from hereabouts_platform.roads.folder import Manifest, kept_roads
from hereabouts_platform.roads.importing import import_roads, mend_roads
from hereabouts_platform.roads.vehicles import vehicle_class, vehicle_classes
from hereabouts_schemas.errors import HereaboutsError

SHOWN = 20  # unread signs on a screen; --json has them all

MapFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        exists=True,
        dir_okay=False,
        readable=True,
        help="A map of OpenStreetMap, such as a county's .osm.pbf.",
    ),
]
Classes = Annotated[
    list[str] | None,
    typer.Option("--vehicle", metavar="CLASS", help="Whose roads: rcv26, rcv18, rcv12, caged_tipper_3t5, van, car ..."),
]
OwnClasses = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A TOML file with vehicle classes of your own."),
]
Make = Callable[[Callable[[str], None]], Manifest]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add `roads` with its commands to `app`."""
    group = typer.Typer(
        help="Maps of roads, by class of vehicle: for distances, rounds and turns.", no_args_is_help=True
    )
    group.command("import")(import_)
    group.command("list")(list_)
    app.add_typer(group, name="roads")


def import_(
    file: MapFile = None, vehicle: Classes = None, *, vehicles: OwnClasses = None, as_json: AsJson = False
) -> None:
    """Make the roads of one or more vehicle classes from a map; what was there is replaced at the end, or not at all.

    Without FILE what is broken, or was made by another release, is made anew of the map that is kept. Exit code 1 when
    something could not be made.
    """
    folder = DataDir(path=Settings().data_dir).roads
    work = _asked(file, vehicle or [], vehicles, folder) if file is not None else _faulty(folder, vehicle or [])
    made, failed = [], False
    for name, make in work:
        begun = monotonic()
        try:
            with _progress(name) as tell:
                manifest = make(tell)
        except HereaboutsError as error:
            typer.echo(str(error), err=True)
            failed = True
            continue
        made.append({**_as_dict(manifest), "seconds": round(monotonic() - begun, 1)})
        if not as_json:
            typer.echo(_say(manifest, monotonic() - begun))
    if as_json:
        typer.echo(orjson.dumps({"items": made}, option=orjson.OPT_INDENT_2).decode())
    elif not work:
        typer.echo("Nothing to do: what is here is whole and of this release.")
    if failed:
        raise typer.Exit(1)


def list_(as_json: AsJson = False) -> None:
    """List the roads that are here: class, map and its date, streets, and what is wrong with them."""
    found = list(kept_roads(DataDir(path=Settings().data_dir).roads))
    if as_json:
        items = [{"name": kept.name, "fault": kept.fault, **_as_dict(kept.manifest)} for kept in found]
        typer.echo(orjson.dumps({"items": items}, option=orjson.OPT_INDENT_2).decode())
        return
    for kept in found:
        typer.echo(kept.fault if kept.fault or kept.manifest is None else _line(kept.manifest))
    if not found:
        typer.echo("No roads are here yet: hereabouts roads import FILE.osm.pbf --vehicle rcv26")
    else:
        typer.echo("© OpenStreetMap contributors, ODbL: show this with everything made from them.")


def _asked(file: Path, names: list[str], vehicles: Path | None, folder: Path) -> list[tuple[str, Make]]:
    if not names:
        known = ", ".join(vehicle_classes(vehicles))
        raise typer.BadParameter(f"Say whose roads to make: {known}.", param_hint="--vehicle")
    try:
        classes = [vehicle_class(name, vehicles) for name in dict.fromkeys(names)]
    except HereaboutsError as error:
        raise typer.BadParameter(str(error), param_hint="--vehicle") from None
    return [(one.name, partial(import_roads, file, one, folder)) for one in classes]


def _faulty(folder: Path, names: list[str]) -> list[tuple[str, Make]]:
    """What has to be made anew of a map that is kept; what is wrong is said."""
    faulty = [kept for kept in kept_roads(folder) if kept.fault is not None and (not names or kept.name in names)]
    for kept in faulty:
        typer.echo(kept.fault, err=True)
    return [(kept.name, partial(mend_roads, folder, kept.name)) for kept in faulty]


@contextmanager
def _progress(name: str) -> Iterator[Callable[[str], None]]:
    """What is being done, on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _words: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda words: bar.update(task, description=f"{name}: {words}")


def _as_dict(manifest: Manifest | None) -> dict[str, Any]:
    return dict(msgspec.to_builtins(manifest)) if manifest is not None else {}


def _line(made: Manifest) -> str:
    of_date = f" of {made.map_date:%d %B %Y}" if made.map_date else ""
    engine = f"OSRM {made.osrm}" if made.osrm else "own shortest paths"
    return (
        f"{made.vehicle.name}: {made.vehicle.says}; {made.map_name}{of_date}; {made.streets - made.shut:,} of "
        f"{made.streets:,} streets; {engine}; imported {made.imported_at:%d %B %Y}."
    )


def _say(made: Manifest, seconds: float) -> str:
    lines = [
        f"{_line(made)} Took {seconds:.1f} s.",
        f"{made.shut:,} streets are shut to it, {made.barriers:,} barriers, {made.turn_rules:,} turns ruled.",
    ]
    signs = Counter(one.tag for one in made.unread)
    if signs:
        lines.append(f"{len(made.unread):,} signs could not be read and count as restrictions:")
        lines += [f"  {count:,} x {tag}" for tag, count in signs.most_common(SHOWN)]
    return "\n".join([*lines, made.attribution])
