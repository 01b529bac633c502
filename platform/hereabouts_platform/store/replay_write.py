"""One transaction of replay: readings, keys, latest, events, uplinks, quarantine, counts, a batch row and an audit row.

Rows are written in the order that ingest writes them in, and sorted as it sorts them, so that a replay and live workers
rarely meet head on; where they do, one of the two is rolled back by the server and tries again.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from hereabouts_platform.store.access import record
from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.device_sources import note_speakers
from hereabouts_platform.store.engine import Engine, make_room
from hereabouts_platform.store.quarantine_rows import COLUMNS
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.replay_rows import Changes, Stream
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import HereaboutsError, StoreUnavailable
from hereabouts_schemas.outcome import Outcome
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import hour_of

SQL = load("replay")
WRITER_SQL = load("batch_writer")

REPLAY_SLOT = -1
COUNTED = (*(outcome.value for outcome in Outcome), "values_stored", "values_refused")


class OverTaken(HereaboutsError):
    """A live worker stored something between looking and writing; look again."""


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Be the only replay that changes things: what it has read of messages holds when it writes.

    Raises:
        StoreUnavailable: another one is running.
    """
    if connection.execute(SQL["lock"]).fetchone() != (True,):
        raise StoreUnavailable("Another replay is changing things just now. Run this one when it has ended.")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(SQL["unlock"])


def write_changes(
    connection: Connection, engine: Engine, principal: Principal, changes: Changes, told: dict[str, object]
) -> None:
    """Write one step of a replay inside `acting(connection, principal.id)`, while `alone`.

    Args:
        connection: role ingest.
        engine: what the database is.
        principal: who replays.
        changes: what to write.
        told: what the batch row and the audit say of the replay.

    Raises:
        OverTaken: the store is no longer what `changes` were made for. Nothing may be committed.
    """
    _Step(connection, engine, changes).write(principal, told)


