"""Which messages of a batch are second copies of one transmission, under another key.

A twin (`Uplink.twin`) names device, address, counter and bytes. It comes round again when a device's counter begins
anew, so that it stands in the store says nothing yet. The message is the same transmission only where no other frame
of the device came between: neither in the store, nor earlier in this batch.
"""

from collections.abc import Sequence

from hereabouts_platform.store.batch_entry import Entry, as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.outcome import Outcome

SQL = load("batch_twins")


def second_copies(connection: Connection, batch_id: int, wave: Sequence[Entry], batch: Sequence[Entry]) -> list[Entry]:
    """The entries of a wave that are second copies; `batch` has every entry, settled or not, in order of arrival.

    Their twins are claimed first, so that of two copies in two workers' hands the second waits for the first.
    """
    twins = [entry for entry in wave if entry.twin is not None]
    if not twins:
        return []
    rows = [
        (entry.index, *entry.scoped_twin, entry.delivery.device_id, entry.delivery.f_cnt)
        for entry in sorted(twins, key=lambda entry: entry.scoped_twin)
    ]
    free = [(*entry.scoped_twin, entry.index, entry.delivery.message.received_at) for entry in twins]
    connection.execute(SQL["claim_twins"], (batch_id, *as_columns(sorted(free), 4)))
    stood = {index for (index,) in connection.execute(SQL["stored_twins"], (*as_columns(rows, 5), batch_id))}
    taken = {entry.scoped_twin: entry.index for entry in batch if entry.outcome is Outcome.STORED and entry.twin}
    return [entry for entry in twins if _is_copy(entry, stood, taken, batch)]


def _is_copy(entry: Entry, stood: set[int], taken: dict[tuple[int, bytes], int], batch: Sequence[Entry]) -> bool:
    first = taken.get(entry.scoped_twin)
    if first is None and entry.index not in stood:
        return False
    return not any(
        other.delivery.device_id == entry.delivery.device_id
        and other.delivery.f_cnt not in (None, entry.delivery.f_cnt)
        and other.outcome is not Outcome.DUPLICATE
        for other in batch
        if (first is None or first < other.index) and other.index < entry.index
    )


def take_twins(connection: Connection, batch_id: int, entries: Sequence[Entry]) -> None:
    """Remember the twins of stored entries; one that stood before now means the newer frame."""
    twins = [entry for entry in entries if entry.twin is not None]
    rows = sorted((*entry.scoped_twin, entry.index, entry.delivery.message.received_at) for entry in twins)
    if rows:
        connection.execute(SQL["take_twins"], (batch_id, *as_columns(rows, 4)))
