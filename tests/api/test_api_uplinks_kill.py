"""Workers that are killed in the midst of webhooks lose no record, double none, and answer each once."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hereabouts_api.routes import uplinks
from hereabouts_deploy.embedded.ports import free_port
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.registry import sync_profiles

DEADLINE_S = 120
RECORDS, REQUESTS, KILLS = 200, 25, 3
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


@contextmanager
def worker(database_url: str, slot: int) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of its own process, whose broker is away; killed at the end."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("HEREABOUTS_")}
    settings = {
        "HEREABOUTS_DATABASE_URL": database_url,
        "HEREABOUTS_MQTT_URL": f"mqtt://127.0.0.1:{free_port()}",
        "HEREABOUTS_INGEST_SLOT": str(slot),
    }
    command = [sys.executable, "-m", "hereabouts_deploy", "ingest"]
    process = subprocess.Popen(
        command, env=others | settings, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(DEADLINE_S)


def test_killed_workers_lose_and_double_nothing(
    town: Any, database_url: str, address: str, make_feeder: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplinks, "LONGEST_WAIT_S", 0.5)  # while nobody works, go on with the next
    sync_profiles(town.connection, [profile.spec for profile in load_profiles().values()])
    town.place("h1", "home")
    town.connection.execute("INSERT INTO device (id, profile_id) VALUES ('sensor-1', 'generic-indoor')")
    town.deploy("sensor-1", "h1", START - timedelta(days=99))
    headers = {"Authorization": f"Bearer {make_feeder('gateway', 'plain')}", "Content-Type": "application/json"}
    posts: list[str] = []

    def feed() -> None:
        with httpx.Client(base_url=address, headers=headers, timeout=DEADLINE_S) as client:
            for request in range(REQUESTS):
                at = [START + timedelta(seconds=request * RECORDS + n) for n in range(RECORDS)]
                records = [{"device": "sensor-1", "time": t.isoformat(), "temperature": 20.0} for t in at]
                answer = client.post("/v1/uplinks/plain", content=json.dumps(records))
                assert answer.status_code in (200, 202), answer.text
                posts.append(f"/v1/uplinks/plain/posts/{answer.json()['post']}")

    def count(statement: str) -> int:
        return int(town.connection.execute(statement).fetchone()[0])

    feeding = threading.Thread(target=feed)
    feeding.start()
    chance = random.Random(3)
    for kill in range(KILLS):
        answered = count("SELECT count(*) FROM post WHERE outcome IS NOT NULL")
        with worker(database_url, kill % 2), worker(database_url, 2 + kill % 2):
            deadline = time.monotonic() + DEADLINE_S
            while feeding.is_alive() and count("SELECT count(*) FROM post WHERE outcome IS NOT NULL") == answered:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.3))  # anywhere in a batch
    with worker(database_url, 9):
        feeding.join(DEADLINE_S)
        deadline = time.monotonic() + DEADLINE_S
        while count("SELECT count(*) FROM post WHERE outcome IS NULL"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    total = RECORDS * REQUESTS
    assert len(posts) == REQUESTS
    said = [httpx.get(address + post, headers=headers).json() for post in posts]
    assert all(item["outcome"] == "stored" for one in said for item in one["items"])
    assert sum(one["received"] for one in said) == total
    assert count("SELECT count(*) FROM reading") == total
    assert count("SELECT sum(stored) FROM ingest_count") == count("SELECT sum(received) FROM ingest_count") == total
    assert count("SELECT sum(message_count) FROM batch") == total
    assert run_job(database_url, "account", datetime.now(UTC)).detail["hours_differing"] == 0
