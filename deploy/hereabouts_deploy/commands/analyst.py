"""`hereabouts analyst add NAME` and `analyst rotate`: who reads the views of `published` by SQL."""

from typing import Annotated

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.embedded.postgres import SUPERUSER
from hereabouts_deploy.secrets_file import secrets_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.analysts import add_login, rotate_pseudonyms
from hereabouts_platform.store.connection import DatabaseRole, connect


def register(app: typer.Typer) -> None:
    """Add `analyst` with its commands to `app`."""
    group = typer.Typer(help="People who read the published views by SQL.", no_args_is_help=True)
    group.command("add")(add)
    group.command("rotate")(rotate)
    app.add_typer(group, name="analyst")


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The login: small letters, digits and _.")],
) -> None:
    """Make a login for Power BI, Grafana, QGIS or psql and print its password, once.

    It may read the views of the schema `published` and nothing else. The same name again gets a new password.
    """
    settings = Settings()
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    with (
        psycopg.connect(_administrator(settings, system.database_url), autocommit=True) as administrator,
        connect(system.database_url, DatabaseRole.OWNER, application="hereabouts analyst") as owner,
    ):
        password = add_login(administrator, owner, principal_named(owner, "system:command"), name)
    where = conninfo_to_dict(system.database_url)
    typer.echo(
        f"{name} may read the schema published of the database {where.get('dbname')} on "
        f"{where.get('host')}:{where.get('port', 5432)}. The password is shown only now:",
        err=True,
    )
    typer.echo(password)


def rotate() -> None:
    """Give all homes new pseudonyms: what analysts took out before can no longer be joined to what they see."""
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts analyst") as owner:
        renamed = rotate_pseudonyms(owner, principal_named(owner, "system:command"))
    typer.echo(f"{renamed:,} places have new pseudonyms.")


def _administrator(settings: Settings, database_url: str) -> str:
    """An address whose login may make roles: of our own embedded server its superuser, else the one that was given."""
    if settings.database_url is not None:
        return database_url
    password = secrets_of(DataDir(path=settings.data_dir).secrets_file).database[SUPERUSER]
    return make_conninfo(database_url, user=SUPERUSER, password=password)
