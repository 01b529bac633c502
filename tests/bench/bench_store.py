"""Readings into the big store, as ratios to a bare COPY of the same rows in the same run; and what they take on disk.

`.venv/bin/pytest tests/bench/bench_store.py --override-ini python_files='bench_*.py' --capture no`; with
BENCH_READINGS=1000000 in a minute. Both sides write batches of 5,000 rows into the same table with its key, a commit
each, turn about: what slows one (checkpoints, neighbours) slows both.
"""

import struct
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from statistics import median

import pytest
from big_store import END, BigStore, bytes_a_reading

from hereabouts_platform.store.batch_readings import insert_readings, move_latest
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import make_room
from hereabouts_platform.store.reading_block import block_of
from hereabouts_schemas.times import microseconds

BATCH = 5_000
BATCHES = 100
Row = tuple[int, int, datetime, float]

_numbers = count(1)
_ROW = struct.Struct(">hiiiiiqid")
_EPOCH = datetime(2000, 1, 1, tzinfo=END.tzinfo)


@pytest.mark.parametrize("each", [1, 10])
def test_insert(store: BigStore, each: int) -> None:
    """A fleet that reports as it goes (each reading moves another datastream's latest), and one that catches up."""
    with connect(store.url, DatabaseRole.OWNER) as owner:
        make_room(owner, store.engine, "reading", [END, END + timedelta(days=31)])
        bare, ours = [], []
        for _ in range(BATCHES):
            bare.append(_bare(owner, _next_batch(each)))
            ours.append(_ours(owner, _next_batch(each)))
    print(
        f"\n{store.engine} {store.readings:,}, {each} a datastream and batch: bare COPY"
        f" {BATCH / median(bare):,.0f} rows/s, readings and latest {BATCH / median(ours):,.0f} rows/s,"
        f" ratio {sum(bare) / sum(ours):.2f} (of medians {median(bare) / median(ours):.2f})"
    )


def test_size(store: BigStore) -> None:
    with connect(store.url, DatabaseRole.OWNER) as owner:
        print(f"\n{store.engine} {store.readings:,}: {bytes_a_reading(owner):.1f} bytes a reading with its index")


def _next_batch(each: int) -> list[Row]:
    """5,000 readings of so many a datastream; sorted as the table's key is, on both sides alike."""
    first = next(_numbers) * 10
    times = [END + (first + n) * timedelta(seconds=20) for n in range(each)]
    return [(stream, 1, at, 20.5) for stream in range(1, BATCH // each + 1) for at in times]


def _bare(owner: Connection, rows: Sequence[Row]) -> float:
    """Seconds that the rows take, ready made in COPY's binary form."""
    us = timedelta(microseconds=1)
    body = b"".join(_ROW.pack(4, 4, row[0], 4, row[1], 8, (row[2] - _EPOCH) // us, 8, row[3]) for row in rows)
    frame = b"PGCOPY\n\xff\r\n\0" + bytes(8) + body + b"\xff\xff"
    started = time.perf_counter()
    with owner.transaction(), owner.cursor() as cursor, cursor.copy(
        "COPY reading (datastream_id, batch_id, time, value) FROM STDIN (FORMAT BINARY)"
    ) as copy:  # fmt: skip
        copy.write(frame)
    return time.perf_counter() - started


def _ours(owner: Connection, rows: Sequence[Row]) -> float:
    """Seconds that the store's own path takes from values as ingest has them."""
    new = {(stream, microseconds(at)): value for stream, _, at, value in rows}
    started = time.perf_counter()
    with owner.transaction():
        older = insert_readings(owner, 1, new)
        move_latest(owner, 1, block_of(new))
    took = time.perf_counter() - started
    assert not older
    return took
