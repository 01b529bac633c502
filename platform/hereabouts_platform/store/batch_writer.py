"""One transaction of ingest: raw batch, uplinks, readings, latest, counts and quarantine, or none of it.

Each delivery gets exactly one outcome. A delivery whose key is already stored is a duplicate whatever else is wrong
with it; a key is taken only by a stored message; the first value at an instant stays. Cost: about ten statements a
batch, whatever its size, plus the rows.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from hereabouts_platform.store.batch_entry import Entry, Instant, as_columns, entries_of, waves
from hereabouts_platform.store.batch_settle import Settlement, Stream
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.engine import Engine, make_room, month_of
from hereabouts_platform.store.quarantine_rows import quarantine_columns
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.raw_blob import pack
from hereabouts_schemas.message import Delivery
from hereabouts_schemas.outcome import Outcome

SQL = load("batch_writer")

Also = Callable[[Connection, Sequence[Entry]], None]
"""What else belongs into the transaction of a batch, told its entries with their outcomes."""


class BatchWriter:
    """Writes batches over one connection (role ingest) as one worker slot.

    What it remembers between batches (months made, datastream numbers) it learns only from committed batches.
    """

    def __init__(self, connection: Connection, engine: Engine, principal_id: int, slot: int) -> None:
        self._connection = connection
        self._engine = engine
        self._principal_id = principal_id
        self._slot = slot
        self._months: set[tuple[str, datetime]] = set()
        self._streams: dict[Stream, int] = {}

    def write(self, deliveries: Sequence[Delivery], also: Also | None = None) -> list[Outcome]:
        """Store a batch and commit, with whatever `also` does; returns the outcomes in order.

        Inside an open transaction it is a part of that one: whoever opened it gives up this writer where it fails.

        Raises:
            psycopg.Error: nothing of the batch was stored.
        """
        entries = entries_of(deliveries)
        with acting(self._connection, self._principal_id):
            months = self._make_room(deliveries)
            batch_id = self._next_batch()
            settlement = Settlement(self._connection, batch_id, dict(self._streams))
            for wave in waves(entries):
                settlement.settle(wave)
            _Ledger(self._connection, batch_id, entries).write(self._slot, settlement.inserted)
            if also is not None:
                also(self._connection, entries)
        self._months |= months
        self._streams = settlement.streams
        return [entry.outcome for entry in entries]

    def _make_room(self, deliveries: Sequence[Delivery]) -> set[tuple[str, datetime]]:
        received = {month_of(delivery.message.received_at) for delivery in deliveries}
        observed = {month_of(value.time) for delivery in deliveries for value in delivery.values}
        wanted = {(table, month) for table in ("batch", "uplink") for month in received}
        wanted |= {("reading", month) for month in observed}
        missing = wanted - self._months
        for table, group in groupby(sorted(missing), key=lambda pair: pair[0]):
            make_room(self._connection, self._engine, table, [month for _, month in group])
        return missing

    def _next_batch(self) -> int:
        row = self._connection.execute(SQL["next_batch"]).fetchone()
        return int(row[0]) if row else 0


class _Ledger:
    """What is written once a batch when every outcome is known."""

    def __init__(self, connection: Connection, batch_id: int, entries: Sequence[Entry]) -> None:
        self._connection = connection
        self._batch_id = batch_id
        self._entries = entries

    def write(self, slot: int, inserted: dict[Instant, float]) -> None:
        """Latest, devices heard, events, uplinks, quarantine, counts, and the raw batch itself."""
        self._move_latest()
        self._hear_devices()
        self._record_events()
        self._record_uplinks()
        self._quarantine()
        self._count(slot)
        self._count_reasons(slot)
        self._record_batch(slot, inserted)

    def _record_batch(self, slot: int, inserted: dict[Instant, float]) -> None:
        touched = sorted({(d, at.replace(minute=0, second=0, microsecond=0)) for d, at in inserted})
        messages = [entry.delivery.message for entry in self._entries]
        received_at = max(message.received_at for message in messages)
        hours = ([d for d, _ in touched], [h for _, h in touched])
        door = Counter((m.source.id, m.received_at.replace(minute=0, second=0, microsecond=0)) for m in messages)
        came = as_columns([(*key, door[key]) for key in sorted(door)], 3)
        row = (self._batch_id, received_at, slot, len(messages), pack(messages), *hours, *came)
        self._connection.execute(SQL["insert_batch"], row)

    def _move_latest(self) -> None:
        newest: dict[int, tuple[datetime, float]] = {}
        for entry in self._entries:
            for (datastream, at), value in entry.stored.items():
                if datastream not in newest or newest[datastream][0] < at:
                    newest[datastream] = (at, value)
        if newest:
            rows = [(datastream, *newest[datastream]) for datastream in sorted(newest)]
            self._connection.execute(SQL["move_latest"], (self._batch_id, *as_columns(rows, 3)))

    def _hear_devices(self) -> None:
        heard: dict[str, datetime] = {}
        for entry in self._entries:
            device, at = entry.delivery.device_id, entry.delivery.observed_at
            if device is not None and at is not None and heard.get(device, at) <= at:
                heard[device] = at
        if heard:
            self._connection.execute(SQL["hear_devices"], as_columns(sorted(heard.items()), 2))

    def _record_events(self) -> None:
        events = {
            (event.device_id, event.time, event.code): event.detail
            for entry in self._entries
            if entry.outcome is not Outcome.DUPLICATE
            for event in entry.delivery.events
        }
        if events:
            rows = [(*key, events[key]) for key in sorted(events)]
            self._connection.execute(SQL["insert_events"], (self._batch_id, *as_columns(rows, 4)))

    def _record_uplinks(self) -> None:
        rows = []
        for entry in self._entries:
            d = entry.delivery
            source = d.message.source.id
            rows.append(
                (entry.index, d.message.received_at, source, entry.outcome.value, d.device_id, d.observed_at,
                 None if d.observed_at is None else d.time_source.value, d.clock_bad, d.f_port, d.f_cnt, d.decoder)
            )  # fmt: skip
        self._connection.execute(SQL["insert_uplinks"], (self._batch_id, *as_columns(rows, 11)))

    def _quarantine(self) -> None:
        columns = quarantine_columns(
            (entry.index, entry.delivery, entry.set_aside, entry.refused)
            for entry in self._entries
            if entry.set_aside is not None or entry.refused
        )
        if columns is not None:
            self._connection.execute(SQL["quarantine"], (self._batch_id, *columns))

    def _count(self, slot: int) -> None:
        counts: dict[tuple[int, datetime], Counter[str]] = {}
        for entry in self._entries:
            message = entry.delivery.message
            hour = message.received_at.replace(minute=0, second=0, microsecond=0)
            counter = counts.setdefault((message.source.id, hour), Counter())
            counter.update(("received", entry.outcome.value))
            counter["values_stored"] += len(entry.stored)
            counter["values_refused"] += len(entry.refused)
        names = ("received", "stored", "duplicate", "quarantined", "ignored", "values_stored", "values_refused")
        rows = [(*key, *(counts[key][name] for name in names)) for key in sorted(counts)]
        self._connection.execute(SQL["count"], (slot, *as_columns(rows, 9)))

    def _count_reasons(self, slot: int) -> None:
        counts: Counter[tuple[int, datetime, str, str]] = Counter()
        for entry in self._entries:
            reason = entry.reason
            if reason is not None:
                message = entry.delivery.message
                hour = message.received_at.replace(minute=0, second=0, microsecond=0)
                counts[(message.source.id, hour, entry.outcome.value, reason)] += 1
        if counts:
            rows = [(*key, counts[key]) for key in sorted(counts)]
            self._connection.execute(SQL["count_reasons"], (slot, *as_columns(rows, 5)))
