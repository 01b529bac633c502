"""`hereabouts up`: the whole system on this machine, with an embedded database and broker."""

from pathlib import Path
from typing import Annotated, Any

import typer

from hereabouts_deploy.logs import configure_logging
from hereabouts_deploy.mqtt_address import parse_mqtt_url
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.up import running_system

DataDirOption = Annotated[Path | None, typer.Option(help="Folder for database, broker, logs and run.json.")]
HttpPortOption = Annotated[int | None, typer.Option(help="Port of pages and API; 0 chooses a free one.")]
MqttPortOption = Annotated[int | None, typer.Option(help="Port of the broker; 0 chooses a free one.")]
RunAsOption = Annotated[
    str | None, typer.Option(help="Started as root: the account the embedded servers run as.", metavar="USER")
]


def register(app: typer.Typer) -> None:
    """Add `up` to `app`."""
    app.command("up")(up)


def up(
    data_dir: DataDirOption = None,
    http_port: HttpPortOption = None,
    mqtt_port: MqttPortOption = None,
    run_as: RunAsOption = None,
) -> None:
    """Run the whole system on this machine until Ctrl-C: database, broker, ingest, jobs, API and pages.

    Prints one line `ready` on standard output once everything is, and writes DATA-DIR/run.json.
    """
    configure_logging()
    settings = settings_with(data_dir=data_dir, http_port=http_port, mqtt_port=mqtt_port, run_as=run_as)
    with running_system(settings, say) as system:
        mqtt = parse_mqtt_url(system.run.mqtt).place
        say(f"Pages and API at {system.run.http}, MQTT at {mqtt}, key in {settings.data_dir / 'run.json'}.")
        typer.echo("ready")
        system.wait()
        say("Stopping.")


def settings_with(**options: Any) -> Settings:
    """The settings, with the options that were given on the command line on top."""
    return Settings(**{name: value for name, value in options.items() if value is not None})


def say(sentence: str) -> None:
    """Tell the reader what happens; standard output is kept for `ready`."""
    typer.echo(sentence, err=True)
