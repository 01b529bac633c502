"""Histories of readings into the store: one transaction a chunk, in PostgreSQL's own binary form.

Measured with two million rows on two cores, against COPY of the same rows, sorted, into the same table (1.0):
COPY straight into place 1.1 to 1.4, COPY into a temporary table and INSERT ... ON CONFLICT 2.8 to 3.8, INSERT from
unnest 5 to 6. Chunks of 100,000 and of 250,000 rows are alike. So COPY goes straight into place as long as no row
meets another at its key; from the first conflict on, an import goes by way of the temporary table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from psycopg.types.json import Jsonb

from hereabouts_platform.store.batch_entry import number_array, text_array
from hereabouts_platform.store.batch_readings import copy_frame, copy_straight, move_latest
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.engine import detect, make_room
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.reading_block import ReadingBlock
from hereabouts_schemas.quantity import QUANTITIES

SQL = load("imports")
SETTLE_SQL = load("batch_settle")
WRITER_SQL = load("batch_writer")

Stream = tuple[int, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk(ReadingBlock):
    """Readings; `heard` is each device's newest time among them, in `us`; `detail` is kept on the batch row."""

    heard: Mapping[str, int]
    detail: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What became of a chunk: how many were new, and what stands where another value stood: index -> that value."""

    stored: int
    conflicts: Mapping[int, float]


class ReadingWriter:
    """Writes the chunks of one import over a connection of role owner that is in no transaction."""

    def __init__(self, connection: Connection, principal_id: int) -> None:
        self._connection = connection
        self._principal_id = principal_id
        self._engine = detect(connection).engine
        self._months: set[tuple[str, date]] = set()
        self._streams: dict[Stream, int] = {}
        self._straight = True

    def datastream_numbers(self, streams: Sequence[Stream]) -> list[int]:
        """The number of each (deployment, quantity, channel), new ones made on demand."""
        missing = sorted(set(streams) - self._streams.keys())
        if missing:
            deployments, quantities, channels = (list(column) for column in zip(*missing, strict=True))
            units = [QUANTITIES[quantity].unit for quantity in quantities]
            kinds = [QUANTITIES[quantity].kind.value for quantity in quantities]
            named = (deployments, quantities, channels)
            with acting(self._connection, self._principal_id) as connection:
                connection.execute(SETTLE_SQL["insert_datastreams"], (*named, units, kinds))
                found = connection.execute(SETTLE_SQL["datastream_numbers"], named).fetchall()
            self._streams |= {(deployment, quantity, channel): id_ for id_, deployment, quantity, channel in found}
        return [self._streams[stream] for stream in streams]

    def write(self, chunk: Chunk) -> Written:
        """Store a chunk and commit. What the store holds already stays as it is.

        Raises:
            psycopg.Error: nothing of the chunk was stored.
        """
        self._make_room(chunk)
        with acting(self._connection, self._principal_id):
            row = self._connection.execute(WRITER_SQL["next_batch"]).fetchone()
            batch = int(row[0]) if row else 0
            frame = chunk.copy_frame(batch)
            if self._straight and copy_straight(self._connection, frame):
                written = Written(stored=len(chunk.us), conflicts={})
            else:
                written = self._by_way_of_table(frame, chunk)
                self._straight = written.stored == len(chunk.us)
            if written.stored:
                self._follow_up(chunk, batch, written)
        return written

    def _make_room(self, chunk: Chunk) -> None:
        """Months in transactions of their own, so that nobody waits for a chunk to be through."""
        observed = np.unique(chunk.us.astype("datetime64[us]").astype("datetime64[M]")).tolist()
        wanted = {("reading", month) for month in observed} | {("batch", datetime.now(UTC).date().replace(day=1))}
        for table, month in sorted(wanted - self._months):
            make_room(self._connection, self._engine, table, [datetime(month.year, month.month, 1, tzinfo=UTC)])
        self._months |= wanted

    def _by_way_of_table(self, frame: bytes, chunk: Chunk) -> Written:
        self._connection.execute(SQL["make_chunk"])
        copy_frame(self._connection, SQL["copy_chunk"], frame)
        stored = self._connection.execute(SQL["insert_chunk"]).rowcount
        if stored == len(chunk.us):
            return Written(stored=stored, conflicts={})
        conflicts = {
            _find(chunk, datastream, int(us)): value
            for datastream, us, value in self._connection.execute(SQL["conflicts"])
        }
        return Written(stored=stored, conflicts=conflicts)

    def _follow_up(self, chunk: Chunk, batch: int, written: Written) -> None:
        """Move latest and heard forward, and write the batch row that tells what was touched."""
        move_latest(self._connection, batch, chunk)
        devices = sorted(chunk.heard)
        heard = number_array(chunk.heard[device] for device in devices)
        arrived: list[None] = [None] * len(devices)
        self._connection.execute(WRITER_SQL["hear_devices"], (text_array(devices), heard, arrived))
        datastreams, hours = chunk.touched()
        detail = Jsonb({**chunk.detail, "stored": written.stored})
        self._connection.execute(SQL["insert_batch"], (batch, detail, datastreams, hours))


def _find(chunk: Chunk, datastream: int, us: int) -> int:
    low, high = np.searchsorted(chunk.datastream, [datastream, datastream + 1])
    return int(low + np.searchsorted(chunk.us[low:high], us))
