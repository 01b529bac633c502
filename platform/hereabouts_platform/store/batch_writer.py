"""One transaction of ingest: raw batch, uplinks, readings, latest, counts and quarantine, or none of it.

Each delivery gets exactly one outcome. A delivery whose key is already stored is a duplicate whatever else is wrong
with it; a key is taken only by a stored message; the first value at an instant stays. Cost: about ten statements a
batch, whatever its size, plus the rows.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from hereabouts_platform.store.batch_entry import Entry, entries_of, waves
from hereabouts_platform.store.batch_ledger import Door, Ledger, count_door
from hereabouts_platform.store.batch_settle import Settlement, Stream
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.engine import Engine, make_room, months_of
from hereabouts_platform.store.queries import load
from hereabouts_schemas.message import Delivery
from hereabouts_schemas.outcome import Outcome

SQL = load("batch_writer")

Also = Callable[[Connection, Sequence[Entry]], None]
"""Something to be done in the same transaction, when every outcome is known."""


class BatchWriter:
    """Writes batches over one connection (role ingest) as one worker slot.

    What it remembers between batches (months made, datastream numbers, who speaks for whom) it learns only from
    committed batches.
    """

    def __init__(self, connection: Connection, engine: Engine, principal_id: int, slot: int) -> None:
        self._connection = connection
        self._engine = engine
        self._principal_id = principal_id
        self._slot = slot
        self._months: set[tuple[str, datetime]] = set()
        self._streams: dict[Stream, int] = {}
        self._speakers: set[tuple[str, int]] = set()

    def write(
        self, deliveries: Sequence[Delivery], *, door: Door | None = None, also: Also | None = None
    ) -> list[Outcome]:
        """Store a batch and commit; returns the outcomes in order.

        Inside an open transaction it is a part of that one: whoever opened it gives up this writer where it fails.

        Args:
            door: how many messages came in per source and hour, as counted before they were understood; counted here
                where nobody did.
            also: done in the same transaction, last of all.

        Raises:
            psycopg.Error: nothing of the batch was stored.
        """
        entries = entries_of(deliveries)
        with acting(self._connection, self._principal_id):
            months = self._make_room(deliveries)
            batch_id = self._next_batch()
            settlement = Settlement(self._connection, batch_id, dict(self._streams))
            for wave in waves(entries):
                settlement.settle(wave, entries)
            counted = door if door is not None else count_door(delivery.message for delivery in deliveries)
            ledger = Ledger(self._connection, batch_id, self._slot, entries)
            ledger.write(settlement.inserted, counted)
            speakers = ledger.note_speakers(self._speakers)
            if also is not None:
                also(self._connection, entries)
        self._months |= months
        self._streams = settlement.streams
        self._speakers |= speakers
        return [entry.outcome for entry in entries]

    def forget_speakers(self) -> None:
        """Look again which sources speak for which devices: some may do so no longer."""
        self._speakers.clear()

    def _make_room(self, deliveries: Sequence[Delivery]) -> set[tuple[str, datetime]]:
        received = months_of({delivery.message.received_at for delivery in deliveries})
        observed = months_of({value.time for delivery in deliveries for value in delivery.values})
        wanted = {(table, month) for table in ("batch", "uplink") for month in received}
        wanted |= {("reading", month) for month in observed}
        missing = wanted - self._months
        for table, group in groupby(sorted(missing), key=lambda pair: pair[0]):
            make_room(self._connection, self._engine, table, [month for _, month in group])
        return missing

    def _next_batch(self) -> int:
        row = self._connection.execute(SQL["next_batch"]).fetchone()
        return int(row[0]) if row else 0
