"""Traffic as bad as it gets: poison, copies, late and shuffled readings, a message of 5 MB, 10,000 unknown devices.

Every message has an outcome, and it is the right one, exactly.
"""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

DEVICES = 30
GOOD, UNKNOWN, BURST = 3_000, 10_000, 500
NOW = datetime.now(UTC).replace(microsecond=0)
CHANCE = random.Random(20)


def reading(number: int) -> tuple[str, bytes]:
    """A reading of its own second; one in five is late by up to 20 days."""
    device = f"rough-{number % DEVICES}"
    late = timedelta(days=20 * (number % 5 == 0) * (number % 97) / 97)
    at = NOW - timedelta(seconds=number) - late
    body = {"device": device, "time": at.isoformat(), "air_temperature": number % 80 / 4}
    return f"hereabouts/{device}/up", json.dumps(body).encode()


def stranger(number: int) -> tuple[str, bytes]:
    body = {"device": f"nobody-{number}", "time": NOW.isoformat(), "air_temperature": 20}
    return f"hereabouts/nobody-{number}/up", json.dumps(body).encode()


@pytest.fixture(scope="module")
def sent(wire: Any) -> Counter[str]:
    """What was published, by the outcome that it has to have."""
    wire.register([(f"rough-{n}", "plain", f"rough-home-{n}", {}) for n in range(DEVICES)])
    good = [reading(number) for number in range(GOOD)]
    copies = CHANCE.choices(good, k=GOOD // 10)
    poison = [("hereabouts/poison/up", b"\x00\xff{%d" % number) for number in range(GOOD // 10)]
    large = [("hereabouts/large/up", b'{"device": "rough-0", "x": "' + b"x" * 5_000_000 + b'"}')]
    traffic = [*good, *copies, *poison, *large, *(stranger(number) for number in range(UNKNOWN))]
    CHANCE.shuffle(traffic)
    for at in range(0, len(traffic), BURST):
        wire.publish(traffic[at : at + BURST])
    wire.up.until(lambda: wire.counts("plain")["received"] >= len(traffic), "all of it")
    return Counter(received=len(traffic), stored=GOOD, duplicate=len(copies), quarantined=len(poison) + 1 + UNKNOWN)


def test_every_message_has_its_outcome(wire: Any, sent: Counter[str]) -> None:
    counts = wire.counts("plain")
    assert {name: counts[name] for name in (*sent, "ignored")} == {**sent, "ignored": 0}


def test_every_reading_is_there_at_its_own_time(wire: Any, sent: Counter[str]) -> None:
    found = wire.rows(
        "SELECT p.device_id, r.time, r.value FROM reading r JOIN datastream s ON s.id = r.datastream_id"
        " JOIN deployment p ON p.id = s.deployment_id WHERE p.device_id LIKE 'rough-%%'"
    )
    bodies = [json.loads(reading(number)[1]) for number in range(GOOD)]
    assert sorted(found) == sorted(
        (body["device"], datetime.fromisoformat(body["time"]), body["air_temperature"]) for body in bodies
    )


def test_what_could_not_be_read_is_kept_with_its_reason(wire: Any, sent: Counter[str]) -> None:
    found = dict(wire.rows("SELECT reason, sum(deliveries)::int FROM quarantine GROUP BY reason"))
    assert found == {"unreadable": GOOD // 10, "oversize": 1, "unknown_device": UNKNOWN}
    assert wire.rows("SELECT octet_length(payload) FROM quarantine WHERE reason = 'oversize'") == [(5_000_030,)]


def test_the_books_agree(wire: Any, sent: Counter[str]) -> None:
    (door,) = wire.rows("SELECT sum(n)::int FROM batch, unnest(door_counts) AS n")[0]
    assert door == sent["received"]
