"""What was lost before it could be kept, counted until the store can be told."""

import threading
from collections import Counter
from datetime import datetime

from hereabouts_schemas.times import hour_of

Loss = tuple[int, datetime, str]
"""Source, UTC hour, kind (see the table `loss_estimate`)."""


class Losses:
    """Counts of losses; filled by any thread, told to the store by one."""

    def __init__(self) -> None:
        self._counts: Counter[Loss] = Counter()
        self._lock = threading.Lock()

    def add(self, source_id: int, at: datetime, kind: str) -> None:
        """Count one loss of `kind` at `at` (UTC)."""
        with self._lock:
            self._counts[source_id, hour_of(at), kind] += 1

    def take(self) -> dict[Loss, int]:
        """What was counted since it was last asked for."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            return dict(counts)

    def give_back(self, counts: dict[Loss, int]) -> None:
        """Count again what the store could not be told."""
        with self._lock:
            self._counts.update(counts)
