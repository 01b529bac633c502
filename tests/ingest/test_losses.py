"""Counted losses outlast the worker: killed at any moment, torn on the disk, told twice, each is counted once."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_ingest import loss_page
from hereabouts_ingest.losses import Losses
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.losses import record_losses

HOUR = datetime(2026, 11, 22, 9, tzinfo=UTC)
FULL = "spool_full"

CHILD = f"""
import sys
from datetime import datetime
from pathlib import Path
from hereabouts_ingest.losses import Losses
losses = Losses(Path(sys.argv[1]))
at = datetime.fromisoformat({HOUR.isoformat()!r})
for number in range(10**9):
    losses.add(number % 3, at, {FULL!r})
    print(number + 1, flush=True)
"""


def all_of(losses: Losses) -> Counter[loss_page.Loss]:
    found: Counter[loss_page.Loss] = Counter()
    while (batch := losses.next_batch()) is not None:
        found.update(batch[1])
        losses.told()
    return found


def test_a_killed_worker_leaves_every_count_behind(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, tmp_path], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) == 5000:
                break
        child.send_signal(signal.SIGKILL)
        told = [5000, *map(int, child.stdout.read().split("\n")[:-1])][-1]
    assert sum(all_of(Losses(tmp_path)).values()) in (told, told + 1)  # counted, and killed before it could say so
    assert all_of(Losses(tmp_path)) == {}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(1, 3), st.integers(0, 2)),
            st.sampled_from(["told", "untold", "restart", "untold restart"]),
        ),
        max_size=30,
    )
)
@settings(deadline=None, max_examples=60)
def test_whenever_it_is_told_or_started_again_each_is_counted_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[object]
) -> None:
    folder = tmp_path_factory.mktemp("losses")
    losses, store, last = Losses(folder), Counter[loss_page.Loss](), b""
    wanted: Counter[loss_page.Loss] = Counter()

    def tell() -> bool:
        nonlocal last
        found = losses.next_batch()
        if found is not None and found[0] != last:
            last = found[0]
            store.update(found[1])
        return found is not None

    for step in steps:
        if isinstance(step, tuple):
            losses.add(step[0], HOUR + step[1] * timedelta(hours=1), FULL)
            wanted[step[0], HOUR + step[1] * timedelta(hours=1), FULL] += 1
        else:
            if step in ("told", "untold", "untold restart") and tell() and step == "told":
                losses.told()
            if step in ("restart", "untold restart"):
                losses.close()
                losses = Losses(folder)
    while tell():
        losses.told()
    losses.close()
    assert store == wanted


def test_the_store_counts_a_batch_once(database_url: str) -> None:
    counts = {(1, HOUR, FULL): 7}
    with connect(database_url, DatabaseRole.INGEST) as connection:
        who = principal_named(connection, "system:ingest").id
        for slot, batch in ((0, b"batch--1"), (0, b"batch--1"), (1, b"batch--1"), (0, b"batch--2"), (0, b"batch--2")):
            with acting(connection, who):
                record_losses(connection, slot, batch, counts)
        found = connection.execute("SELECT slot, count FROM loss_estimate ORDER BY slot").fetchall()
    assert found == [(0, 14), (1, 7)]


def test_what_is_torn_is_passed_over_and_the_rest_counts(tmp_path: Path) -> None:
    losses = Losses(tmp_path)
    for source, times in ((1, 5), (2, 6), (3, 7)):
        for _ in range(times):
            losses.add(source, HOUR, FULL)
    losses.close()
    with (tmp_path / "losses-1").open("r+b") as file:
        file.seek(2 * 16 + 3)
        file.write(b"\xff\xff")
    losses = Losses(tmp_path)
    losses.add(4, HOUR, FULL)
    losses.add(3, HOUR, FULL)
    losses.close()
    found = all_of(Losses(tmp_path))
    assert found == {(1, HOUR, FULL): 5, (3, HOUR, FULL): 8, (4, HOUR, FULL): 1}


@pytest.mark.parametrize("length", [0, 7, 16, 40, 65_535])
def test_a_file_cut_short_is_made_whole(tmp_path: Path, length: int) -> None:
    losses = Losses(tmp_path)
    losses.add(1, HOUR, FULL)
    losses.close()
    os.truncate(tmp_path / "losses-1", length)
    losses = Losses(tmp_path)
    losses.add(2, HOUR, FULL)
    losses.close()
    assert (tmp_path / "losses-1").stat().st_size == loss_page.PAGE_BYTES
    assert all_of(Losses(tmp_path))[2, HOUR, FULL] == 1


def test_a_disk_that_takes_nothing_does_not_stop_the_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    losses = Losses(tmp_path)
    losses.add(1, HOUR, FULL)
    takes_nothing: Callable[..., int] = _full
    with monkeypatch.context() as full:
        full.setattr(loss_page.os, "pwrite", takes_nothing)
        losses.add(1, HOUR, FULL)
        assert losses.next_batch() is not None
        with pytest.raises(OSError, match="full"):
            losses.told()
        again = losses.next_batch()
        assert again is not None
        assert sum(again[1].values()) == 2
        missing = Losses(tmp_path / "other")  # no file of its own
        missing.add(1, HOUR, FULL)
        assert sum(all_of(missing).values()) == 1
    assert sum(all_of(losses).values()) == 2


def _full(*_: object) -> int:
    raise OSError(28, "full")


def test_more_kinds_of_losses_than_the_file_has_room_for(tmp_path: Path) -> None:
    losses = Losses(tmp_path)
    for hour in range(5000):
        losses.add(1, HOUR + timedelta(hours=hour), FULL)
    assert sum(all_of(losses).values()) == 5000
