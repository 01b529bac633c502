"""Signing in with a browser: single-use links of ten minutes, sessions of twelve hours."""

import secrets
from datetime import timedelta

from hereabouts_platform.access.keys import token_hash
from hereabouts_platform.access.policy import require
from hereabouts_platform.store import access
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)


def make_sign_in_link(connection: Connection, principal_id: int, base_url: str) -> str:
    """A link that signs `principal_id` in once, within ten minutes. Writes the audit.

    Runs a transaction of its own as `system:command`, so the connection has the owner's role; `base_url` is where
    people reach the pages (`http://127.0.0.1:8000`).
    """
    by = access.principal_named(connection, "system:command")
    require(by, Action.ADMINISTER, Resource.ACCESS)
    token = secrets.token_urlsafe(32)
    with acting(connection, by.id):
        access.add_sign_in_link(connection, principal_id, token_hash(token), LINK_LASTS)
        access.record(connection, by, Action.ADMINISTER, Resource.ACCESS, {"sign_in_link_for": principal_id})
    return f"{base_url.rstrip('/')}/sign-in/{token}"


def sign_in_with_key(connection: Connection, key: str) -> tuple[str, Principal] | None:
    """Open a session against an API key: its token for the cookie, and who it is. None when the key does not work."""
    token = secrets.token_urlsafe(32)
    with connection.transaction():
        principal = access.session_from_key(connection, token_hash(key), token_hash(token), SESSION_LASTS)
        return _opened(connection, token, principal, how="key")


def sign_in_with_link(connection: Connection, link_token: str) -> tuple[str, Principal] | None:
    """Use up a sign-in link and open a session. None when it was used before, is too old or never was."""
    token = secrets.token_urlsafe(32)
    with connection.transaction():
        principal = access.session_from_link(connection, token_hash(link_token), token_hash(token), SESSION_LASTS)
        return _opened(connection, token, principal, how="link")


def sign_out(connection: Connection, token: str) -> None:
    """End the session of `token`, if it still lasts. Writes the audit."""
    principal = access.principal_of_session(connection, token_hash(token))
    if principal is None:
        return
    with acting(connection, principal.id):
        access.end_session(connection, token_hash(token))
        access.record(connection, principal, Action.WRITE, Resource.ACCESS, {"session": "ended"})


def _opened(
    connection: Connection, token: str, principal: Principal | None, *, how: str
) -> tuple[str, Principal] | None:
    if principal is None:
        return None
    with acting(connection, principal.id):
        detail = {"session": "opened", "with": how}
        access.record(connection, principal, Action.WRITE, Resource.ACCESS, detail)
    return token, principal
