"""`hereabouts export readings|rollups|places --out FILE`: whole series and places as files."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from hereabouts_deploy.instants import instant_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.exports.export import PLACES, SERIES, places, plan_series, series
from hereabouts_platform.exports.forms import Form
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.areas import find_area
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.exports import Grain, Selection
from hereabouts_platform.store.readings import Interval
from hereabouts_schemas.errors import InputError, NotFound
from hereabouts_schemas.quantity import QUANTITIES

Out = Annotated[Path, typer.Option("--out", metavar="FILE", dir_okay=False, help="The file to write; a new one.")]
As = Annotated[str | None, typer.Option("--f", metavar="FORM", help="The form; by the file's ending unless given.")]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="A day of Europe/London, or an instant with its zone; is in."),
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="The same; is out.")]
Area = Annotated[str | None, typer.Option(metavar="CODE", help="GSS code of an area, newest vintage.")]
Quantity = Annotated[list[str] | None, typer.Option(metavar="NAME", help="A quantity; may be given again.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write what was done as JSON.")]

ENDINGS = {".csv": Form.CSV, ".parquet": Form.PARQUET, ".arrow": Form.ARROW, ".arrows": Form.ARROW,
           ".geojson": Form.GEOJSON, ".json": Form.GEOJSON}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `export` with its commands to `app`."""
    group = typer.Typer(help="Readings, their hours, and places as files.", no_args_is_help=True)
    group.command("readings")(readings)
    group.command("rollups")(rollups)
    group.command("places")(export_places)
    app.add_typer(group, name="export")


def readings(
    *, out: Out, f: As = None, from_: From = None, to: To = None, area: Area = None, quantity: Quantity = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write single readings to a file: csv, parquet or arrow. Homes in it are written to the audit."""
    _series(Grain.READINGS, out, f, from_=from_, to=to, area=area, quantity=quantity, as_json=as_json)


def rollups(
    *, out: Out, f: As = None, from_: From = None, to: To = None, area: Area = None, quantity: Quantity = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write hours to a file: count, mean, lowest, highest, first, last and total of each. Else as `readings`."""
    _series(Grain.HOURS, out, f, from_=from_, to=to, area=area, quantity=quantity, as_json=as_json)


def export_places(out: Out, f: As = None, area: Area = None, as_json: AsJson = False) -> None:
    """Write places with their positions and outlines to a file: geojson, or parquet (GeoParquet 1.1)."""
    form = _form(f, out, PLACES)
    query = {"export": "places", "area": area}
    with _connected() as connection:
        principal = principal_named(connection, "system:command")
        with acting(connection, principal.id):
            chosen = _area(connection, area)
        size = _write(out, places(connection, principal, chosen, form, query))
    _say(out, size, as_json)


def _series(
    grain: Grain, out: Path, f: str | None, *, from_: str | None, to: str | None, area: str | None,
    quantity: list[str] | None, as_json: bool,
) -> None:  # fmt: skip
    form = _form(f, out, SERIES)
    interval = _interval(from_, to)
    query: dict[str, Any] = {"export": grain, "from": from_, "to": to, "area": area, "quantity": quantity}
    for name in quantity or ():
        if name not in QUANTITIES:
            raise InputError("--quantity", name, f"Choose from {', '.join(QUANTITIES)}.")
    with _connected() as connection:
        principal = principal_named(connection, "system:command")
        with acting(connection, principal.id):
            wanted = Selection(area=_area(connection, area), quantities=quantity, interval=interval)
            planned = plan_series(connection, principal, wanted, grain=grain, form=form, query=query)
        with acting(connection, principal.id):
            size = _write(out, series(connection, planned))
    _say(out, size, as_json)


def _connected() -> Connection:
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    return connect(system.database_url, DatabaseRole.API, application="hereabouts export")


def _form(text: str | None, out: Path, allowed: tuple[Form, ...]) -> Form:
    cure = f"Choose from {', '.join(allowed)}."
    try:
        form = Form(text) if text is not None else ENDINGS[out.suffix.lower()]
    except (ValueError, KeyError) as error:
        raise InputError("--f", text or out.name, cure) from error
    if form not in allowed:
        raise InputError("--f", form, cure)
    return form


def _interval(from_: str | None, to: str | None) -> Interval:
    from_at = instant_of("--from", from_) if from_ is not None else None
    to_at = instant_of("--to", to) if to is not None else None
    if from_at is not None and to_at is not None and to_at <= from_at:
        raise InputError("--to", to, "Give a time later than --from.")
    return Interval(from_at=from_at, to_at=to_at)


def _area(connection: Connection, code: str | None) -> tuple[str, str] | None:
    if code is None:
        return None
    found = find_area(connection, code)
    if found is None:
        raise NotFound(f"There is no area {code[:200]!r}.")
    return found["code"], found["vintage"]


def _write(out: Path, pieces: Generator[bytes]) -> int:
    """The bytes written. A file that is there stays as it is; one that cannot be finished is taken away again."""
    console = Console(stderr=True)
    try:
        with out.open("xb") as file, console.status("Writing ...") as status, closing(pieces):
            out.chmod(0o600)  # it may hold personal data
            size = 0
            for piece in pieces:
                size += file.write(piece)
                status.update(f"Writing ... {size / 1e6:,.1f} MB")
            return size
    except FileExistsError as error:
        raise InputError("--out", out, "It is there already; name a new file.") from error
    except OSError as error:
        out.unlink(missing_ok=True)
        raise InputError("--out", out, f"It cannot be written ({error.strerror}).") from error
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _say(out: Path, size: int, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps({"file": str(out), "bytes": size}).decode())
    else:
        typer.echo(f"{out}: {size:,} bytes.")
