"""`hereabouts user`: people, how they sign in, and which e-mails they asked for."""

from dataclasses import asdict
from typing import Annotated
from uuid import uuid4

import typer

from hereabouts_deploy.outside import outside_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import System, find_system
from hereabouts_platform.access.keys import ensure_principal
from hereabouts_platform.access.sign_in import make_sign_in_link
from hereabouts_platform.notify.mail import Mail, MailDelayed, MailRefused, is_address
from hereabouts_platform.rules.wording import say_list
from hereabouts_platform.store.access import principal_named, record
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.notices import Wishes, forget_contact, set_contact
from hereabouts_schemas.access import Action, PrincipalKind, Resource, Role
from hereabouts_schemas.errors import ConfigError, InputError

NO_ADDRESS = "Where people reach the pages is not known: set HEREABOUTS_PUBLIC_URL to get a link, or give out a key."
FIRST_MAIL = "This is to see that e-mails of Hereabouts come to you. There is nothing to do.\n"
ASKED = {"digest": "the digest", "urgent": "urgent alerts", "own": "dates of their own cases"}

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name, as it stands in the audit.")]


def register(app: typer.Typer) -> None:
    """Add `user` with its commands to `app`."""
    user = typer.Typer(help="People who use Hereabouts.", no_args_is_help=True)
    user.command("add")(add)
    user.command("link")(link)
    user.command("email")(email)
    user.command("no-email")(no_email)
    app.add_typer(user, name="user")


def add(
    name: Name,
    role: Annotated[
        Role,
        typer.Option(
            help="administrator may do everything; reader may look at everything; housing-officer sees the homes of "
            "some patches and works their cases; housing-manager in all patches or some, and reviews; waste-manager "
            "sees all rounds and sends crews; waste-crew sees and reports on the rounds of its crews."
        ),
    ],
    patch: Annotated[
        list[str] | None,
        typer.Option(metavar="PATCH", help="Of a housing officer or manager: a patch; may be given again."),
    ] = None,
    crew: Annotated[
        list[str] | None, typer.Option(metavar="CREW", help="Of a waste crew: whose rounds; may be given again.")
    ] = None,
) -> None:
    """Add a person and print the link that signs them in. The same again gets a new link, other patches or crews."""
    system = _system()
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts user") as connection:
        by = principal_named(connection, "system:command")
        with acting(connection, by.id):
            person = ensure_principal(
                connection, by, name, PrincipalKind.PERSON, role, patches=patch or (), crews=crew or ()
            )
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


def email(
    name: Name,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where to.")],
    *,
    digest: Annotated[
        bool, typer.Option("--digest", help="A digest of each working day on which it has news.")
    ] = False,
    urgent: Annotated[bool, typer.Option("--urgent", help="At once, when an alert becomes urgent.")] = False,
    own: Annotated[
        bool, typer.Option("--own", help="At once, when a date of one of their cases is near or missed.")
    ] = False,
    attempt: Annotated[bool, typer.Option("--try", help="Send one now, to see that it comes.")] = False,
) -> None:
    """Send somebody the e-mails that they asked for, in place of those before.

    Raises:
        InputError: it is no address, or nothing was asked for.
        ConfigError: with --try: no way of sending is set up, or the e-mail did not go.
    """
    if not is_address(address):
        raise InputError("ADDRESS", address, "Write one address, such as ada.pym@example.gov.uk.")
    wishes = Wishes(digest=digest, urgent=urgent, own=own)
    if wishes == Wishes():
        raise InputError(
            "--digest", "nothing", "Give --digest, --urgent or --own; `hereabouts user no-email` ends all."
        )
    system = _system()
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts user") as connection:
        by, person = principal_named(connection, "system:command"), principal_named(connection, name)
        with acting(connection, by.id):
            set_contact(connection, person.id, address, wishes)
            detail = {"principal": name, **asdict(wishes)}
            record(connection, by, Action.WRITE, Resource.NOTICES, detail)
    asked = [words for wish, words in ASKED.items() if getattr(wishes, wish)]
    typer.echo(f"{name} gets {say_list(asked)} by e-mail.", err=True)
    if attempt:
        _try(address)


def _try(address: str) -> None:
    send = outside_of(Settings()).send
    if send is None:
        raise ConfigError("No way to send e-mails is set up: set HEREABOUTS_SMTP_HOST or HEREABOUTS_NOTIFY_API_KEY.")
    try:
        send(Mail(to=address, subject="Hereabouts: a first e-mail", body=FIRST_MAIL, reference=uuid4()))
    except (MailDelayed, MailRefused) as error:
        raise ConfigError(f"The e-mail did not go. {error}") from error
    typer.echo("One was sent: see that it came.", err=True)


def no_email(name: Name) -> None:
    """Send somebody no e-mails any more, and forget their address."""
    system = _system()
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts user") as connection:
        by, person = principal_named(connection, "system:command"), principal_named(connection, name)
        with acting(connection, by.id):
            had = forget_contact(connection, person.id)
            record(connection, by, Action.WRITE, Resource.NOTICES, {"principal": name, **asdict(Wishes())})
    typer.echo(f"{name} gets no e-mails any more." if had else f"{name} had not asked for any.", err=True)


def _system() -> System:
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    return system


def _print_link(connection: Connection, principal_id: int, http_url: str) -> None:
    typer.echo("This link signs in once, within ten minutes:", err=True)
    typer.echo(make_sign_in_link(connection, principal_id, http_url))
