"""The parent's side of the guarded process: start it, ask it, end it."""

import socket
import subprocess
import sys
import time

from hereabouts_ingest.scripts.limits import START_S
from hereabouts_ingest.scripts.wire import framed, read_framed
from hereabouts_schemas.errors import HereaboutsError

CHILD = "hereabouts_ingest.scripts.child"


class Gone(HereaboutsError):
    """The process ended, or could not be started."""


class TooLong(HereaboutsError):
    """The process did not answer in time; it has been killed."""


class GuardedProcess:
    """One process that runs scripts. Used by one thread; the system ends it with the thread that started it.

    Attributes:
        known: digests of the scripts whose text it has.
    """

    def __init__(self) -> None:
        """Start it; it gets ready by itself.

        Raises:
            Gone: the system starts no process just now.
        """
        self.known: set[str] = set()
        self._is_ready = False
        self._wire, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-I", "-m", CHILD],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"TZ": "UTC"},  # nothing of ours; local time of the machine would change what a script says
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            self._wire.close()
            raise Gone(f"the system starts no process: {error.strerror}") from error
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Its number."""
        pid: int = self._process.pid
        return pid

    def ask(self, body: bytes, wait_s: float) -> bytes:
        """Send a request and wait for the answer.

        Raises:
            TooLong: no answer within `wait_s` (and the time to get ready, the first time).
            Gone: it ended before it answered.
        """
        try:
            self._get_ready()
            until = time.monotonic() + wait_s
            self._wire.settimeout(wait_s)
            self._wire.sendall(framed(body))
            return self._read(until)
        except TimeoutError:
            self.end()
            raise TooLong("no answer in time") from None
        except OSError as error:
            raise Gone(f"the wire broke: {error.strerror}") from error

    def end(self) -> None:
        """Kill it and wait until it has gone."""
        self._wire.close()
        self._process.kill()
        self._process.wait()

    def _get_ready(self) -> None:
        if not self._is_ready:
            self._read(time.monotonic() + START_S)
            self._is_ready = True

    def _read(self, until: float) -> bytes:
        def some(most: int) -> bytes:
            self._wire.settimeout(max(until - time.monotonic(), 0.001))
            return self._wire.recv(most)

        body = read_framed(some)
        if body is None:
            raise Gone("it ended before it answered")
        return body
