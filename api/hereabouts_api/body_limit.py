"""How large bodies may be, and that whoever sends a larger one hears of it.

A server that answers and closes while a body is still coming in cuts the answer off: browsers show a connection that
was reset, and no words. So before an error is answered the rest of the body is read and let go, within bounds.
"""

import asyncio
import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hereabouts_api.problems import BodyTooLarge, answer

LET_GO_BYTES = 64 * 2**20
LET_GO_S = 30.0
IDLE_S = 1.0  # who sends nothing for so long waits for the answer
ERRORS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How large the bodies at some addresses may be.

    Attributes:
        paths: which they are.
        most: in bytes.
        cure: what whoever sends a larger one is told, as sentences.
    """

    paths: re.Pattern[str]
    most: int
    cure: str


class BodyLimit:
    """ASGI middleware; the first of `limits` that fits the path counts, and the last one is for all paths."""

    def __init__(self, app: ASGIApp, limits: tuple[Limit, ...]) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass bodies on up to their limit; answer 413 to what is longer, or says that it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = next(one for one in self.limits if one.paths.fullmatch(scope["path"]))
        body = _Body(scope, receive, send, limit)
        if body.said > limit.most:
            await answer(Request(scope), body.too_large())(scope, body.receive, body.send)
        else:
            await self.app(scope, body.receive, body.send)


class _Body:
    """One body as it comes in, and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: Limit) -> None:
        headers = Headers(scope=scope)
        said = headers.get("content-length", "")
        self.said = int(said[:18]) if said.isascii() and said.isdigit() else 0
        self._waits = headers.get("expect", "").lower() == "100-continue"  # sends nothing until it is asked to
        self._is_over = not self.said and "transfer-encoding" not in headers
        self._receive, self._send, self._limit = receive, send, limit
        self._size = 0

    def too_large(self) -> BodyTooLarge:
        return BodyTooLarge(max(self.said, self._size), self._limit.cure)

    async def receive(self) -> Message:
        message = await self._next()
        if self._size > self._limit.most:
            raise self.too_large()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= ERRORS:
            await self._let_go()
        await self._send(message)

    async def _next(self) -> Message:
        message = await self._receive()
        self._waits = False
        self._size += len(message.get("body", b""))
        self._is_over = self._is_over or not message.get("more_body", False)
        return message

    async def _let_go(self) -> None:
        """Read what is under way, so that the answer arrives; who sends too much or too slowly is cut off after all."""
        try:
            async with asyncio.timeout(LET_GO_S):
                while not self._is_over and not self._waits and self._size < LET_GO_BYTES:
                    async with asyncio.timeout(IDLE_S):
                        await self._next()
        except TimeoutError:
            return
