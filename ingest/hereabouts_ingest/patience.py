"""Waiting between tries, longer each time and by chance, so that many workers do not come back in step."""

import random
import threading

_FIRST_DELAY_S = 0.2
_LONGEST_DELAY_S = 30.0


class Patience:
    """Waits between tries; told to stop, it returns at once."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._delay_s = _FIRST_DELAY_S

    def wait(self) -> None:
        """Wait before the next try."""
        self._stop.wait(self._delay_s * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries, guards nothing
        self._delay_s = min(self._delay_s * 2, _LONGEST_DELAY_S)
