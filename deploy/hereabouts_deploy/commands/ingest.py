"""`hereabouts ingest`: workers that turn MQTT messages into readings."""

import threading
from typing import Annotated

import typer

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.logs import configure_logging
from hereabouts_deploy.mqtt_address import parse_mqtt_url
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.stop_signal import stop_on_signal
from hereabouts_deploy.supervise.child import READY, Child
from hereabouts_deploy.supervise.parent import call_when_parent_ends
from hereabouts_deploy.supervise.supervisor import Supervisor
from hereabouts_deploy.system import find_system
from hereabouts_deploy.workers import draining, ingest_settings, workers
from hereabouts_ingest.sharing import require_sharing
from hereabouts_ingest.worker import run_ingest
from hereabouts_schemas.errors import ConfigError

Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=100, help="How many workers share the feeds on this machine.")
]
Drain = Annotated[
    int | None,
    typer.Option("--drain", min=0, max=99, help="Empty this slot at the broker and give it up, before scaling down."),
]


def register(app: typer.Typer) -> None:
    """Add `ingest` to `app`."""
    app.command("ingest")(ingest)


def ingest(count: Workers = None, slot: Drain = None) -> None:
    """Take messages from the broker of HEREABOUTS_MQTT_URL and store what they say, until stopped.

    Prints `ready` once every source is subscribed.
    """
    configure_logging()
    settings = Settings() if count is None else Settings(ingest_workers=count)
    if settings.mqtt_url is None:
        raise ConfigError("HEREABOUTS_MQTT_URL is not set: ingest needs a broker to listen to.")
    feed = parse_mqtt_url(settings.mqtt_url)
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    worker = ingest_settings(settings, system.database_url, feed)
    with stop_on_signal() as stop:
        call_when_parent_ends(stop.set)
        if slot is not None:
            run_ingest(draining(worker, slot), stop)
        elif settings.ingest_workers == 1:
            run_ingest(worker, stop, on_ready=lambda: typer.echo(READY))
        else:
            require_sharing(worker)
            data_dir = DataDir(path=settings.data_dir)
            data_dir.make()
            _keep(workers(settings, data_dir, database_url=system.database_url, mqtt_url=feed.url), stop)


def _keep(children: list[Child], stop: threading.Event) -> None:
    """Run the workers, start again those that end, until told to stop."""
    supervisor = Supervisor(lambda _service: None)
    try:
        for each in children:
            supervisor.start(each)
        while not stop.wait(0.1) and not all(each.ready.is_set() for each in children):
            pass
        if not stop.is_set():
            typer.echo(READY)
        stop.wait()
    finally:
        supervisor.stop()
