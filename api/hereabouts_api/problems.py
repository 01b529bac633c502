"""Errors on the wire: one table from exceptions to statuses, one shape (RFC 9457) for all of them.

Pages say the same on an HTML page. What an unknown error says about itself never leaves the process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.pages.templates import render
from hereabouts_schemas.errors import HereaboutsError, InputError, NotAllowed, NotFound, NotNow, StoreUnavailable

API_PATHS = ("/v1", "/health", "/metrics", "/openapi.json")


class NotSignedIn(HereaboutsError):
    """The request names nobody, or a key or session that does not work (any more)."""


class ForeignHost(HereaboutsError):
    """The request names a host that is not ours."""


class ForeignOrigin(HereaboutsError):
    """Another site's page sent this request."""


class TooLarge(InputError):
    """The body is larger, or holds more, than is taken at once."""


class BodyTooLarge(HTTPException):
    """The body is longer than its address takes; of this class, as readers of bodies let no other error through."""

    def __init__(self, size: int, cure: str) -> None:
        super().__init__(413, cure)
        self.size = size


class WrongMedia(InputError):
    """The body is of a kind that is not read."""


class NothingToTake(InputError):
    """The body can be read and holds nothing."""


class TooSlowBody(HereaboutsError):
    """The body did not come to its end in time."""


class NoRoom(HereaboutsError):
    """This process holds as much as it may of bodies that are still coming in."""


class WaitingFull(HereaboutsError):
    """As many messages of a source wait for ingest as may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of problem: its status, the stable end of its `type`, its title, and what helps where that is known.

    `retry_s`: after how many seconds the same request may fare better.
    """

    status: int
    name: str
    title: str
    cure: str = ""
    retry_s: int | None = None

    @property
    def type(self) -> str:
        """A name that never changes, for programs to compare."""
        return f"urn:hereabouts:problem:{self.name}"


INVALID = Kind(status=400, name="invalid-input", title="Something in the request cannot be used")
METHOD = Kind(status=405, name="method-not-allowed", title="This address does not take that method")
MISSING = Kind(status=404, name="not-found", title="There is no such thing")
UNEXPECTED = Kind(status=500, name="unexpected", title="Something went wrong on our side")
TOO_SLOW = Kind(
    status=503,
    name="too-slow",
    title="The answer took too long and was given up",
    cure="Ask for a shorter span of time or for less at once, like datetime=a/b over a week.",
)
TOO_LARGE = Kind(status=413, name="too-large", title="The request is too large")
OTHER = Kind(status=400, name="bad-request", title="The request cannot be understood")

AWAY = Kind(status=503, name="store-unavailable", title="The store cannot be reached just now", retry_s=5)

KINDS: dict[type[Exception], Kind] = {
    InputError: INVALID,
    RequestValidationError: INVALID,
    TooLarge: TOO_LARGE,
    WrongMedia: Kind(status=415, name="wrong-media", title="This kind of content is not read"),
    NothingToTake: Kind(status=422, name="nothing-to-take", title="There is nothing in the request"),
    NotSignedIn: Kind(status=401, name="not-signed-in", title="A working key or session is needed"),
    ForeignHost: Kind(status=400, name="foreign-host", title="This is not the address of this service"),
    ForeignOrigin: Kind(status=403, name="foreign-origin", title="The request came from another site"),
    NotAllowed: Kind(status=403, name="not-allowed", title="This key may not do that"),
    NotFound: MISSING,
    NotNow: Kind(status=409, name="not-now", title="As things stand that cannot happen"),
    TooSlowBody: Kind(status=408, name="body-too-slow", title="The request did not come to its end in time"),
    NoRoom: Kind(status=503, name="no-room", title="There is no room for this body just now", retry_s=5),
    WaitingFull: Kind(status=503, name="waiting-full", title="Too many messages of this source wait", retry_s=60),
    StoreUnavailable: AWAY,
    psycopg.errors.QueryCanceled: TOO_SLOW,
    psycopg.OperationalError: AWAY,
}
BY_STATUS = {
    404: MISSING,
    405: METHOD,
    413: TOO_LARGE,
}


