"""`hereabouts user add NAME` and `hereabouts user link NAME`: people, and how they sign in."""

from typing import Annotated

import typer

from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import System, find_system
from hereabouts_platform.access.keys import ensure_principal
from hereabouts_platform.access.sign_in import make_sign_in_link
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.access import PrincipalKind, Role
from hereabouts_schemas.errors import ConfigError

NO_ADDRESS = "Where people reach the pages is not known: set HEREABOUTS_PUBLIC_URL to get a link, or give out a key."

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name, as it stands in the audit.")]


def register(app: typer.Typer) -> None:
    """Add `user` with its commands to `app`."""
    user = typer.Typer(help="People who use Hereabouts.", no_args_is_help=True)
    user.command("add")(add)
    user.command("link")(link)
    app.add_typer(user, name="user")


def add(
    name: Name,
    role: Annotated[
        Role,
        typer.Option(
            help="administrator may do everything; reader may look at everything; housing-officer sees the homes of "
            "some patches and works their cases; housing-manager in all patches or some, and reviews."
        ),
    ],
    patch: Annotated[
        list[str] | None,
        typer.Option(metavar="PATCH", help="Of a housing officer or manager: a patch; may be given again."),
    ] = None,
) -> None:
    """Add a person and print the link that signs them in. The same person again gets a new link, and other patches."""
    system = _system()
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts user") as connection:
        by = principal_named(connection, "system:command")
        with acting(connection, by.id):
            person = ensure_principal(connection, by, name, PrincipalKind.PERSON, role, patches=patch or ())
        typer.echo(f"{name} is a {role}.", err=True)
        if system.http_url is None:
            typer.echo(NO_ADDRESS, err=True)
        else:
            _print_link(connection, person.id, system.http_url)


def link(name: Name) -> None:
    """Print a link that signs somebody in once, within ten minutes.

    Raises:
        ConfigError: the address of the pages is not known.
    """
    system = _system()
    if system.http_url is None:
        raise ConfigError(NO_ADDRESS)
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts user") as connection:
        _print_link(connection, principal_named(connection, name).id, system.http_url)


def _system() -> System:
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    return system


def _print_link(connection: Connection, principal_id: int, http_url: str) -> None:
    typer.echo("This link signs in once, within ten minutes:", err=True)
    typer.echo(make_sign_in_link(connection, principal_id, http_url))
