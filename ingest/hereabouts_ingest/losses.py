"""What was lost before it could be kept, counted until the store has been told, over the death of the worker too.

Losses are told in batches, each under a name of its own: two pages take turns, one being counted on while the store is
told of the other, which is forgotten when that is committed. The store remembers the name of the last batch, so a
worker killed between its commit and the forgetting does not count it twice.
"""

import threading
from datetime import datetime
from pathlib import Path

from hereabouts_ingest.loss_page import Loss, LossPage
from hereabouts_schemas.times import hour_of


class Losses:
    """Counts of losses; filled by any thread, told to the store by one.

    Args:
        folder: where they stand on disk; what a worker before this one could not tell is found there.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        pages = [LossPage(folder / name) for name in ("losses-1", "losses-2")]
        self._counting, self._other = sorted(pages, key=lambda page: (page.is_sealed, page.batch is None))

    def add(self, source_id: int, at: datetime, kind: str) -> None:
        """Count one loss of `kind` at `at` (UTC)."""
        with self._lock:
            self._counting.add((source_id, hour_of(at), kind))

    def next_batch(self) -> tuple[bytes, dict[Loss, int]] | None:
        """What the store is to be told next, the same until `told`; None where nothing was lost."""
        with self._lock:
            if self._other.batch is None and self._counting.batch is not None:
                self._counting, self._other = self._other, self._counting
            if self._other.batch is not None and not self._other.is_sealed:
                self._other.seal()
            batch = self._other.batch
            return None if batch is None else (batch, dict(self._other.counts))

    def told(self) -> None:
        """Forget the batch last given out: the store has it.

        Raises:
            OSError: the disk keeps it; it is given out again.
        """
        with self._lock:
            self._other.clear()

    def sync(self) -> None:
        """Have what was counted outlast a power cut.

        Raises:
            OSError: the disk does not take it.
        """
        with self._lock:
            self._counting.sync()
            self._other.sync()

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._counting.close()
            self._other.close()
