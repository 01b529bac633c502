"""Whether a worker's memory stays flat over a million messages. `make bench`; BENCH_MESSAGES for another number."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from drain_feed import FILTER, body, queue, side_running, subscribe
from process_cost import resident_mb

from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "1000000"))
WARM = MESSAGES // 10
PART = 20_000  # what may wait at the broker
MOST_MORE_MB = 50


@pytest.mark.timeout(3600)
def test_memory_over_a_million_messages(fresh: str, brokers: Callable[[BrokerKind], Broker], tmp_path: Path) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    subscribe(broker, "hereabouts-ingest-0", FILTER)
    wanted = {
        "port": broker.port, "username": broker.login.username, "password": broker.login.password,
        "database_url": fresh, "spool_dir": str(tmp_path / "spool"), "count": MESSAGES, "slot": 0, "shared": False,
    }  # fmt: skip
    publishing = threading.Thread(target=publish, args=(broker, fresh))
    used: list[tuple[int, float]] = []
    started = time.monotonic()
    with side_running("ours", wanted) as worker, connect(fresh, DatabaseRole.OWNER) as owner:
        publishing.start()
        while not used or used[-1][0] < MESSAGES:
            assert worker.poll() is None, "the worker ended"
            used.append((stored(owner), resident_mb(worker.pid)))
            time.sleep(0.2)
    seconds = time.monotonic() - started
    publishing.join()
    warm = [mb for count, mb in used if count >= WARM]
    for tenth in range(1, 11):
        mb = next((mb for count, mb in used if count >= MESSAGES * tenth // 10), used[-1][1])
        print(f"after {MESSAGES * tenth // 10:>9,} messages: {mb:.0f} MB")
    print(
        f"{MESSAGES:,} messages in {seconds:.0f} s; after the first {WARM:,} the worker took "
        f"{warm[0]:.0f} MB, {min(warm):.0f} at the least and {max(warm):.0f} at the most "
        f"(wanted: no more than {MOST_MORE_MB} MB more)"
    )
    assert max(warm) - warm[0] <= MOST_MORE_MB


def publish(broker: Broker, url: str) -> None:
    """Publish all, part by part, never far ahead of what is stored."""
    with connect(url, DatabaseRole.OWNER) as owner:
        for first in range(0, MESSAGES, PART):
            while stored(owner) < first - PART:
                time.sleep(0.05)
            queue(broker, (body(number) for number in range(first, min(first + PART, MESSAGES))))


def stored(owner: Connection) -> int:
    (count,) = owner.execute("SELECT coalesce(sum(stored), 0)::int FROM ingest_count").fetchone() or (0,)
    return int(count)
