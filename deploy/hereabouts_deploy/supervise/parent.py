"""How a child notices that `hereabouts up` has gone, even by kill -9: its standard input ends."""

import os
import threading
import time
from collections.abc import Callable

SUPERVISED = "HEREABOUTS_SUPERVISED"
STDIN = 0
GRACE_S = 20.0


def call_when_parent_ends(stop: Callable[[], object]) -> None:
    """Call `stop` once the parent has gone; a child that has not ended `GRACE_S` later is ended.

    Does nothing in a process that `up` did not start: its standard input may be closed from the beginning.
    """
    if os.environ.get(SUPERVISED) != "1":
        return

    def watch() -> None:
        while os.read(STDIN, 1024):
            pass  # the parent never writes; it only holds the other end
        stop()
        time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
