"""Gives each delivery of a batch its outcome, and stores the values and keys of those that are stored."""

from collections.abc import Iterable, Sequence

from hereabouts_platform.store.batch_entry import Entry, Instant, as_columns
from hereabouts_platform.store.batch_twins import second_copies, take_twins
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.message import Refused, SetAside, Value
from hereabouts_schemas.outcome import Ignored, Outcome, Reason
from hereabouts_schemas.quantity import QUANTITIES

SQL = load("batch_settle")

Stream = tuple[int, str, str]
"""Deployment, quantity, channel: what a datastream is unique by."""


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
        known = self._stored_keys(wave)
        candidates: list[Entry] = []
        for entry in wave:
            verdict = entry.delivery.verdict
            if entry.key is not None and entry.scoped_key in known:
                entry.outcome = Outcome.DUPLICATE
            elif isinstance(verdict, Ignored):
                entry.outcome = Outcome.IGNORED
            elif isinstance(verdict, SetAside):
                entry.set_aside = verdict
            else:
                candidates.append(entry)
        copies = second_copies(self._connection, candidates, batch)
        for copy in copies:
            copy.outcome = Outcome.DUPLICATE
        if copies:
            candidates = [entry for entry in candidates if entry.outcome is not Outcome.DUPLICATE]
        if candidates:
            self._settle_values(candidates)
        stored = [e for e in candidates if e.outcome is Outcome.STORED]
        self._take_keys([e for e in (*stored, *copies) if e.key is not None])  # a copy is known again by its own key
        take_twins(self._connection, self._batch_id, [e for e in stored if e.twin is not None])

    def _stored_keys(self, wave: Sequence[Entry]) -> set[tuple[int, bytes | None]]:
        keyed = sorted(entry.scoped_key for entry in wave if entry.key is not None)
        if not keyed:
            return set()
        return set(self._connection.execute(SQL["stored_keys"], as_columns(keyed, 2)))

    def _settle_values(self, candidates: Sequence[Entry]) -> None:
        self._number_streams({_stream(value) for entry in candidates for value in entry.delivery.values})
        first: dict[Instant, tuple[Entry, float]] = {}
        for entry in candidates:
            for value in entry.delivery.values:
                instant = self._instant(value)
                if instant not in self.inserted:
                    first.setdefault(instant, (entry, value.value))
        older = self._insert_readings({instant: number for instant, (_, number) in first.items()})
        for instant, (entry, number) in first.items():
            if instant not in older:
                entry.stored[instant] = number
                self.inserted[instant] = number
        for entry in candidates:
            self._judge(entry, older)

    def _judge(self, entry: Entry, older: dict[Instant, float]) -> None:
        """Stored with events or a new value; else duplicate; a message whose values all conflict is set aside."""
        agrees = False
        for value in entry.delivery.values:
            instant = self._instant(value)
            if instant in entry.stored:
                continue
            stands = older[instant] if instant in older else self.inserted[instant]
            if stands == value.value:
                agrees = True
            else:
                entry.refused.append(_conflict(value, stands))
        if entry.stored or entry.delivery.events:
            entry.outcome = Outcome.STORED
            entry.refused[:0] = entry.delivery.refused
        elif agrees:
            entry.outcome = Outcome.DUPLICATE
        else:
            entry.set_aside = SetAside(reason=Reason.CONFLICT, detail=entry.refused[0].detail)
            entry.refused.clear()

    def _instant(self, value: Value) -> Instant:
        return self.streams[_stream(value)], value.time

    def _number_streams(self, wanted: Iterable[Stream]) -> None:
        missing = sorted(stream for stream in wanted if stream not in self.streams)
        if not missing:
            return
        units = [QUANTITIES[quantity].unit for _, quantity, _ in missing]
        kinds = [QUANTITIES[quantity].kind.value for _, quantity, _ in missing]
        columns = as_columns(missing, 3)
        self._connection.execute(SQL["insert_datastreams"], (*columns, units, kinds))
        for id_, *stream in self._connection.execute(SQL["datastream_numbers"], columns):
            deployment_id, quantity, channel = stream
            self.streams[(deployment_id, quantity, channel)] = id_

    def _insert_readings(self, wanted: dict[Instant, float]) -> dict[Instant, float]:
        """Insert; returns the values that stood at some of these instants before."""
        if not wanted:
            return {}
        rows = sorted((datastream, at, value) for (datastream, at), value in wanted.items())
        datastreams, times, values = as_columns(rows, 3)
        cursor = self._connection.execute(SQL["insert_readings"], (self._batch_id, datastreams, times, values))
        if cursor.rowcount == len(rows):
            return {}
        found = self._connection.execute(SQL["older_readings"], (datastreams, times, self._batch_id))
        return {(datastream, at): value for datastream, at, value in found}

    def _take_keys(self, entries: Sequence[Entry]) -> None:
        rows = sorted((*entry.scoped_key, entry.index, entry.delivery.message.received_at) for entry in entries)
        if rows:
            self._connection.execute(SQL["insert_keys"], (self._batch_id, *as_columns(rows, 4)))


def _stream(value: Value) -> Stream:
    return value.deployment_id, value.quantity, value.channel


def _conflict(value: Value, stands: float) -> Refused:
    return Refused(
        reason=Reason.CONFLICT,
        field=value.quantity,
        raw=repr(value.value),
        detail=f"At this instant {value.quantity} already is {stands:g}; the first value stays.",
        quantity=value.quantity,
        channel=value.channel,
        time=value.time,
    )
