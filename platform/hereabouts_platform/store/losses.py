"""What was, or may have been, lost before it could be kept."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("losses")


def slot_has_worked(connection: Connection, slot: int) -> bool:
    """Whether a worker of this number has ever counted a message."""
    return connection.execute(SQL["slot_has_worked"], (slot,)).fetchone() == (True,)


def record_losses(connection: Connection, slot: int, counts: Mapping[tuple[int, datetime, str], int]) -> None:
    """Add to the losses of (source, UTC hour, kind); kinds as in the table `loss_estimate`."""
    rows = [(*key, count) for key, count in sorted(counts.items())]
    connection.execute(SQL["record_losses"], (slot, *as_columns(rows, 4)))
