"""Readings into the big store, as ratios to a bare COPY of the same rows in the same run; and what they take on disk.

`.venv/bin/pytest tests/bench/bench_store.py --override-ini python_files='bench_*.py' --capture no`; with
BENCH_READINGS=1000000 in a minute. Both sides write batches of 5,000 rows, one of each datastream as a fleet brings
them, into the same table with its key, a commit each, turn about: what slows one (checkpoints, neighbours) slows both.
"""

import struct
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from statistics import median

from big_store import DATASTREAMS, END, BigStore, bytes_a_reading

from hereabouts_platform.store.batch_readings import insert_readings, move_latest
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import make_room

BATCHES = 100
Row = tuple[int, int, datetime, float]

_instants = count(1)
_ROW = struct.Struct(">hiiiiiqid")
_EPOCH = datetime(2000, 1, 1, tzinfo=END.tzinfo)


def test_insert(store: BigStore) -> None:
    with connect(store.url, DatabaseRole.OWNER) as owner:
        make_room(owner, store.engine, "reading", [END, END + timedelta(days=31)])
        bare, ours = [], []
        for _ in range(BATCHES):
            bare.append(_bare(owner, _next_instant(owner)))
            ours.append(_ours(owner, _next_instant(owner)))
    ratio = sum(bare) / sum(ours)
    print(
        f"\n{store.engine} {store.readings:,}: bare COPY {DATASTREAMS / median(bare):,.0f} rows/s, readings and latest"
        f" {DATASTREAMS / median(ours):,.0f} rows/s, ratio {ratio:.2f} (of medians {median(bare) / median(ours):.2f})"
    )


def test_size(store: BigStore) -> None:
    with connect(store.url, DatabaseRole.OWNER) as owner:
        print(f"\n{store.engine} {store.readings:,}: {bytes_a_reading(owner):.1f} bytes a reading with its index")


def _next_instant(owner: Connection) -> list[Row]:
    at = END + next(_instants) * timedelta(minutes=1)
    return [(stream, 1, at, 20.5) for stream in range(1, DATASTREAMS + 1)]


def _bare(owner: Connection, rows: Sequence[Row]) -> float:
    """Seconds that the rows take, ready made in COPY's binary form."""
    micros = (rows[0][2] - _EPOCH) // timedelta(microseconds=1)
    body = b"".join(_ROW.pack(4, 4, stream, 4, batch, 8, micros, 8, value) for stream, batch, _, value in rows)
    frame = b"PGCOPY\n\xff\r\n\0" + bytes(8) + body + b"\xff\xff"
    started = time.perf_counter()
    with owner.transaction(), owner.cursor() as cursor, cursor.copy(
        "COPY reading (datastream_id, batch_id, time, value) FROM STDIN (FORMAT BINARY)"
    ) as copy:  # fmt: skip
        copy.write(frame)
    return time.perf_counter() - started


def _ours(owner: Connection, rows: Sequence[Row]) -> float:
    """Seconds that the store's own path takes from values as ingest has them."""
    new = {(stream, at): value for stream, _, at, value in rows}
    started = time.perf_counter()
    with owner.transaction():
        older = insert_readings(owner, 1, new)
        move_latest(owner, 1, new)
    took = time.perf_counter() - started
    assert not older
    return took
