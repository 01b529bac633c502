"""Who hands in messages: a key in any of the headers that network servers can set, or a signature over the body."""

import base64
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.openapi.models import HTTPBase, SecurityBase
from fastapi.params import Depends as Dependency
from fastapi.security import APIKeyHeader
from fastapi.security.base import SecurityBase as Scheme

from hereabouts_api.access import WAIT_S, pool_of, refuse_repeats
from hereabouts_api.intake import Intake
from hereabouts_api.parameters import utc_now
from hereabouts_api.problems import NotSignedIn
from hereabouts_api.settings import ApiSettings
from hereabouts_api.signature import HEADERS, check_headers
from hereabouts_platform.access.keys import token_hash
from hereabouts_platform.access.policy import may_feed
from hereabouts_platform.store.access import principal_named, principal_of_key
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.posts import Feed, find_feed, sources_fed_by
from hereabouts_schemas.access import Action, Principal, Resource, Role
from hereabouts_schemas.errors import NotAllowed, NotFound

CURE = "Give a working key: `Authorization: Bearer KEY`, `X-API-Key: KEY`, or basic access with the key as password."

SourceName = Annotated[str, Path(max_length=200, description="A source's name.", examples=["things_stack"])]


class _Described(Scheme):
    """A way to prove who one is, for the description of the API; `_key_of` reads all of them alike."""

    def __init__(self, name: str, model: SecurityBase) -> None:
        self.scheme_name = name
        self.model = model

    def __call__(self) -> None:
        """Nothing to do."""


_bearer = _Described("key", HTTPBase(scheme="bearer", description="An API key, `hab_live_...`"))
_basic = _Described("basic", HTTPBase(scheme="basic", description="Any name, with an API key as the password"))
_header = _Described("key_header", APIKeyHeader(name="X-API-Key", description="An API key").model)
_signature = _Described(
    "signature",
    APIKeyHeader(
        name="webhook-signature",
        description="Standard Webhooks v1 (HMAC-SHA256) with a secret of the source; not for reading.",
    ).model,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feeder:
    """Whoever hands in messages of `feed`; `secrets` are set where the body's signature has still to be checked.

    `speaks_for`: the sources whose devices they may speak for; None: of all.
    """

    principal: Principal
    feed: Feed
    speaks_for: frozenset[str] | None
    secrets: tuple[bytes, ...] = field(default=(), repr=False)


class Feeds:
    """The policy of the routes that take messages, as a dependency: gives the `Feeder`, or ends the request."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.resource = Resource.UPLINKS

    def __call__(
        self,
        request: Request,
        source: SourceName,
        _key: Annotated[None, Depends(_bearer)],
        _password: Annotated[None, Depends(_basic)],
        _in_header: Annotated[None, Depends(_header)],
        _signed: Annotated[None, Depends(_signature)],
    ) -> Feeder:
        """Find the principal and the source, and ask the policy: from the headers alone, no byte of a body is read.

        Raises:
            NotSignedIn: no key and no signature, or a key that does not work.
            NotAllowed: the policy says no, to this source or altogether.
            NotFound: no source of that name takes messages.
            InputError: a parameter stands twice.
            WaitingFull: too much of the source waits for ingest.
        """
        refuse_repeats(request)
        settings: ApiSettings = request.app.state.settings
        secrets = settings.webhook_secrets.get(source, ())
        key = _key_of(request)
        signs = key is None and bool(secrets) and self.action is Action.WRITE and set(request.headers) >= HEADERS
        if signs:
            check_headers(request.headers, utc_now())
        with pool_of(request).connection(timeout=WAIT_S) as connection:
            if signs:
                principal = principal_named(connection, "system:api")
                feed = _feed(connection, source)
                feeder = Feeder(principal=principal, feed=feed, speaks_for=frozenset({source}), secrets=secrets)
            else:
                feeder = self._with_key(connection, key, source)
            if self.action is Action.WRITE:
                intake: Intake = request.app.state.intake
                intake.refuse_full(connection, feeder.feed)
            return feeder

    def _with_key(self, connection: Connection, key: str | None, source: str) -> Feeder:
        principal = principal_of_key(connection, token_hash(key)) if key else None
        if principal is None:
            raise NotSignedIn(CURE)
        fed = sources_fed_by(connection, principal.id)
        if not may_feed(principal, self.action, source, fed):
            raise NotAllowed(f"{principal.name} may not {self.action} messages of {source!r}.")
        speaks_for = fed if Role.FEEDER in principal.roles else None
        return Feeder(principal=principal, feed=_feed(connection, source), speaks_for=speaks_for)


def feeds(action: Action) -> Dependency:
    """`Annotated[Feeder, feeds(Action.WRITE)]`: the first parameter of a route that takes messages."""
    dependency: Dependency = Depends(Feeds(action))
    return dependency


def _key_of(request: Request) -> str | None:
    """The key of a request; empty where credentials are there and hold none."""
    if "authorization" not in request.headers:
        return request.headers.get("x-api-key")
    scheme, _, credentials = request.headers["authorization"].partition(" ")
    match scheme.lower():
        case "bearer":
            return credentials.strip()
        case "basic":
            return _password_of(credentials)
        case _:
            return ""


def _password_of(credentials: str) -> str:
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _feed(connection: Connection, source: str) -> Feed:
    feed = find_feed(connection, source) if "\x00" not in source else None
    if feed is None:
        raise NotFound(f"No source called {source!r} takes messages here; /v1/sources lists them.")
    return feed
