"""How long a message takes from its publisher to the store and to a reader, at a steady 200 a second. `make bench`.

Publisher, broker, worker, PostgreSQL and API share one machine. Each message states the time it was published at, and
PostgreSQL keeps when each row was committed; the difference is what a publisher would wait for.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx
import pytest
from drain_feed import DEVICES, FILTER, body, publisher, side_running, subscribe

from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.ports import free_port
from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import PrincipalKind, Role

SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
A_SECOND = 200
MESSAGES = SECONDS * A_SECOND
LOOK_S = 0.05
START_S = 180.0
PLACE = "h1"  # of the first of the devices

COMMITTED = (
    "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - observed_at)::float8 FROM uplink ORDER BY received_at"
)


@pytest.mark.timeout(900)
def test_how_long_a_message_takes(fresh: str, brokers: Callable[[BrokerKind], Broker], tmp_path: Path) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    subscribe(broker, "hereabouts-ingest-0", FILTER)
    wanted = {
        "port": broker.port, "username": broker.login.username, "password": broker.login.password,
        "database_url": fresh, "spool_dir": str(tmp_path / "spool"), "count": MESSAGES, "slot": 0, "shared": False,
    }  # fmt: skip
    publishing = threading.Thread(target=publish, args=(broker,))
    headers = {"Authorization": f"Bearer {key_for(fresh)}"}
    with (
        side_running("ours", wanted) as worker,
        serving(fresh) as address,
        httpx.Client(base_url=address, headers=headers) as client,
    ):
        publishing.start()
        readable = watch(client, publishing)
        worker.wait(600)
    with connect(fresh, DatabaseRole.OWNER) as owner:
        committed = [seconds for (seconds,) in owner.execute(COMMITTED)][2 * A_SECOND :]  # the first meet a cold cache
    assert len(committed) == MESSAGES - 2 * A_SECOND
    say("published to committed", committed, "p99 wanted: at most 250 ms")
    say("published to readable over HTTP", readable, "wanted: under 1,000 ms")


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """The API as a process of its own; gives its address when it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "HEREABOUTS_DATABASE_URL": database_url, "HEREABOUTS_HTTP_PORT": str(port)}
    api = subprocess.Popen([Path(sys.executable).with_name("hereabouts"), "api"], env=environment)
    try:
        deadline = time.monotonic() + START_S
        while not answers(address):
            assert api.poll() is None, "the API ended while starting"
            assert time.monotonic() < deadline, "the API did not start"
            time.sleep(0.2)
        yield address
    finally:
        api.terminate()
        api.wait(START_S)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live").is_success
    except httpx.TransportError:
        return False


def key_for(database_url: str) -> str:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        by = principal_named(connection, "system:command")
        with acting(connection, by.id):
            reader = ensure_principal(connection, by, "bench", PrincipalKind.SERVICE, Role.ADMINISTRATOR)
            return issue_key(connection, by, reader, "bench")


def publish(broker: Broker) -> None:
    """A message every 5 ms, each stating the present time."""
    client = publisher(broker)
    started = time.monotonic()
    sent = []
    for number in range(MESSAGES):
        time.sleep(max(0.0, started + number / A_SECOND - time.monotonic()))
        sent.append(client.publish(*body(number, datetime.now(UTC)), qos=1))
    for each in sent:
        each.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def watch(client: httpx.Client, publishing: threading.Thread) -> list[float]:
    """Ask for the readings of one place over and over: how old each was when it was first seen."""
    seen: dict[str, float] = {}
    asked = {"quantity": "air_temperature", "datetime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}/.."}
    while publishing.is_alive():
        answer = client.get(f"/v1/places/{PLACE}/readings", params=asked)
        answer.raise_for_status()
        for item in answer.json()["items"]:
            age = (datetime.now(UTC) - datetime.fromisoformat(item["time"])).total_seconds()
            seen.setdefault(item["time"], age)
        time.sleep(LOOK_S)
    return list(seen.values())


def say(what: str, seconds: list[float], wanted: str) -> None:
    cuts = quantiles(seconds, n=100)
    print(
        f"{what}: {len(seconds):,} at {A_SECOND} a second over {DEVICES} devices: p50 {1000 * cuts[49]:.0f} ms, "
        f"p99 {1000 * cuts[98]:.0f} ms, longest {1000 * max(seconds):.0f} ms ({wanted})"
    )
