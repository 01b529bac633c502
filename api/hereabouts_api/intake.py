"""Takes in bodies as they come, within what one process may hold and one source may have waiting.

The first 64 KiB of a body are always taken: network servers send less, so nobody who sends large bodies slowly can keep
them out. What is beyond comes out of a room for all bodies that are still coming in, and one a quarter of that size for
bodies that nobody has vouched for yet, as their signature can only be checked when all of it is there.
"""

import asyncio
import threading
import time

from fastapi import Request

from hereabouts_api.problems import NoRoom, TooLarge, TooSlowBody, WaitingFull, WrongMedia
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.posts import Feed, Waiting, count_waiting_of

MOST_BYTES = 8 * 2**20
MOST_SIGNED_BYTES = 2**20
ALWAYS_BYTES = 64 * 2**10
ROOM_BYTES = 64 * 2**20
LONGEST_READ_S = 30.0

MOST_WAITING = Waiting(records=200_000, bytes=512 * 2**20)
COUNTED_FOR_S = 5.0  # counting 200,000 takes some tenths of a second


class Intake:
    """What one process holds of bodies, and what it knows of what waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = {True: 0, False: 0}
        self._counted: dict[int, tuple[float, Waiting]] = {}

    async def body_of(self, request: Request, *, vouched: bool) -> bytes:
        """The body of a request, read no further than it may be long.

        Args:
            vouched: whether a key stands for it already; else its signature has still to be checked.

        Raises:
            WrongMedia: it is compressed.
            TooLarge: it is longer than that, or says so.
            TooSlowBody: it did not come to its end in time.
            NoRoom: other bodies take all the room just now.
        """
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise WrongMedia("Content-Encoding", request.headers["content-encoding"], "Send the body uncompressed.")
        most = MOST_BYTES if vouched else MOST_SIGNED_BYTES
        said = request.headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said[:18]) > most:
            raise _too_large(most)
        try:
            async with asyncio.timeout(LONGEST_READ_S):
                return await self._read(request, most, vouched=vouched)
        except TimeoutError:
            raise TooSlowBody(f"The body was not there within {LONGEST_READ_S:.0f} seconds.") from None

    async def _read(self, request: Request, most: int, *, vouched: bool) -> bytes:
        parts, size, held = [], 0, 0
        try:
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise _too_large(most)
                more = max(0, size - ALWAYS_BYTES) - held
                self._hold(more, vouched=vouched)
                held += more
                parts.append(part)
            return b"".join(parts)
        finally:
            self._held[vouched] -= held

    def _hold(self, more: int, *, vouched: bool) -> None:
        """In the thread of the event loop alone."""
        room = ROOM_BYTES if vouched else ROOM_BYTES // 4
        if self._held[vouched] + more > room:
            raise NoRoom("Too many large bodies are coming in just now. Send it again in a moment.")
        self._held[vouched] += more

    def refuse_full(self, connection: Connection, feed: Feed) -> None:
        """Pass while fewer messages of a source wait for ingest than may; counted by one request every five seconds.

        Raises:
            WaitingFull: as many wait as may.
        """
        with self._lock:
            at, waiting = self._counted.get(feed.id, (-COUNTED_FOR_S, Waiting(records=0, bytes=0)))
            is_due = time.monotonic() - at >= COUNTED_FOR_S
            if is_due:  # for this request to count; the others go by what was known
                self._counted[feed.id] = (time.monotonic(), waiting)
        if is_due:
            waiting = count_waiting_of(connection, feed.id, MOST_WAITING)
            with self._lock:
                self._counted[feed.id] = (time.monotonic(), waiting)
        if waiting.records >= MOST_WAITING.records or waiting.bytes >= MOST_WAITING.bytes:
            raise WaitingFull(
                f"{waiting.records:,} messages of {feed.name} wait for ingest, which is away or behind: no more are "
                "taken for now. Keep this one and send it again later."
            )

    def waits(self, feed: Feed, records: int, size: int) -> None:
        """So many more records wait now, with so many bytes."""
        with self._lock:
            at, waiting = self._counted.get(feed.id, (-COUNTED_FOR_S, Waiting(records=0, bytes=0)))
            self._counted[feed.id] = (at, Waiting(records=waiting.records + records, bytes=waiting.bytes + size))


def _too_large(most: int) -> TooLarge:
    return TooLarge("body", f"more than {most:,} bytes", "Send it in several requests.")
