"""How fast messages are understood and stored, as ratios to a bare loop in the same run. `make bench`."""

import base64
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, Source

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
EUI = "A81758FFFE000001"
FRAME = bytes.fromhex("0100e20229")  # Elsys: 22.6 degrees, 41 % relative humidity
SOURCE = Source(id=2, name="chirpstack", topic_filter="application/+/device/+/event/up", envelope="chirpstack")
MESSAGES = 4000
BATCH = 1000


def message(number: int) -> Message:
    at = NOON + timedelta(seconds=number)
    body = {
        "deduplicationId": f"00000000-0000-4000-8000-{number:012d}",
        "time": at.isoformat(),
        "deviceInfo": {"devEui": EUI, "deviceName": "bench"},
        "fCnt": number,
        "fPort": 5,
        "data": base64.b64encode(FRAME).decode(),
    }
    return Message(
        source=SOURCE,
        topic=f"application/1/device/{EUI.lower()}/event/up",
        payload=json.dumps(body).encode(),
        received_at=at,
    )


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of some runs."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took)


def say(what: str, ours_s: float, bare_s: float, bare: str) -> None:
    print(f"\n{what}: {MESSAGES / ours_s:,.0f} messages a second; {ours_s / bare_s:.1f} times as long as {bare}")


def a_device() -> dict[str, Device]:
    deployment = Deployment(id=1, device_id=EUI, place_id="h1", from_at=NOON - timedelta(days=1))
    return {EUI: Device(id=EUI, profile="elsys", deployments=(deployment,))}


def test_understanding() -> None:
    messages = [message(number) for number in range(MESSAGES)]
    devices, profiles = a_device(), load_profiles()
    assert len(interpret(messages[0], devices, profiles).values) == 2
    ours = best_of(3, lambda: [interpret(each, devices, profiles) for each in messages])
    bare = best_of(3, lambda: [base64.b64decode(json.loads(each.payload)["data"]) for each in messages])
    say("understanding", ours, bare, "reading the JSON alone")


def test_storing(database_url: str) -> None:
    devices, profiles = a_device(), load_profiles()
    deliveries = [interpret(message(number), devices, profiles) for number in range(MESSAGES)]
    with connect(database_url, DatabaseRole.OWNER) as owner:
        owner.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        owner.execute(
            "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
            " VALUES ('elsys', 'Elsys', 'Elsys', '1', 600, '{air_temperature}')"
        )
        owner.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'elsys')", (EUI,))
        owner.execute("INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 'h1', '2020-01-01Z')", (EUI,))
        owner.execute("CREATE TABLE bare (datastream_id int, time timestamptz, value float8)")
        bare = best_of(1, lambda: [copy_bare(owner.cursor(), deliveries[i : i + BATCH]) for i in batches()])
    with connect(database_url, DatabaseRole.INGEST) as connection:
        writer = BatchWriter(connection, detect(connection).engine, 2, slot=0)
        ours = best_of(1, lambda: [writer.write(deliveries[i : i + BATCH]) for i in batches()])
    say("storing", ours, bare, "copying the bare values")


def batches() -> range:
    return range(0, MESSAGES, BATCH)


def copy_bare(cursor: psycopg.Cursor[Any], deliveries: Sequence[Delivery]) -> None:
    with cursor.copy("COPY bare FROM STDIN") as copy:
        for delivery in deliveries:
            for value in delivery.values:
                copy.write_row((1, value.time, value.value))
