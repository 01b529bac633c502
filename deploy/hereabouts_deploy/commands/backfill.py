"""`hereabouts backfill things-stack` and `hereabouts backfill list`: fetching what a network kept and we missed."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hereabouts_deploy.instants import instant_of
from hereabouts_deploy.settings import THINGS_STACK_SERVER, THINGS_STACK_SOURCE, Settings, ThingsStackEntry
from hereabouts_deploy.stop_signal import stop_on_signal
from hereabouts_deploy.system import find_system
from hereabouts_deploy.things_stack import with_key
from hereabouts_ingest.backfill.client import NetworkAway, NetworkRefused
from hereabouts_ingest.backfill.requests import KEPT, origins_of
from hereabouts_ingest.backfill.run import carry_out
from hereabouts_ingest.backfill.settings import SLOT, Pace, ThingsStack, check_id, check_server
from hereabouts_ingest.desk import Desk
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.access.policy import require
from hereabouts_platform.store import backfill as store
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import HereaboutsError, InputError
from hereabouts_schemas.times import say_time

SHOWN = 50
TRY_AGAIN_AFTER = timedelta(minutes=5)  # where a worker is set up to go on with it

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add `backfill` with its commands to `app`."""
    group = typer.Typer(help="Fetch messages again that a network has kept and we missed.", no_args_is_help=True)
    group.command("things-stack")(things_stack)
    group.command("list")(show)
    app.add_typer(group, name="backfill")


def things_stack(
    *,
    application: Annotated[str, typer.Option(help="The application's id, as the console shows it.")],
    server: Annotated[str | None, typer.Option(help=f"Default: as set up, else {THINGS_STACK_SERVER}.")] = None,
    device: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this device alone; its id in the console.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="The source that its messages belong to.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="A day, or an instant with its zone; 30 days ago.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="TIME", help="The same; now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch stored uplinks of The Things Stack's Storage Integration and store what is new.

    The API key comes from HEREABOUTS_THINGS_STACK_KEY, its _FILE, or the key_file of what is set up. The same command
    goes on where an earlier one was cut off.
    """
    now = datetime.now(UTC)
    settings = Settings()
    origin = with_key(_entry(settings, application, server, source), settings)
    if device is not None:
        check_id("--device", device)
    from_at = instant_of("--from", from_) if from_ is not None else now - KEPT
    to_at = instant_of("--to", to) if to is not None else now
    if not from_at < to_at:
        raise InputError("--from", from_ or from_at, "Give a time before the end.")
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    spool = settings.data_dir / "spool"
    worker = IngestSettings(database_url=system.database_url, mqtt_host="", mqtt_port=0, spool_dir=spool, slot=SLOT)
    with closing(Desk(worker)) as desk:
        _run(desk, origin, device, (from_at, to_at), as_json=as_json)


def _entry(settings: Settings, application: str, server: str | None, source: str | None) -> ThingsStackEntry:
    """What is set up for an application; what is given besides wins."""
    given = {"server": check_server("--server", server)} if server is not None else {}
    if source is not None:
        given["source"] = source
    for entry in settings.things_stack:
        if entry.application == application and (server is None or entry.server == given["server"]):
            return entry.model_copy(update=given)
    return ThingsStackEntry(
        application=check_id("--application", application),
        server=given.get("server", THINGS_STACK_SERVER),
        source=given.get("source", THINGS_STACK_SOURCE),
    )


def _run(
    desk: Desk, origin: ThingsStack, device: str | None, span: tuple[datetime, datetime], *, as_json: bool
) -> None:
    known = origins_of([origin], desk.registry.sources)
    if not known:
        raise InputError("--source", origin.source, "Name a source whose envelope is things_stack and that is on.")
    principal = principal_named(desk.connection, "system:command")
    require(principal, Action.WRITE, Resource.SOURCES)
    with acting(desk.connection, principal.id) as connection:
        request = store.ask_by_hand(connection, known[0], device, *span)
        if not store.take(connection, request.id):
            raise HereaboutsError("This is being fetched already; `hereabouts backfill list` shows how far it is.")
        store.begin(connection, request.id)
    if request.reached_at is not None:
        typer.echo(f"Going on from {say_time(request.reached_at)}, where an earlier run ended.", err=True)
    with stop_on_signal() as stop, _progress(request) as tell:
        try:
            finished = carry_out(desk, request, origin, Pace(), stop, tell=tell)
        except (NetworkAway, NetworkRefused) as error:
            _note(desk, request, error)
            raise
    counts = store.counts_of(desk.connection, request.id)
    typer.echo(_json({**counts, "finished": finished}) if as_json else _sentence(counts))
    if not finished:
        raise HereaboutsError("Stopped before its end; the same command goes on from there.")


def _note(desk: Desk, request: store.Request, error: NetworkAway | NetworkRefused) -> None:
    with desk.acting() as connection:
        if isinstance(error, NetworkAway):
            store.put_off(connection, request.id, str(error), datetime.now(UTC) + TRY_AGAIN_AFTER)
        else:
            store.finish(connection, request.id, "failed", str(error))


@contextmanager
def _progress(request: store.Request) -> Iterator[Callable[[datetime], None] | None]:
    """A bar over the span on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        span_s = (request.to_at - request.from_at).total_seconds()
        task = bar.add_task(str(request.application), total=span_s)
        yield lambda at: bar.update(task, completed=(at - request.from_at).total_seconds())


def show(as_json: AsJson = False) -> None:
    """List the newest requests: by people, after downtime and for gaps in frame counters, and how they fare."""
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with connect(system.database_url, DatabaseRole.INGEST, application="hereabouts backfill") as connection:
        require(principal_named(connection, "system:command"), Action.READ, Resource.SOURCES)
        rows = store.list_requests(connection, SHOWN)
    if as_json:
        typer.echo(_json({"items": rows}))
        return
    for row in rows:
        typer.echo(_line(row))
    if not rows:
        typer.echo("Nothing has been asked for.")


def _line(row: dict[str, Any]) -> str:
    whose = row["device"] or "all devices"
    where = f"{row['source']} {row['application'] or '(application not known yet)'}, {whose}"
    span = f"{say_time(row['from'])} to {say_time(row['to'])}"
    error = f" Last error: {row['error']}" if row["error"] else ""
    return f"{row['id']}: {row['cause']}, {where}, {span}: {row['state']}. {_sentence(row)}{error}"


def _sentence(counts: Any) -> str:
    names = ("found", "stored", "duplicate", "quarantined", "ignored")
    return ", ".join(f"{counts[name]:,} {name}" for name in names) + "."


def _json(content: object) -> str:
    return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_INDENT_2).decode()
