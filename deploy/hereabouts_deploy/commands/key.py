"""`hereabouts key add|list|revoke`: API keys, for services and for people who write programs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

import orjson
import typer

from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.access.keys import ensure_principal, issue_key, revoke_keys
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store.access import each_key, find_principal, principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON, parse_time


def register(app: typer.Typer) -> None:
    """Add `key` with its commands to `app`."""
    key = typer.Typer(help="API keys.", no_args_is_help=True)
    key.callback()(_group)
    key.command("add")(add)
    key.command("list")(list_)
    key.command("revoke")(revoke)
    app.add_typer(key, name="key")


def _group() -> None:
    """API keys."""


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The service or person, as the audit names them.")],
    role: Annotated[
        Role,
        typer.Option(help="administrator may do everything; reader may look at everything; feeder hands in messages."),
    ],
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Of a feeder: the source it hands in messages of; may be given again."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Last day the key works, like 2027-03-31, or an instant with its zone."),
    ] = None,
) -> None:
    """Make a key and print it, once. A name that is new becomes a service; the same name again gets one more key."""
    now = datetime.now(UTC)
    expires_at = expiry(expires, now) if expires is not None else None
    with _open() as (connection, by), acting(connection, by.id):
        known = find_principal(connection, name)
        kind = known.kind if known else PrincipalKind.SERVICE
        principal = ensure_principal(connection, by, name, kind, role, sources=source or ())
        made = issue_key(connection, by, principal, f"made {say_time(now)}", expires_at=expires_at)
    until = f" until {say_time(expires_at)}" if expires_at else ""
    typer.echo(f"The key of {name} ({role}) works{until}. It is shown only now:", err=True)
    typer.echo(made)


def list_(as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """List every key: whose it is, what it may, when it was made, whether it works. The keys themselves nobody has."""
    with _open() as (connection, _):
        keys = each_key(connection)
    if as_json:
        typer.echo(orjson.dumps({"items": keys}, option=orjson.OPT_INDENT_2).decode())
        return
    for key in keys:
        typer.echo(_line(key))


def _line(key: Mapping[str, Any]) -> str:
    may = ", ".join(key["roles"]) + (f" of {', '.join(key['sources'])}" if key["sources"] else "")
    if key["revoked_at"] is not None:
        state = f"revoked {say_time(key['revoked_at'])}"
    elif key["expires_at"] is not None:
        state = f"{'works until' if key['works'] else 'ended'} {say_time(key['expires_at'])}"
    else:
        state = "works" if key["works"] else "its owner was disabled"
    return f"{key['number']}: {key['principal']} ({may}), {key['name']}: {state}"


def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose keys, as `key list` names them.")],
    number: Annotated[int | None, typer.Option(help="One key alone, by its number in `key list`.")] = None,
) -> None:
    """Revoke every key of NAME, or one of them, at once, with the browser sessions opened with it."""
    with _open() as (connection, by), acting(connection, by.id):
        count = revoke_keys(connection, by, principal_named(connection, name), number)
    if count:
        typer.echo(f"{count} key{'' if count == 1 else 's'} of {name} revoked.")
    else:
        typer.echo(f"{name} has no key that was not revoked before.")


@contextmanager
def _open() -> Iterator[tuple[Connection, Principal]]:
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts key") as connection:
        yield connection, principal_named(connection, "system:command")


def expiry(text: str, now: datetime) -> datetime:
    """When a key ends: the end of a day in Europe/London, or an instant.

    Raises:
        InputError: neither, or not after `now`.
    """
    cure = "Give a day like 2027-03-31, or an instant with its zone like 2027-03-31T18:00:00Z."
    try:
        is_day = len(text) == len("2027-03-31")
        at = _end_of(date.fromisoformat(text)) if is_day else parse_time(text)
    except (ValueError, OverflowError) as error:
        raise InputError("--expires", text, cure) from error
    if at <= now:
        raise InputError("--expires", text, "That has passed; give a time to come.")
    return at


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)
