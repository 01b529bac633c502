"""Signing in with a key or a single-use link, and signing out."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hereabouts_api.access import SESSION_COOKIE, pool_of
from hereabouts_api.pages.templates import first_page, render
from hereabouts_api.settings import ApiSettings
from hereabouts_platform.access.sign_in import SESSION_LASTS, sign_in_with_key, sign_in_with_link, sign_out
from hereabouts_schemas.access import Principal

router = APIRouter(include_in_schema=False)

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s]*")
KEY_REFUSED = "This key does not work. Check that it is whole; it may also have expired."
LINK_REFUSED = "This link has been used, or is older than ten minutes. Ask for a new one, or use a key."

Token = Annotated[str, Form(max_length=200)]


@router.get("/sign-in", response_class=HTMLResponse)
def sign_in_page(next: str = "/") -> str:  # noqa: A002 - the name in the address
    """The form that takes a key."""
    return _form(next, refused=None)


@router.post("/sign-in")
def sign_in(request: Request, key: Token, next: Annotated[str, Form(max_length=2000)] = "/") -> Response:  # noqa: A002
    """Open a session against the key, and go where the reader wanted to go."""
    with pool_of(request).connection() as connection:
        opened = sign_in_with_key(connection, key.strip())
    if opened is None:
        return HTMLResponse(_form(next, refused=KEY_REFUSED), 403)
    return _welcome(request, *opened, _local(next))


@router.get("/sign-in/{token}")
def use_sign_in_link(request: Request, token: str) -> Response:
    """Use up the link and open a session; a browser that only fetches ahead uses nothing up."""
    if "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", "")):
        return Response(status_code=204)
    with pool_of(request).connection() as connection:
        opened = sign_in_with_link(connection, token)
    if opened is None:
        return HTMLResponse(_form("/", refused=LINK_REFUSED), 403)
    return _welcome(request, *opened, "/")


@router.post("/sign-out")
def sign_out_page(request: Request) -> Response:
    """End the browser's own session."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with pool_of(request).connection() as connection:
            sign_out(connection, token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
    return response


def _form(target: str, *, refused: str | None) -> str:
    return render("sign_in.html", signed_in=False, next=_local(target), refused=refused)


def _welcome(request: Request, token: str, principal: Principal, target: str) -> Response:
    settings: ApiSettings = request.app.state.settings
    response = RedirectResponse(first_page(principal) if target == "/" else target, 303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.is_https,
    )
    return response


def _local(target: str) -> str:
    """A path of ours; anything else becomes the first page, so that no link leads through us to another site."""
    return target if _LOCAL_PATH.fullmatch(target) else "/"
