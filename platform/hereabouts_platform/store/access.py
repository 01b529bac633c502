"""Principals, keys, sessions and the audit, as the database keeps them: hashes, never what was hashed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import TupleRow, dict_row
from psycopg.types.json import Jsonb

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, PrincipalKind, Resource, Role
from hereabouts_schemas.errors import NotFound

SQL = load("access")


def find_principal(connection: Connection, name: str) -> Principal | None:
    """Who is called `name` and not disabled, if anybody is."""
    return _principal(connection.execute(SQL["principal_of_name"], (name,)).fetchone())


def principal_named(connection: Connection, name: str) -> Principal:
    """Who is called `name`: `system:command`, `system:jobs`, `system:ingest`, `system:api`, or a person or service.

    Raises:
        NotFound: nobody is, or the principal is disabled.
    """
    principal = find_principal(connection, name)
    if principal is None:
        raise NotFound(f"There is no principal {name!r}.")
    return principal


def principal_of_key(connection: Connection, key_hash: bytes) -> Principal | None:
    """Whose key this is, while it is neither revoked nor expired."""
    return _principal(connection.execute(SQL["principal_of_key"], (key_hash,)).fetchone())


def principal_of_session(connection: Connection, token_hash: bytes) -> Principal | None:
    """Whose session this is, while it lasts and the key it was opened with works."""
    return _principal(connection.execute(SQL["principal_of_session"], (token_hash,)).fetchone())


def limit_statements(connection: Connection, longest: timedelta) -> None:
    """Have the server give up any statement of this transaction that takes longer than `longest`.

    It then raises `psycopg.errors.QueryCanceled`.
    """
    connection.execute(SQL["limit_statements"], (f"{longest // timedelta(milliseconds=1)}ms",))


def add_principal(connection: Connection, kind: PrincipalKind, name: str) -> Principal | None:
    """Make a principal without roles; None when the name is taken, even by a disabled one."""
    row = connection.execute(SQL["add_principal"], (kind, name)).fetchone()
    return Principal(id=row[0], name=name, kind=kind, roles=frozenset()) if row else None


def grant_role(
    connection: Connection,
    principal_id: int,
    role: Role,
    *,
    sources: Collection[str] = (),
    patches: Collection[str] = (),
    crews: Collection[str] = (),
) -> bool:
    """Give a role, a feeder's for `sources`, housing's for `patches`, `crews`'; True when it was not held before."""
    named = {"sources": sorted(sources), "patches": sorted(patches), "crews": sorted(crews)}
    scope = Jsonb({what: names for what, names in named.items() if names})
    return connection.execute(SQL["grant_role"], (principal_id, role, scope)).fetchone() is not None


def set_patches(connection: Connection, principal_id: int, role: Role, patches: Collection[str]) -> bool:
    """Let a role that is held be for these patches; True when it was for others before."""
    values = {"principal": principal_id, "role": role, "patches": Jsonb(sorted(patches))}
    return connection.execute(SQL["set_patches"], values).rowcount > 0


def set_crews(connection: Connection, principal_id: int, role: Role, crews: Collection[str]) -> bool:
    """Let a role that is held be for these crews; True when it was for others before."""
    values = {"principal": principal_id, "role": role, "crews": Jsonb(sorted(crews))}
    return connection.execute(SQL["set_crews"], values).rowcount > 0


def add_key(
    connection: Connection, principal_id: int, name: str, key_hash: bytes, expires_at: datetime | None = None
) -> bool:
    """Keep a key's hash; True when it is new. A key known already stays exactly as it is, revoked ones too."""
    return connection.execute(SQL["add_key"], (principal_id, name, key_hash, expires_at)).fetchone() is not None


def key_owner(connection: Connection, key_hash: bytes) -> int | None:
    """Id of the principal that holds a key, working or not."""
    row = connection.execute(SQL["key_owner"], (key_hash,)).fetchone()
    return row[0] if row else None


def each_key(connection: Connection) -> list[dict[str, Any]]:
    """Every key ever made: number, principal, roles, sources, name, created_at, expires_at, revoked_at, works."""
    return connection.cursor(row_factory=dict_row).execute(SQL["each_key"]).fetchall()


def revoke_keys(connection: Connection, principal_id: int, number: int | None = None) -> int:
    """End the keys of a principal, or the one of that number, with the sessions they opened; returns how many."""
    return connection.execute(SQL["revoke_keys"], {"principal": principal_id, "number": number}).rowcount


def revoke_every_key(connection: Connection) -> int:
    """End every key there is; returns how many."""
    return connection.execute(SQL["revoke_every_key"]).rowcount


def add_sign_in_link(connection: Connection, principal_id: int, token_hash: bytes, lasts: timedelta) -> None:
    """Keep a single-use link that works for `lasts` from now."""
    connection.execute(SQL["add_sign_in_link"], (token_hash, principal_id, lasts))


def session_from_key(connection: Connection, key_hash: bytes, token_hash: bytes, lasts: timedelta) -> Principal | None:
    """Open a session against a working key; None (and no session) when it does not work."""
    return _principal(connection.execute(SQL["session_from_key"], (key_hash, token_hash, lasts)).fetchone())


def session_from_link(
    connection: Connection, link_hash: bytes, token_hash: bytes, lasts: timedelta
) -> Principal | None:
    """Use up a sign-in link and open a session; None (and no session) when it was used, is too old or unknown."""
    return _principal(connection.execute(SQL["session_from_link"], (link_hash, token_hash, lasts)).fetchone())


def end_session(connection: Connection, token_hash: bytes) -> None:
    """End a session; one that has ended, or never was, is left alone."""
    connection.execute(SQL["end_session"], (token_hash,))


def record(
    connection: Connection, principal: Principal, action: Action, resource: Resource, detail: Mapping[str, object]
) -> None:
    """Write one audit row, in the transaction of what it tells of, inside `acting(connection, principal.id)`."""
    connection.execute(SQL["record"], (principal.id, action, resource, Jsonb(dict(detail))))


def _principal(row: TupleRow | None) -> Principal | None:
    if row is None:
        return None
    principal_id, name, kind, roles = row
    return Principal(
        id=principal_id, name=name, kind=PrincipalKind(kind), roles=frozenset(Role(role) for role in roles)
    )
