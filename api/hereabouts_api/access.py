"""Who asks: one principal a request, one transaction that names it, one question to the policy."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from psycopg_pool import ConnectionPool

from hereabouts_api.problems import NotSignedIn
from hereabouts_platform.access.keys import token_hash
from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import limit_statements, principal_of_key, principal_of_session, record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError

SESSION_COOKIE = "hereabouts_session"
WAIT_S = 10.0  # for a free connection, before the answer is 503
LONGEST_STATEMENT = timedelta(seconds=30)  # so that a few broad questions cannot hold every connection

_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="An API key, `hab_live_...`")
_cookie = APIKeyCookie(
    auto_error=False, name=SESSION_COOKIE, scheme_name="session", description="The session of a signed-in browser"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Whoever asks, with the open transaction in which they act."""

    principal: Principal
    connection: Connection

    def saw(self, resource: Resource, what: str, homes: Iterable[str | None]) -> None:
        """Write to the audit which homes' data goes out; nothing where no home is in it."""
        seen = sorted({home for home in homes if home is not None})
        if seen:
            record(self.connection, self.principal, Action.READ, resource, {"what": what, "homes": seen})


class Needs:
    """A route's policy, as a dependency: gives the `Caller`, or ends the request.

    Commits before the answer goes out, so that nothing is shown that the audit did not keep.
    """

    def __init__(self, action: Action, resource: Resource) -> None:
        self.action = action
        self.resource = resource

    def __call__(
        self,
        request: Request,
        key: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        session: Annotated[str | None, Depends(_cookie)],
    ) -> Iterator[Caller]:
        """Find the principal, ask the policy, open the transaction.

        Raises:
            NotSignedIn: no key and no session, or one that does not work.
            NotAllowed: the policy says no.
            InputError: a parameter stands twice.
        """
        with pool_of(request).connection(timeout=WAIT_S) as connection:
            principal = _principal(request, connection, key, session)
            require(principal, self.action, self.resource)
            refuse_repeats(request)
            with acting(connection, principal.id):
                limit_statements(connection, LONGEST_STATEMENT)
                yield Caller(principal=principal, connection=connection)


class Vouches(Needs):
    """The same policy, but it gives the `Principal` alone and holds no connection: for bodies that take their time."""

    def __call__(  # type: ignore[override]
        self,
        request: Request,
        key: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        session: Annotated[str | None, Depends(_cookie)],
    ) -> Principal:
        """Find the principal and ask the policy; raises as `Needs` does."""
        with pool_of(request).connection(timeout=WAIT_S) as connection:
            principal = _principal(request, connection, key, session)
        require(principal, self.action, self.resource)
        refuse_repeats(request)
        return principal


def vouched(action: Action, resource: Resource) -> Dependency:
    """`Annotated[Principal, vouched(...)]`: who asks, before their body is read; `caller_of` opens the transaction."""
    dependency: Dependency = Depends(Vouches(action, resource), scope="function")
    return dependency


@contextmanager
def caller_of(request: Request, principal: Principal) -> Iterator[Caller]:
    """A transaction in which somebody who was vouched for acts."""
    with pool_of(request).connection(timeout=WAIT_S) as connection, acting(connection, principal.id):
        limit_statements(connection, LONGEST_STATEMENT)
        yield Caller(principal=principal, connection=connection)


def needs(action: Action, resource: Resource) -> Dependency:
    """`Annotated[Caller, needs(Action.READ, Resource.PLACES)]` is the first parameter of every route and page."""
    dependency: Dependency = Depends(Needs(action, resource), scope="function")
    return dependency


def pool_of(request: Request) -> ConnectionPool[Connection]:
    """The application's connections."""
    pool: ConnectionPool[Connection] = request.app.state.pool
    return pool


def _principal(
    request: Request, connection: Connection, key: HTTPAuthorizationCredentials | None, session: str | None
) -> Principal:
    if "authorization" in request.headers:
        found = principal_of_key(connection, token_hash(key.credentials)) if key else None
    else:
        found = principal_of_session(connection, token_hash(session)) if session else None
    if found is None:
        raise NotSignedIn("Give a working key as `Authorization: Bearer ...`, or sign in.")
    return found


def refuse_repeats(request: Request) -> None:
    """Pass when every parameter stands once.

    Raises:
        InputError: one stands twice; which of them was meant nobody could say.
    """
    for name in request.query_params:
        values = request.query_params.getlist(name)
        if len(values) > 1:
            raise InputError(name, ", ".join(values), "Give it once.")
