"""The door of the whole application: foreign hosts and origins stay out, security headers go on every answer."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hereabouts_api.problems import ForeignHost, ForeignOrigin, answer
from hereabouts_api.settings import ApiSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Everything comes from ourselves and nothing runs: pages need neither script nor inline style.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # not no-referrer: that would make browsers send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-store",
}


class Guard:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self.app = app
        self.hosts = settings.hosts
        self.origin = settings.origin
        self.headers = dict(SECURITY_HEADERS)
        if settings.is_https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is foreign, pass on the rest, and put the headers on what comes back, unknown errors too."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        app = self.app if refusal is None else answer(Request(scope), refusal)
        try:
            await app(scope, receive, send_guarded)
        except Exception as error:
            if not started:
                await answer(Request(scope), error)(scope, receive, send_guarded)
            raise  # to the server's log

    def _refusal(self, method: str, headers: Headers) -> ForeignHost | ForeignOrigin | None:
        given = headers.getlist("host")
        if len(given) != 1 or _host_name(given[0]) not in self.hosts:
            return ForeignHost(f"The host {', '.join(given)[:200]!r} is not an address of this service.")
        origin = headers.get("origin")
        if origin is not None and origin.lower() != self.origin and _netloc(origin) != given[0].lower():
            return ForeignOrigin("A page of another site may not ask for anything here.")
        if method in SAFE_METHODS:  # without an Origin it is somebody following a link, perhaps from a message
            return None
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return ForeignOrigin("A page of another site may not change anything here.")
        return None


def _host_name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - raises where the port is none
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None


def _netloc(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in ("http", "https") else None
