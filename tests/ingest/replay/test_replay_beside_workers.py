"""Replay beside live workers: whatever comes in between, nothing is lost, doubled or miscounted."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_platform.store import replay_write
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.registry import load_registry
from hereabouts_platform.store.replay_write import alone
from hereabouts_schemas.errors import StoreUnavailable

Council = Any  # of conftest.py
MESSAGES = 240


def live(council: Council, slot: int, begun: threading.Event) -> None:
    """A worker that stores new messages and copies of the waiting ones, one small batch after another."""
    with connect(council.url, DatabaseRole.INGEST) as connection:
        devices = load_registry(connection).devices
        writer = BatchWriter(connection, detect(connection).engine, 2, slot)
        for n in range(slot, MESSAGES, 2):
            copy = council.message("d1", 15 * n, received=15 * n + 5, temp=20, hum=50)
            fresh = council.message("d1", 15 * n + 7, temp=21, hum=51)
            deliveries = [interpret(message, devices, council.versions) for message in (copy, fresh)]
            while True:
                try:
                    writer.write(deliveries)
                    break
                except psycopg.errors.DeadlockDetected:  # as a worker does: nothing of it was stored, so once more
                    continue
            begun.set()


def test_two_workers_store_copies_of_what_is_replayed(council: Council) -> None:
    waiting = [council.message("d1", 15 * n, temp=20, hum=50) for n in range(MESSAGES)]
    for start in range(0, MESSAGES, 10):
        council.write(waiting[start : start + 10])
    council.register("d1")
    begun = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(live, council, slot, begun) for slot in (0, 1)]
        assert begun.wait(60)
        council.replay(waiting=True, messages_a_step=7).apply()
        for worker in workers:
            worker.result(120)
    counts = council.counts()
    assert (counts["received"], counts["quarantined"]) == (3 * MESSAGES, 0)
    assert (counts["stored"], counts["duplicate"]) == (2 * MESSAGES, MESSAGES)
    assert counts["values_stored"] == 4 * MESSAGES
    council.check_latest()
    assert council.replay().apply().is_empty


def test_a_step_that_was_overtaken_starts_over(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy is committed between the look and the write: the message becomes a duplicate after all."""
    council.write([council.message("d1", 0, temp=20)])
    council.register("d1")
    looks = []

    def overtake(*arguments: object) -> None:
        if not looks:
            with connect(council.url, DatabaseRole.INGEST) as other:
                copy = council.message("d1", 0, received=5, temp=20)
                delivery = interpret(copy, load_registry(other).devices, council.versions)
                BatchWriter(other, detect(other).engine, 2, slot=1).write([delivery])
        looks.append(1)
        replay_write.write_changes(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("hereabouts_ingest.replay.run.write_changes", overtake)
    report = council.replay(waiting=True).apply()
    assert (len(looks), dict(report.moves)) == (2, {("quarantined: unknown_device", "duplicate"): 1})
    assert council.counts()["values_stored"] == 1


def test_only_one_replay_changes_things(council: Council) -> None:
    council.write([council.message("d1", 0, temp=20)])
    council.register("d1")
    with connect(council.url, DatabaseRole.INGEST) as other, alone(other):
        assert council.replay(waiting=True).preview().total("added") == 1
        with pytest.raises(StoreUnavailable, match="Another replay"):
            council.replay(waiting=True).apply()
    assert council.replay(waiting=True).apply().total("added") == 1


@contextmanager
def cut_off_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> Iterator[None]:
    """Replays die in the middle of the step behind `steps`."""
    done = []

    def write(*arguments: object) -> None:
        replay_write.write_changes(*arguments)  # type: ignore[arg-type]
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(1)

    with monkeypatch.context() as patch:
        patch.setattr("hereabouts_ingest.replay.run.write_changes", write)
        yield


def test_a_replay_cut_off_goes_on_when_run_again(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(12):
        council.write([council.message("d1", 15 * n, temp=20)])
    council.register("d1")
    with cut_off_after(monkeypatch, steps=2), pytest.raises(KeyboardInterrupt):
        council.replay(waiting=True, messages_a_step=3).apply()
    assert council.counts()["stored"] == 6
    report = council.replay(waiting=True, messages_a_step=3).apply()
    assert report.messages == 6
    assert council.counts()["stored"] == 12
