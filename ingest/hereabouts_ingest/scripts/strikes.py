"""Backing off from scripts that keep being killed, so that they do not slow every other device."""

import time
from collections.abc import Callable

from hereabouts_ingest.scripts.limits import KILLS_IN_A_ROW, PAUSE_S


class Strikes:
    """Counts kills in a row, by script; `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kills: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def is_out(self, script: str) -> bool:
        """Whether a script is not to be tried just now."""
        return self._until.get(script, 0.0) > self._clock()

    def killed(self, script: str) -> None:
        """Count a kill. From the fifth in a row on, each brings a pause."""
        kills = self._kills.get(script, 0) + 1
        self._kills[script] = kills
        if kills >= KILLS_IN_A_ROW:
            self._until[script] = self._clock() + PAUSE_S

    def answered(self, script: str) -> None:
        """Forget what was counted: the script has answered."""
        self._kills.pop(script, None)
        self._until.pop(script, None)
