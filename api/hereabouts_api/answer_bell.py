"""Hears from the database that ingest has answered a request, and wakes whoever waits for that answer."""

import asyncio
import threading

import psycopg
import structlog

from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.posts import hear_answers
from hereabouts_schemas.errors import ConfigError

log = structlog.get_logger(__name__)

LOOK_S = 0.5  # how long a stop may take to be seen
AGAIN_S = 2.0


class AnswerBell:
    """One connection that listens, for all requests of this process. While it is away nobody is woken early."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[asyncio.AbstractEventLoop, asyncio.Event]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="answer bell", daemon=True)

    def start(self) -> None:
        """Begin to listen, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, and wait until that is seen."""
        self._stop.set()
        self._thread.join(4 * LOOK_S)

    def expect(self, post_id: int, loop: asyncio.AbstractEventLoop) -> asyncio.Event:
        """An event of `loop` that is set when records of the request are answered; look once after asking for it."""
        event = asyncio.Event()
        with self._lock:
            self._waiting[post_id] = (loop, event)
        return event

    def forget(self, post_id: int) -> None:
        """Nobody waits for this one any more."""
        with self._lock:
            self._waiting.pop(post_id, None)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with connect(self._database_url, DatabaseRole.API, application="hereabouts_api bell") as connection:
                    hear_answers(connection)
                    while not self._stop.is_set():
                        for notice in connection.notifies(timeout=LOOK_S):
                            self._ring(notice.payload)
            except (psycopg.Error, ConfigError) as error:
                log.warning("cannot hear answers of ingest", action="answer_bell_away", error=type(error).__name__)
                self._stop.wait(AGAIN_S)

    def _ring(self, payload: str) -> None:
        with self._lock:
            found = self._waiting.get(int(payload))
        if found is not None:
            loop, event = found
            loop.call_soon_threadsafe(event.set)
