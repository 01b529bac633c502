"""kill -9 of the broker, and of everything at once: what ingest received is accounted for, once, with its content.

A broker may lose what it acknowledged to publishers and had neither delivered nor saved (docs/operations.md says what
each kind loses), so nothing is claimed here about what was published: only about what came in.
"""

import json
import os
import random
import secrets
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hereabouts_platform.store.raw_blob import unpack

ROUNDS = 4
DEVICES = 10
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


@pytest.fixture(scope="module", params=["mosquitto", "amqtt"])
def system(request: pytest.FixtureRequest, make_up: Callable[..., Any], wire_of: Callable[[Any], Any]) -> Any:
    wire = wire_of(make_up(embedded_broker=request.param).start())
    wire.register([(f"sensor-{n}", "plain", f"home-{n}", {}) for n in range(DEVICES)])
    return wire


class Flood(threading.Thread):
    """Publishes one reading after another until told to stop, whatever becomes of the broker."""

    def __init__(self, wire: Any, first: int) -> None:
        super().__init__()
        self.next = first
        self._enough = threading.Event()
        host, _, port = wire.up.run["mqtt"].removeprefix("mqtt://").partition(":")
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.connect(host, int(port))
        self._client.loop_start()

    def run(self) -> None:
        while not self._enough.wait(0.002):
            self._client.publish(*message(self.next), qos=1)
            self.next += 1

    def finish(self) -> int:
        self._enough.set()
        self.join()
        self._client.disconnect()
        self._client.loop_stop()
        return self.next


def message(number: int) -> tuple[str, bytes]:
    device = f"sensor-{number % DEVICES}"
    at = START + timedelta(seconds=number // DEVICES)
    body = {"device": device, "time": at.isoformat(), "air_temperature": number % 97 / 4}
    return f"hereabouts/{device}/up", json.dumps(body).encode()


def stored(wire: Any) -> int:
    try:
        found: int = wire.rows("SELECT coalesce(sum(stored), 0)::int FROM ingest_count")[0][0]
    except psycopg.OperationalError:
        return -1
    return found


def kill_broker(wire: Any) -> None:
    before = wire.up.pids["broker"]
    os.kill(before, signal.SIGKILL)
    wire.up.until(lambda: wire.up.pids.get("broker") not in (None, before), "the broker back after kill -9")


def kill_everything(wire: Any) -> None:
    assert wire.up.process is not None
    for pid in [wire.up.process.pid, *wire.up.pids.values()]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it went with another
    wire.up.process.wait()
    wire.up.process.stdout.close()
    wire.up.start()


@pytest.mark.parametrize("kill", [kill_broker, kill_everything])
def test_what_came_in_is_there_once(system: Any, kill: Callable[[Any], None]) -> None:
    wire = system
    chance = random.Random(seed := secrets.randbelow(10**9))
    print(f"seed {seed}")
    for _ in range(ROUNDS):
        before = stored(wire)
        flood = Flood(wire, first=max(before, 0) * 3)
        flood.start()
        wire.up.until(lambda before=before: stored(wire) > before, "something stored")
        threading.Event().wait(chance.uniform(0, 0.7))  # the moment of the kill is drawn, not waited for
        kill(wire)
        flood.finish()
    settle(wire)
    check(wire)


def settle(wire: Any) -> None:
    """A message published now, when all is up again, comes through, and then nothing waits any more."""
    marker = f"marker-{secrets.token_hex(4)}"
    wire.register([(marker, "plain", marker, {})])
    body = {"device": marker, "time": START.isoformat(), "air_temperature": 1}
    wire.publish([(f"hereabouts/{marker}/up", json.dumps(body).encode())])
    wire.up.until(lambda: bool(wire.rows("SELECT FROM uplink WHERE device_id = %s", marker)), "the last message")


def check(wire: Any) -> None:
    outcomes = dict(wire.rows("SELECT outcome, count(*) FROM uplink GROUP BY 1"))
    counts = wire.counts("plain")
    parts = {name: counts[name] for name in ("stored", "duplicate", "quarantined", "ignored") if counts[name]}
    assert counts["received"] == sum(parts.values())
    assert outcomes == parts
    raw = wire.rows("SELECT message_count, blob, door_counts FROM batch WHERE blob IS NOT NULL")
    assert sum(len(unpack(blob)) for _, blob, _ in raw) == counts["received"]
    assert sum(sum(door) for _, _, door in raw) == counts["received"]
    assert wire.rows("SELECT count(*) FROM uplink_key") == [(counts["stored"],)]
    found = wire.rows(
        "SELECT p.device_id, r.time, r.value FROM reading r JOIN datastream s ON s.id = r.datastream_id"
        " JOIN deployment p ON p.id = s.deployment_id WHERE p.device_id LIKE 'sensor-%%'"
    )
    assert len(found) == len(set(found)) > 0
    assert all(is_what_was_sent(*row) for row in found)


def is_what_was_sent(device: str, at: datetime, value: float) -> bool:
    number = int((at - START).total_seconds()) * DEVICES + int(device.removeprefix("sensor-"))
    body = json.loads(message(number)[1])
    return (body["device"], datetime.fromisoformat(body["time"]), body["air_temperature"]) == (device, at, value)