class FieldProblem(BaseModel):
    """One parameter that cannot be used."""

    field: str = Field(description="The parameter's name, as the request gave it.", examples=["limit"])
    value: str = Field(description="What was found there.", examples=["0"])
    cure: str = Field(description="What to write instead.", examples=["Input should be greater than or equal to 1."])


class Problem(BaseModel):
    """An error, as RFC 9457 shapes it."""

    type: str = Field(description="What went wrong, stable.", examples=[INVALID.type])
    title: str = Field(description="The same for every problem of a type.", examples=[INVALID.title])
    status: int = Field(description="The HTTP status.", examples=[400])
    detail: str = Field(
        description="What went wrong this time, as a sentence.", examples=["limit: '0' cannot be used."]
    )
    errors: list[FieldProblem] | None = Field(None, description="Each parameter that cannot be used.")


def install(app: FastAPI) -> None:
    """Answer the errors of `app` in the one shape; `Guard` sees to those that nobody expected."""
    for known in (*KINDS, HTTPException):
        app.add_exception_handler(known, answer)


def answer(request: Request, error: Exception) -> Response:
    """The response to an error: problem+json on the API, a page (or the way to sign in) for people."""
    kind = kind_of(error)
    headers = _headers(error, kind)
    path: str = request.scope["path"]
    if path.startswith(API_PATHS):
        return Response(_body(error, kind), kind.status, headers, media_type="application/problem+json")
    if isinstance(error, NotSignedIn) and request.method in ("GET", "HEAD"):
        # twice: `next` holds an address, and it travels inside another one
        return RedirectResponse(f"/sign-in?next={quote(quote(path))}", 303)
    back = "/rounds" if path.startswith("/rounds") else "/"  # a crew may read nothing else
    page = render("error.html", title=kind.title, detail=detail_of(error, kind), back=back, signed_in=False)
    return HTMLResponse(page, kind.status, headers)


def kind_of(error: Exception) -> Kind:
    """Look an error up in the table, by its class and the classes it descends from."""
    if isinstance(error, HTTPException):
        return BY_STATUS.get(error.status_code, OTHER)
    return next((KINDS[parent] for parent in type(error).__mro__ if parent in KINDS), UNEXPECTED)


def _body(error: Exception, kind: Kind) -> bytes:
    body: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": detail_of(error, kind),
    }
    errors = _field_errors(error)
    if errors:
        body["errors"] = errors
    return orjson.dumps(body)


def detail_of(error: Exception, kind: Kind) -> str:
    """What went wrong, in sentences for the reader."""
    if isinstance(error, RequestValidationError):
        return " ".join(map(_sentence, _field_errors(error)))
    if isinstance(error, BodyTooLarge):
        return error.detail
    if isinstance(error, HereaboutsError):
        return str(error)  # our own words, made for the reader
    return f"{kind.title}. {kind.cure}".rstrip()


def _field_errors(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, InputError):
        return [_field_error(error.field, error.value, error.cure)]
    if isinstance(error, BodyTooLarge):
        return [_field_error("body", f"{error.size:,} bytes", error.detail)]
    if not isinstance(error, RequestValidationError):
        return []
    return [
        _field_error(".".join(str(part) for part in one["loc"][1:]) or "body", _value(one), _cure(one))
        for one in error.errors()
    ]


def _sentence(one: Mapping[str, str]) -> str:
    found = f"{one['value']!r} cannot be used" if one["value"] else "nothing was given"
    return f"{one['field']}: {found}. {one['cure']}"


def _value(error: Mapping[str, Any]) -> object:
    return "" if error["type"] == "missing" else error.get("input")


def _field_error(field: str, value: object, cure: str) -> dict[str, str]:
    clean = str(value)[:200].encode("utf-8", "replace").decode()
    return {"field": field.encode("utf-8", "replace").decode(), "value": clean, "cure": cure}


def _cure(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "There is no such parameter here; leave it out."
    if error["type"] == "missing":
        return "It has to be given."
    return f"{error['msg']}."


def _headers(error: Exception, kind: Kind) -> dict[str, str]:
    if kind.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if kind.retry_s is not None:
        return {"Retry-After": str(kind.retry_s)}
    if isinstance(error, HTTPException) and error.headers:
        return dict(error.headers)
    return {}