class _Step:
    """One transaction while it is written."""

    def __init__(self, connection: Connection, engine: Engine, changes: Changes) -> None:
        self._connection = connection
        self._engine = engine
        self._changes = changes
        self._numbers: dict[Stream, int] = {}

    def write(self, principal: Principal, told: dict[str, object]) -> None:
        self._revise()
        self._take_keys()
        self._follow_latest()
        self._hear_devices()
        self._add_events()
        self._change_uplinks()
        self._quarantine()
        self._move_counts()
        self._move_reasons()
        self._note_speakers()
        self._record(principal, told)

    def _note_speakers(self) -> None:
        stored = (one.now for one in self._changes.moved if one.now.outcome is Outcome.STORED)
        pairs = {(now.device_id, now.source_id) for now in stored if now.device_id is not None}
        note_speakers(self._connection, pairs)

    def _revise(self) -> None:
        readings = self._changes.readings
        if not readings:
            return
        make_room(self._connection, self._engine, "reading", [c.instant[1] for c in readings if c.old is None])
        self._number_streams({change.instant[0] for change in readings})
        rows = [
            (c.batch_id, self._numbers[c.instant[0]], c.instant[1], c.old, c.new, c.cause) for c in readings
        ]  # fmt: skip
        done = self._connection.execute(SQL["revise"], as_columns(rows, 6)).fetchone()
        if done != (len(rows),):
            raise OverTaken("A reading came or went meanwhile.")

    def _number_streams(self, streams: Collection[Stream]) -> None:
        wanted = sorted(streams)
        units = [QUANTITIES[quantity].unit for _, quantity, _ in wanted]
        kinds = [QUANTITIES[quantity].kind.value for _, quantity, _ in wanted]
        columns = as_columns(wanted, 3)
        self._connection.execute(SQL["insert_datastreams"], (*columns, units, kinds))
        for deployment_id, quantity, channel, number in self._connection.execute(SQL["datastreams"], columns):
            self._numbers[(deployment_id, quantity, channel)] = number

    def _take_keys(self) -> None:
        rows = sorted((*key, *was.where, was.received_at) for key, was in self._changes.keys.items())
        if rows:
            taken = self._connection.execute(SQL["take_keys"], as_columns(rows, 5)).rowcount
            if taken != len(rows):
                raise OverTaken("A copy of a message came meanwhile.")

    def _follow_latest(self) -> None:
        touched = sorted({self._numbers[change.instant[0]] for change in self._changes.readings})
        if touched:
            self._connection.execute(SQL["lock_latest"], (touched,))
            self._connection.execute(SQL["follow_latest"], (touched,))
            self._connection.execute(SQL["drop_latest"], (touched,))
            self._connection.execute(SQL["begin_latest"], (touched,))

    def _hear_devices(self) -> None:
        heard: dict[str, datetime] = {}
        for move in self._changes.moved:
            device, at = move.now.device_id, move.now.observed_at
            if device is not None and at is not None:
                heard[device] = max(at, heard.get(device, at))
        if heard:
            self._connection.execute(SQL["hear_devices"], as_columns(sorted(heard.items()), 2))

    def _add_events(self) -> None:
        rows = [
            (batch_id, event.device_id, event.time, event.code, event.detail)
            for batch_id, event in self._changes.events
        ]
        if rows:
            self._connection.execute(SQL["insert_events"], as_columns(rows, 5))

    def _change_uplinks(self) -> None:
        rows = [
            (*now.where, now.received_at, now.outcome.value, now.device_id, now.observed_at, now.time_source,
             now.clock_bad, now.f_port, now.f_cnt, now.decoder)
            for now in (move.now for move in self._changes.moved if move.now != move.was)
        ]  # fmt: skip
        if rows:
            self._connection.execute(SQL["change_uplinks"], as_columns(sorted(rows, key=lambda row: row[:3]), 11))

    def _quarantine(self) -> None:
        leaving: dict[int, tuple[int, str]] = {}
        for released in self._changes.released:
            count, _ = leaving.get(released.row.id, (0, ""))
            leaving[released.row.id] = (count + released.count, released.became)
        if leaving:
            rows = [(id_, *leaving[id_]) for id_ in sorted(leaving)]
            self._connection.execute(SQL["release"], as_columns(rows, 3))
        if self._changes.added_rows:
            merged = _merged(self._changes.added_rows)
            self._connection.execute(SQL["set_aside"], as_columns(merged, len(COLUMNS) + 1))

    def _move_counts(self) -> None:
        counts: dict[tuple[int, datetime], Counter[str]] = {}
        for move in self._changes.moved:
            counter = counts.setdefault((move.was.source_id, hour_of(move.was.received_at)), Counter())
            counter[move.was.outcome.value] -= 1
            counter[move.now.outcome.value] += 1
            counter["values_stored"] += move.values_stored
            counter["values_refused"] += move.values_refused
        rows = [(*key, *(counts[key][name] for name in COUNTED)) for key in sorted(counts)]
        rows = [row for row in rows if any(row[2:])]
        if rows:
            self._connection.execute(SQL["move_counts"], (REPLAY_SLOT, *as_columns(rows, 8)))

    def _move_reasons(self) -> None:
        counts: Counter[tuple[int, datetime, str, str]] = Counter()
        ignored = self._ignored_for()
        for move in self._changes.moved:
            where = move.was.source_id, hour_of(move.was.received_at)
            left = move.left
            if left is not None and move.was.outcome is Outcome.IGNORED:
                left = _take(ignored.get(where, Counter()), left)
            if left is not None:
                counts[*where, move.was.outcome.value, left] -= 1
            if move.entered is not None:
                counts[*where, move.now.outcome.value, move.entered] += 1
        rows = [(*key, counts[key]) for key in sorted(counts) if counts[key]]
        if rows:
            self._connection.execute(WRITER_SQL["count_reasons"], (REPLAY_SLOT, *as_columns(rows, 5)))

    def _ignored_for(self) -> dict[tuple[int, datetime], Counter[str]]:
        """What messages were ignored for in the hours that some of them leave: the books know no more of them."""
        found: dict[tuple[int, datetime], Counter[str]] = {
            (move.was.source_id, hour_of(move.was.received_at)): Counter()
            for move in self._changes.moved
            if move.left is not None and move.was.outcome is Outcome.IGNORED
        }
        if found:
            for source_id, hour, reason, count in self._connection.execute(
                SQL["ignored_for"], as_columns(sorted(found), 2)
            ):
                found[source_id, hour][reason] = count
        return found

    def _record(self, principal: Principal, told: dict[str, object]) -> None:
        """The batch row that consumers of changes read, and the audit."""
        hours = {
            (change.batch_id, self._numbers[change.instant[0]],
             hour_of(change.instant[1]))
            for change in self._changes.readings
        }  # fmt: skip
        if hours:
            self._connection.execute(SQL["note_touched"], as_columns(sorted(hours), 3))
        row = self._connection.execute(SQL["next_batch"]).fetchone()
        batch_id = int(row[0]) if row else 0
        now = datetime.now(UTC)
        make_room(self._connection, self._engine, "batch", [now])
        touched = sorted({(number, hour) for _, number, hour in hours})
        numbers, times = as_columns(touched, 2)
        detail = {**told, **self._changes.counts()}
        values = (batch_id, now, REPLAY_SLOT, Jsonb({"replay": detail}), numbers, times)
        self._connection.execute(SQL["insert_batch"], values)
        record(self._connection, principal, Action.WRITE, Resource.READINGS, {"replay": detail, "batch": batch_id})


def _take(counted: Counter[str], likeliest: str) -> str:
    """Take one message from the reason that it was most likely counted under, as long as that has any."""
    reason = likeliest if counted[likeliest] > 0 else max(counted, key=lambda name: counted[name])
    counted[reason] -= 1
    return reason


def _merged(rows: Collection[list[Any]]) -> list[tuple[object, ...]]:
    """Rows of the same identity as one that counts them, sorted as ingest sorts them."""
    names = ("batch_id", *COLUMNS)
    deliveries, last_at = names.index("deliveries"), names.index("last_at")
    merged: dict[str, list[Any]] = {}
    for row in rows:
        of = dict(zip(names, row, strict=True))
        identity = repr([of[n] for n in ("source_id", "content_hash", "kind", "reason", "field", "channel", "time")])
        if identity not in merged:
            merged[identity] = list(row)
            continue
        same = merged[identity]
        same[deliveries] += of["deliveries"]
        same[last_at] = max(same[last_at], of["last_at"])
    return [tuple(merged[identity]) for identity in sorted(merged)]
