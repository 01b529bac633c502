"""Being asked to stop: by Ctrl-C, by a service manager, by a terminal that closes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """An event that these signals set. Nothing is interrupted: who holds it ends in its own order.

    Must be entered in the main thread.
    """
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
