"""`hereabouts api`: the HTTP API and the pages."""

import typer
import uvicorn

from hereabouts_api.app import create_app
from hereabouts_api.settings import ApiSettings
from hereabouts_deploy.logs import configure_logging
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.supervise.parent import call_when_parent_ends
from hereabouts_deploy.system import find_system
from hereabouts_deploy.webhook_secrets import read_webhook_secrets

DRAIN_S = 5


def register(app: typer.Typer) -> None:
    """Add `api` to `app`."""
    app.command("api")(api)


def api() -> None:
    """Serve the HTTP API and the pages on HEREABOUTS_HTTP_HOST and HEREABOUTS_HTTP_PORT until stopped."""
    configure_logging()
    settings = Settings()
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    wanted = ApiSettings(
        database_url=system.database_url,
        public_url=settings.public_url or f"http://{settings.http_host}:{settings.http_port}",
        allowed_hosts=settings.allowed_hosts,
        webhook_secrets=read_webhook_secrets(settings.webhook_secrets_file),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(wanted),
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_S,
        )
    )

    def stop() -> None:
        server.should_exit = True

    call_when_parent_ends(stop)
    server.run()
