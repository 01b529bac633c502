"""kill -9 of ingest and of the database, at times drawn at random while messages flow: nothing lost, nothing double.

Messages arrive without pause and a batch takes a few milliseconds, so kills drawn over half a minute fall before,
during and after COMMIT. Compared exactly: readings with their values, keys, counts, and the raw batches.
"""

import json
import os
import random
import secrets
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from hereabouts_platform.store.raw_blob import unpack

ROUNDS = 20
DEVICES = 40
GOOD, BURST = 16_000, 200
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


@pytest.fixture(scope="module")
def chance() -> random.Random:
    seed = int(os.environ.get("KILL_SEED", secrets.randbelow(10**9)))
    print(f"KILL_SEED={seed}")
    return random.Random(seed)


def good(number: int) -> tuple[str, bytes]:
    """One reading that no other message says: device by remainder, second by quotient."""
    device = f"sensor-{number % DEVICES}"
    at = (START + timedelta(seconds=number // DEVICES)).isoformat()
    body = {"device": device, "time": at, "air_temperature": number % 97 / 4}
    return f"hereabouts/{device}/up", json.dumps(body).encode()


def traffic(chance: random.Random) -> list[tuple[str, bytes]]:
    """All good messages in order, with copies (1 in 10) and messages that cannot be read (1 in 20) among them."""
    messages = []
    for number in range(GOOD):
        messages.append(good(number))
        if chance.random() < 0.1:
            messages.append(good(chance.randrange(number + 1)))
        if chance.random() < 0.05:
            messages.append(("hereabouts/broken/up", b"\x00 %d" % number))
    return messages


def kill(wire: Any, part: str) -> None:
    """kill -9, and wait until there is another process in its place."""
    before = wire.pids[part]
    os.kill(before, signal.SIGKILL)
    wire.up.until(lambda: wire.pids.get(part) not in (None, before), f"{part} back after kill -9")


def killing(wire: Any, chance: random.Random, stop: threading.Event, done: list[str]) -> None:
    while not stop.wait(chance.uniform(0.05, 2.0)) and len(done) < ROUNDS:
        part = chance.choice(["ingest", "ingest", "postgres"])
        kill(wire, part)
        done.append(part)


def settled(wire: Any, marker: str) -> bool:
    try:
        return bool(wire.rows("SELECT 1 FROM uplink WHERE device_id = %s AND outcome = 'stored'", marker))
    except psycopg.OperationalError:
        return False


def answers(wire: Any) -> bool:
    """Whether the database takes connections: one that was killed last recovers for a while."""
    try:
        return bool(wire.rows("SELECT 1"))
    except psycopg.OperationalError:
        return False


def wait_for_marker(wire: Any, marker: str) -> None:
    """A message that comes last tells when all before it have been dealt with."""
    wire.register([(marker, "plain", marker, {})])
    body = {"device": marker, "time": START.isoformat(), "air_temperature": 1}
    wire.publish([(f"hereabouts/{marker}/up", json.dumps(body).encode())])
    wire.up.until(lambda: settled(wire, marker), "the last message")


@pytest.fixture(scope="module")
def after_kills(wire: Any, chance: random.Random) -> tuple[Any, list[tuple[str, bytes]]]:
    wire.register([(f"sensor-{n}", "plain", f"home-{n}", {}) for n in range(DEVICES)])
    messages = traffic(chance)
    stop, done = threading.Event(), []
    killer = threading.Thread(target=killing, args=(wire, chance, stop, done))
    killer.start()
    for at in range(0, len(messages), BURST):
        wire.publish(messages[at : at + BURST])
        if len(done) < ROUNDS:
            time.sleep(0.25)  # spreads the traffic over the kills; nothing is waited for here
    killer.join()
    assert len(done) == ROUNDS
    wire.up.until(lambda: answers(wire), "the database after the last kill")
    wait_for_marker(wire, "marker-1")
    wait_for_marker(wire, "marker-2")
    return wire, messages


def test_every_reading_is_there_once_with_its_value(after_kills: Any) -> None:
    wire, _ = after_kills
    found = wire.rows(
        "SELECT p.device_id, r.time, r.value FROM reading r JOIN datastream s ON s.id = r.datastream_id"
        " JOIN deployment p ON p.id = s.deployment_id WHERE p.device_id LIKE 'sensor-%%'"
    )
    wanted = []
    for number in range(GOOD):
        body = json.loads(good(number)[1])
        wanted.append((body["device"], datetime.fromisoformat(body["time"]), body["air_temperature"]))
    assert sorted(found) == sorted(wanted)


def test_received_is_stored_and_duplicate_and_quarantined_and_ignored(after_kills: Any) -> None:
    wire, messages = after_kills
    counts = wire.counts("plain")
    parts = {name: counts[name] for name in ("stored", "duplicate", "quarantined", "ignored")}
    assert counts["received"] == sum(parts.values())
    assert parts["stored"] == GOOD + 2  # and the markers
    assert counts["received"] >= len(messages) + 2  # what was not acknowledged came again
    raw = wire.rows("SELECT message_count, blob FROM batch WHERE blob IS NOT NULL")
    assert sum(count for count, _ in raw) == counts["received"]
    assert all(len(unpack(blob)) == count for count, blob in raw)
    assert wire.rows("SELECT outcome, count(*) FROM uplink GROUP BY 1 ORDER BY 1") == sorted(
        (name, count) for name, count in parts.items() if count
    )
    assert wire.rows("SELECT count(*) FROM uplink_key") == [(GOOD + 2,)]


def test_every_unreadable_message_is_in_quarantine_with_its_bytes(after_kills: Any) -> None:
    wire, messages = after_kills
    sent = {payload for topic, payload in messages if topic == "hereabouts/broken/up"}
    rows = wire.rows("SELECT payload, deliveries FROM quarantine WHERE reason = 'unreadable'")
    assert {payload for payload, _ in rows} == sent
    assert sum(deliveries for _, deliveries in rows) == wire.counts("plain")["quarantined"]


def test_latest_is_the_newest_reading(after_kills: Any) -> None:
    wire, _ = after_kills
    wrong = wire.rows(
        "SELECT count(*) FROM latest l WHERE (l.time, l.value) <> ALL"
        " (SELECT r.time, r.value FROM reading r WHERE r.datastream_id = l.datastream_id ORDER BY time DESC LIMIT 1)"
    )
    assert wrong == [(0,)]
