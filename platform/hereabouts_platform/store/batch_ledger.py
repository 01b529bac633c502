"""What is written once a batch when every outcome is known."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hereabouts_platform.store.batch_entry import (
    HOUR_US,
    Entry,
    Instant,
    as_columns,
    number_array,
    text_array,
    time_array,
)
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.copy_rows import copy_rows
from hereabouts_platform.store.quarantine_rows import quarantine_columns
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.raw_blob import pack
from hereabouts_schemas.message import Message
from hereabouts_schemas.outcome import Outcome
from hereabouts_schemas.times import hour_of, microseconds

SQL = load("batch_writer")

Door = Mapping[tuple[int, datetime], int]
"""How many messages came in, by source and UTC hour of arrival."""

_UPLINK = ("int4", "int4", "timestamptz", "int2", "text", "text", "timestamptz", "text", "bool", "int4", "int8", "text")
_COUNTS = ("received", "stored", "duplicate", "quarantined", "ignored", "values_stored", "values_refused")


def count_door(messages: Iterable[Message]) -> Door:
    """Count messages by source and hour of arrival."""
    door: dict[tuple[int, datetime], int] = {}
    for message in messages:
        key = (message.source.id, hour_of(message.received_at))
        door[key] = door.get(key, 0) + 1
    return door


class Ledger:
    """Writes a batch down, in an order that holds what workers share (latest, heard, counts) for the shortest time."""

    def __init__(self, connection: Connection, batch_id: int, slot: int, entries: Sequence[Entry]) -> None:
        self._connection = connection
        self._batch_id = batch_id
        self._slot = slot
        self._entries = entries

    def write(self, inserted: Mapping[Instant, float], door: Door) -> None:
        """Events, uplinks, quarantine and the raw batch itself; then latest, devices heard and counts."""
        self._record_events()
        self._record_uplinks()
        self._quarantine()
        self._record_batch(inserted, door)
        self._move_latest(inserted)
        self._hear_devices()
        self._count()
        self._count_reasons()

    def _record_batch(self, inserted: Mapping[Instant, float], door: Door) -> None:
        hours = {at: microseconds(at) // HOUR_US for at in {at for _, at in inserted}}
        touched = sorted({(datastream, hours[at]) for datastream, at in inserted})
        messages = [entry.delivery.message for entry in self._entries]
        received_at = max(message.received_at for message in messages)
        counted = as_columns([(*key, count) for key, count in sorted(door.items())], 3)
        row = (
            self._batch_id, received_at, self._slot, len(messages), pack(messages),
            number_array(datastream for datastream, _ in touched), number_array(hour for _, hour in touched), *counted,
        )  # fmt: skip
        self._connection.execute(SQL["insert_batch"], row)

    def _move_latest(self, inserted: Mapping[Instant, float]) -> None:
        newest: dict[int, datetime] = {}
        for datastream, at in inserted:
            if datastream not in newest or newest[datastream] < at:
                newest[datastream] = at
        if newest:
            ordered = sorted(newest.items())
            values = number_array(inserted[instant] for instant in ordered)
            times = time_array([at for _, at in ordered])
            row = (self._batch_id, number_array(datastream for datastream, _ in ordered), times, values)
            self._connection.execute(SQL["move_latest"], row)

    def _hear_devices(self) -> None:
        heard: dict[str, tuple[datetime, datetime]] = {}
        for entry in self._entries:
            delivery = entry.delivery
            device, at, received_at = delivery.device_id, delivery.observed_at, delivery.message.received_at
            if delivery.heard and device is not None and at is not None:
                known = heard.get(device)
                heard[device] = (at, received_at) if known is None else (max(known[0], at), max(known[1], received_at))
        if heard:
            devices = sorted(heard)
            observed, received = zip(*(heard[device] for device in devices), strict=True)
            row = (text_array(devices), time_array(observed), time_array(received))
            self._connection.execute(SQL["hear_devices"], row)

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
            time_source = None if d.observed_at is None else d.time_source.value
            rows.append(
                (self._batch_id, entry.index, d.message.received_at, d.message.source.id, entry.outcome.value,
                 d.device_id, d.observed_at, time_source, d.clock_bad, d.f_port, d.f_cnt, d.decoder)
            )  # fmt: skip
        copy_rows(self._connection, SQL["copy_uplinks"], _UPLINK, rows)

    def _quarantine(self) -> None:
        columns = quarantine_columns(
            (entry.index, entry.delivery, entry.set_aside, entry.refused)
            for entry in self._entries
            if entry.set_aside is not None or entry.refused
        )
        if columns is not None:
            self._connection.execute(SQL["quarantine"], (self._batch_id, *columns))

    def _count(self) -> None:
        counts: dict[tuple[int, datetime], dict[str, int]] = {}
        for entry in self._entries:
            message = entry.delivery.message
            key = (message.source.id, hour_of(message.received_at))
            count = counts.get(key)
            if count is None:
                count = counts[key] = dict.fromkeys(_COUNTS, 0)
            count["received"] += 1
            count[entry.outcome.value] += 1
            count["values_stored"] += entry.stored
            count["values_refused"] += len(entry.refused)
        rows = [(*key, *counts[key].values()) for key in sorted(counts)]
        self._connection.execute(SQL["count"], (self._slot, *as_columns(rows, 9)))

    def _count_reasons(self) -> None:
        counts: Counter[tuple[int, datetime, str, str]] = Counter()
        for entry in self._entries:
            if entry.outcome is Outcome.QUARANTINED or entry.outcome is Outcome.IGNORED:
                message = entry.delivery.message
                reason = entry.reason or ""
                counts[message.source.id, hour_of(message.received_at), entry.outcome.value, reason] += 1
        if counts:
            rows = [(*key, counts[key]) for key in sorted(counts)]
            self._connection.execute(SQL["count_reasons"], (self._slot, *as_columns(rows, 5)))
