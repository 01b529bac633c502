"""What was, or may have been, lost before it could be kept."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("losses")


def holds_session(connection: Connection, slot: int) -> bool:
    """Whether a broker should hold a session of this slot: it subscribed, and nobody has given that up since."""
    return connection.execute(SQL["holds_session"], (slot,)).fetchone() == (True,)


def note_session(connection: Connection, slot: int) -> None:
    """From now on a broker holds a session of this slot."""
    connection.execute(SQL["note_session"], (slot,))


def forget_session(connection: Connection, slot: int) -> None:
    """We end this slot's session ourselves: whoever knows none of it later has lost nothing."""
    connection.execute(SQL["forget_session"], (slot,))


def record_losses(
    connection: Connection, slot: int, batch: bytes, counts: Mapping[tuple[int, datetime, str], int]
) -> None:
    """Add to the losses of (source, UTC hour, kind), once; kinds as in the table `loss_estimate`.

    Inside a transaction. A `batch` (8 bytes) is one of this slot's, told until it is committed, before any other.
    """
    if connection.execute(SQL["take_batch_of_losses"], (slot, batch)).fetchone() is None:
        return
    rows = [(*key, count) for key, count in sorted(counts.items())]
    connection.execute(SQL["record_losses"], (slot, *as_columns(rows, 4)))
