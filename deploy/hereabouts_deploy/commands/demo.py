"""`hereabouts demo`: the whole system with a made-up town in it, its history, and its live messages."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from hereabouts_deploy.commands.up import (
    DataDirOption,
    HttpPortOption,
    MqttPortOption,
    RunAsOption,
    say,
    settings_with,
)
from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.demo.chronicle import Chronicle, read_chronicle
from hereabouts_deploy.demo.doors import Doors
from hereabouts_deploy.demo.fleet import CREWS
from hereabouts_deploy.demo.people import DISPATCHER, waste_keys
from hereabouts_deploy.demo.publisher import publish_town
from hereabouts_deploy.demo.settle import TownFolder, Watch, settle
from hereabouts_deploy.demo.shift import Shift, at_work
from hereabouts_deploy.demo.town import build_town
from hereabouts_deploy.demo.world import live_through
from hereabouts_deploy.environment import PREFIX
from hereabouts_deploy.logs import configure_logging
from hereabouts_deploy.mqtt_address import parse_mqtt_url
from hereabouts_deploy.run_file import read_run_file
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.stop_signal import stop_on_signal
from hereabouts_deploy.supervise.child import READY, Child
from hereabouts_deploy.supervise.parent import call_when_parent_ends
from hereabouts_deploy.supervise.supervisor import Supervisor
from hereabouts_deploy.up import RunningSystem, running_system
from hereabouts_platform.access.sign_in import make_sign_in_link
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_schemas.errors import ConfigError

TOWN_COMMAND = "demo-town"


def register(app: typer.Typer) -> None:
    """Add `demo`, and the process behind it that publishes the town, to `app`."""
    app.command("demo")(demo)
    app.command(TOWN_COMMAND, hidden=True)(town)


def demo(
    data_dir: DataDirOption = None,
    http_port: HttpPortOption = None,
    mqtt_port: MqttPortOption = None,
    run_as: RunAsOption = None,
) -> None:
    """Run the whole system with a made-up town until Ctrl-C: 200 homes, 150 bins, 12 counters, live messages.

    The first start makes the town and imports 60 days of its history; a later one keeps what is there.
    """
    configure_logging()
    began = time.monotonic()
    settings = settings_with(
        data_dir=data_dir, http_port=http_port, mqtt_port=mqtt_port, run_as=run_as, choose_run_days=False
    )
    with running_system(settings, say) as system:
        system_s = time.monotonic() - began
        say(f"The system is ready after {system_s:.0f} s.")
        with _progress() as watch:
            settle(_town_folder(settings), system.run.database_url, say=say, watch=watch, stop=system.stop)
        with _live_town(settings, system):
            _greet(settings, system, system_s, time.monotonic() - began)
            typer.echo(READY)
            system.wait()
            say("Stopping.")


def town() -> None:
    """Publish the demo town's messages to the broker of HEREABOUTS_MQTT_URL, and work its rounds, until stopped."""
    configure_logging()
    settings = Settings()
    chronicle = read_chronicle(_town_folder(settings).chronicle)
    if settings.mqtt_url is None or chronicle is None:
        raise ConfigError("There is no town to publish, or no HEREABOUTS_MQTT_URL: start it with `hereabouts demo`.")
    with stop_on_signal() as stop:
        call_when_parent_ends(stop.set)
        shift = _shift(settings, chronicle, stop)
        world = live_through(chronicle.seed, chronicle.origin, datetime.now(UTC), shift.served)
        typer.echo(READY)
        crews = at_work(shift)
        publish_town(world, parse_mqtt_url(settings.mqtt_url), stop, lambda: shift.served)
        crews.join()


def _shift(settings: Settings, chronicle: Chronicle, stop: threading.Event) -> Shift:
    """The crews, who know already what was emptied since the town was made."""
    folder = _town_folder(settings)
    http = read_run_file(DataDir(path=settings.data_dir).run_file).http
    doors = Doors(data_dir=settings.data_dir, http=http, keys=waste_keys(folder.tablets), stop=stop)
    shift = Shift(build_town(chronicle.seed), chronicle, doors, folder.path)
    shift.look()
    return shift


def _town_folder(settings: Settings) -> TownFolder:
    return TownFolder(path=settings.data_dir / "demo")


@contextmanager
def _live_town(settings: Settings, system: RunningSystem) -> Iterator[None]:
    """The town's own process, kept alive while this lasts."""
    child = Child(
        name=TOWN_COMMAND,
        arguments=("hereabouts_deploy", TOWN_COMMAND),
        environment={f"{PREFIX}DATA_DIR": str(settings.data_dir), f"{PREFIX}MQTT_URL": system.run.mqtt},
        log=DataDir(path=settings.data_dir).log(TOWN_COMMAND),
    )
    supervisor = Supervisor(lambda _service: None)
    supervisor.start(child)
    try:
        yield
    finally:
        supervisor.stop()


@contextmanager
def _progress() -> Iterator[Watch]:
    """A bar for each file under way, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def watch(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, visible=done < total)

        yield watch


def _greet(settings: Settings, system: RunningSystem, system_s: float, town_s: float) -> None:
    """Say where everything is, and how long it took; nothing was downloaded in that time."""
    with connect(system.run.database_url, DatabaseRole.OWNER, application="hereabouts demo") as connection:
        link = make_sign_in_link(connection, system.administrator.id, system.run.http)
        names = (DISPATCHER, *(crew.tablet for crew in CREWS))
        people = {name: principal_named(connection, name).id for name in names}
        links = {name: make_sign_in_link(connection, one, system.run.http) for name, one in people.items()}
    rounds = "\n".join(f"           {name:<20} {one}" for name, one in links.items())
    typer.echo(
        f"""
Hereabouts, with a made-up town. Nothing in it is real.

  Pages    {system.run.http}
  Sign in  {link}
           (works once, within 10 minutes; so do those below)
  MQTT     {parse_mqtt_url(system.run.mqtt).place}
  Key      {system.run.admin_key}
           (also in {settings.data_dir / "run.json"})
  Rounds   {system.run.http}/rounds, planned within a minute; sign in to them as
{rounds}

Town ready in {town_s:.0f} s, {system_s:.0f} s of it for the system itself. Ctrl-C stops all; the data stays.
"""
    )
