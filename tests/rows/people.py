"""Somebody with a role and a key, and their client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx

from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import PrincipalKind, Role

Client = Callable[..., httpx.Client]


@contextmanager
def clients(database_url: str, address: str) -> Iterator[Client]:
    """Makes somebody with a role (and crews) and gives a client with their key."""
    opened = ExitStack()

    def make(name: str, role: Role, *crews: str) -> httpx.Client:
        with connect(database_url, DatabaseRole.OWNER) as owner:
            by = principal_named(owner, "system:command")
            with acting(owner, by.id):
                somebody = ensure_principal(owner, by, name, PrincipalKind.SERVICE, role, crews=crews)
                key = issue_key(owner, by, somebody, "test")
        headers = {"Authorization": f"Bearer {key}"}
        return opened.enter_context(httpx.Client(base_url=address, headers=headers, timeout=60))

    with opened:
        yield make
