"""Gives each delivery of a batch its outcome, and stores the values and keys of those that are stored."""

from collections.abc import Sequence

import psycopg

from hereabouts_platform.store.batch_entry import (
    Entry,
    Instant,
    as_columns,
    key_array,
    number_array,
    time_array,
)
from hereabouts_platform.store.batch_twins import second_copies, take_twins
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.copy_rows import copy_rows
from hereabouts_platform.store.queries import load
from hereabouts_schemas.message import Refused, SetAside, Value
from hereabouts_schemas.outcome import Ignored, Outcome, Reason
from hereabouts_schemas.quantity import QUANTITIES

SQL = load("batch_settle")

Stream = tuple[int, str, str]
"""Deployment, quantity, channel: what a datastream is unique by."""

_READING = ("int4", "int4", "timestamptz", "float8")


class Settlement:
    """Settles the waves of one batch inside its transaction.

    Attributes:
        streams: numbers of the datastreams met so far; grows with new ones.
        inserted: the readings this batch added.
    """

    def __init__(self, connection: Connection, batch_id: int, streams: dict[Stream, int]) -> None:
        self._connection = connection
        self._batch_id = batch_id
        self.streams = streams
        self.inserted: dict[Instant, float] = {}

    def settle(self, wave: Sequence[Entry], batch: Sequence[Entry]) -> None:
        """Give every entry of a wave of the batch its outcome, and store the values and keys of the stored ones."""
        candidates = [entry for entry in wave if entry.delivery.verdict is None]
        if len(candidates) < len(wave):
            self._follow_verdicts([entry for entry in wave if entry.delivery.verdict is not None])
        fresh = self._without_copies(self._take_keys(candidates), batch)
        self._settle_values(fresh)
        take_twins(self._connection, self._batch_id, [entry for entry in fresh if entry.outcome is Outcome.STORED])
        self._give_back([entry for entry in fresh if entry.outcome is not Outcome.STORED])

    def _follow_verdicts(self, entries: Sequence[Entry]) -> None:
        """What interpretation said, unless the message is an old acquaintance."""
        keyed = sorted(entry.scoped_key for entry in entries if entry.key is not None)
        known = set(self._connection.execute(SQL["stored_keys"], as_columns(keyed, 2))) if keyed else set()
        for entry in entries:
            verdict = entry.delivery.verdict
            if entry.key is not None and entry.scoped_key in known:
                entry.outcome = Outcome.DUPLICATE
            elif isinstance(verdict, Ignored):
                entry.outcome = Outcome.IGNORED
            else:
                entry.set_aside = verdict

    def _take_keys(self, candidates: Sequence[Entry]) -> Sequence[Entry]:
        """Those whose keys were free, which now are theirs; the others are duplicates.

        Keys come before anything else, so that of two copies in two workers' hands the second waits for the first.
        """
        by_source: dict[int, list[Entry]] = {}
        for entry in candidates:
            if entry.key is not None:
                by_source.setdefault(entry.delivery.message.source.id, []).append(entry)
        lost: set[tuple[int, bytes]] = set()
        for source_id, entries in sorted(by_source.items()):
            ordered = sorted(entries, key=lambda entry: entry.key or b"")
            keys = key_array(entry.key or b"" for entry in ordered)
            numbers = number_array(entry.index for entry in ordered)
            times = time_array([entry.delivery.message.received_at for entry in ordered])
            taken = self._connection.execute(
                SQL["insert_keys"], (self._batch_id, source_id, keys, numbers, times)
            ).rowcount
            if taken < len(ordered):
                found = self._connection.execute(SQL["keys_of_others"], (source_id, keys, self._batch_id, numbers))
                lost.update((source_id, key) for (key,) in found)
        if not lost:
            return candidates
        for entry in candidates:
            if entry.key is not None and entry.scoped_key in lost:
                entry.outcome = Outcome.DUPLICATE
        return [entry for entry in candidates if entry.outcome is not Outcome.DUPLICATE]

    def _without_copies(self, entries: Sequence[Entry], batch: Sequence[Entry]) -> Sequence[Entry]:
        """Those that are no second copies under another key; a copy keeps its key, to be known again by it."""
        copies = second_copies(self._connection, self._batch_id, entries, batch)
        for copy in copies:
            copy.outcome = Outcome.DUPLICATE
        return [entry for entry in entries if entry.outcome is not Outcome.DUPLICATE] if copies else entries

    def _give_back(self, entries: Sequence[Entry]) -> None:
        keys = [(*entry.scoped_key, entry.index) for entry in entries if entry.key is not None]
        twins = [(*entry.scoped_twin, entry.index) for entry in entries if entry.twin is not None]
        if keys or twins:
            self._connection.execute(SQL["give_back_keys"], (*as_columns(sorted(keys + twins), 3), self._batch_id))

    def _settle_values(self, candidates: Sequence[Entry]) -> None:
        """Store what is new. The first value at an instant stays, whoever brought it."""
        self._number_streams(candidates)
        streams, inserted = self.streams, self.inserted
        new: dict[Instant, float] = {}
        clashes: list[tuple[Entry, Value, Instant]] = []
        owners: dict[Instant, Entry] = {}
        for entry in candidates:
            for value in entry.delivery.values:
                instant = (streams[value.deployment_id, value.quantity, value.channel], value.time)
                if instant in new or instant in inserted:
                    clashes.append((entry, value, instant))
                else:
                    new[instant] = value.value
                    owners[instant] = entry
        older = self._insert_readings(new)
        for instant in older:
            del new[instant]
        for instant in new:
            owners[instant].stored += 1
        inserted.update(new)
        if older or clashes:
            clashes += _met_older(candidates, streams, older)
        self._judge(candidates, clashes, older)

    def _judge(
        self,
        candidates: Sequence[Entry],
        clashes: Sequence[tuple[Entry, Value, Instant]],
        older: dict[Instant, float],
    ) -> None:
        """Stored with a new value or an event; else duplicate; a message whose values all conflict is set aside."""
        agrees: set[int] = set()
        conflicts: dict[int, list[Refused]] = {}
        for entry, value, instant in clashes:
            stands = older[instant] if instant in older else self.inserted[instant]
            if stands == value.value:
                agrees.add(entry.index)
            else:
                conflicts.setdefault(entry.index, []).append(conflict_with(value, stands))
        for entry in candidates:
            refused = conflicts.get(entry.index, [])
            if entry.stored or entry.delivery.events:
                entry.outcome = Outcome.STORED
                entry.refused = (*entry.delivery.refused, *refused) if refused else entry.delivery.refused
            elif entry.index in agrees:
                entry.outcome = Outcome.DUPLICATE
                entry.refused = refused
            else:
                entry.set_aside = SetAside(reason=Reason.CONFLICT, detail=refused[0].detail)

    def _number_streams(self, candidates: Sequence[Entry]) -> None:
        known = self.streams
        missing = {
            stream
            for entry in candidates
            for value in entry.delivery.values
            if (stream := (value.deployment_id, value.quantity, value.channel)) not in known
        }
        if missing:
            ordered = sorted(missing)
            units = [QUANTITIES[quantity].unit for _, quantity, _ in ordered]
            kinds = [QUANTITIES[quantity].kind.value for _, quantity, _ in ordered]
            columns = as_columns(ordered, 3)
            self._connection.execute(SQL["insert_datastreams"], (*columns, units, kinds))
            for id_, deployment_id, quantity, channel in self._connection.execute(SQL["datastream_numbers"], columns):
                known[deployment_id, quantity, channel] = id_

    def _insert_readings(self, new: dict[Instant, float]) -> dict[Instant, float]:
        """Insert what is new; what stood at one of these instants before, by instant.

        Keys have told nearly every copy by now, so COPY goes straight into place; only where a row meets another does
        it start over with ON CONFLICT, which takes twice as long.
        """
        if not new:
            return {}
        rows = [(datastream, self._batch_id, at, new[datastream, at]) for datastream, at in sorted(new)]
        try:
            with self._connection.transaction():
                copy_rows(self._connection, SQL["copy_readings"], _READING, rows)
        except psycopg.errors.UniqueViolation:
            datastreams, _, times, values = as_columns(rows, 4)
            self._connection.execute(SQL["insert_readings"], (self._batch_id, datastreams, times, values))
            found = self._connection.execute(SQL["older_readings"], (datastreams, times, self._batch_id))
            return {(datastream, at): value for datastream, at, value in found}
        return {}


def _met_older(
    candidates: Sequence[Entry], streams: dict[Stream, int], older: dict[Instant, float]
) -> list[tuple[Entry, Value, Instant]]:
    """The first value of this wave at each instant where the store held one before."""
    found: dict[Instant, tuple[Entry, Value, Instant]] = {}
    for entry in candidates:
        for value in entry.delivery.values:
            instant = (streams[value.deployment_id, value.quantity, value.channel], value.time)
            if instant in older:
                found.setdefault(instant, (entry, value, instant))
    return list(found.values())


def conflict_with(value: Value, stands: float) -> Refused:
    """A value that differs from the one stored at its instant before."""
    return Refused(
        reason=Reason.CONFLICT,
        field=value.quantity,
        raw=repr(value.value),
        detail=f"At this instant {value.quantity} already is {stands:g}; the first value stays.",
        quantity=value.quantity,
        channel=value.channel,
        time=value.time,
    )
