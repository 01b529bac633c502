"""`hereabouts ingest`: one worker that turns MQTT messages into readings."""

import typer

from hereabouts_deploy.logs import configure_logging
from hereabouts_deploy.mqtt_address import parse_mqtt_url
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.stop_signal import stop_on_signal
from hereabouts_deploy.supervise.child import READY
from hereabouts_deploy.supervise.parent import call_when_parent_ends
from hereabouts_deploy.system import find_system
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.worker import run_ingest
from hereabouts_schemas.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add `ingest` to `app`."""
    app.command("ingest")(ingest)


def ingest() -> None:
    """Take messages from the broker of HEREABOUTS_MQTT_URL and store what they say, until stopped.

    Prints `ready` once every source is subscribed.
    """
    configure_logging()
    settings = Settings()
    if settings.mqtt_url is None:
        raise ConfigError("HEREABOUTS_MQTT_URL is not set: ingest needs a broker to listen to.")
    feed = parse_mqtt_url(settings.mqtt_url)
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    with stop_on_signal() as stop:
        call_when_parent_ends(stop.set)
        wanted = IngestSettings(
            database_url=system.database_url,
            mqtt_host=feed.host,
            mqtt_port=feed.port,
            username=feed.username,
            password=feed.password,
            use_tls=feed.use_tls,
            slot=settings.ingest_slot,
            scripts_dir=settings.scripts,
        )
        run_ingest(wanted, stop, on_ready=lambda: typer.echo(READY))
