"""One worker against a real broker (of each kind) and a real database: what is acknowledged is stored."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hereabouts_deploy.embedded.broker import Broker
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import sync_profiles

DEADLINE_S = 60
Work = Callable[[], AbstractContextManager[None]]
Working = Callable[[IngestSettings], AbstractContextManager[None]]  # of conftest.py
START = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile.spec for profile in load_profiles().values()])
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        register(connection, "sensor-1")
        yield connection


def register(owner: Connection, device: str) -> None:
    owner.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'generic-indoor')", (device,))
    owner.execute("INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 'h1', '2020-01-01Z')", (device,))


@pytest.fixture
def work(database_url: str, owner: Connection, broker: Broker, tmp_path: Path, working: Working) -> Work:
    """Runs a worker in a thread for the length of a `with`."""
    settings = IngestSettings(
        database_url=database_url,
        mqtt_host="127.0.0.1",
        mqtt_port=broker.port,
        spool_dir=tmp_path / "spool",
        username=broker.login.username,
        password=broker.login.password,
    )
    return lambda: working(settings)


def publish(broker: Broker, bodies: list[dict[str, object]], *, retain: bool = False) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent = [client.publish("hereabouts/gateway/up", json.dumps(body), qos=1, retain=retain) for body in bodies]
    for one in sent:
        one.wait_for_publish(DEADLINE_S)
    client.disconnect()
    client.loop_stop()


def body(number: int, device: str = "sensor-1") -> dict[str, object]:
    at = START.replace(hour=0, minute=number // 60 % 60, second=number % 60)
    return {"device": device, "time": at.isoformat(), "temperature": 20 + number / 100}


def until(owner: Connection, statement: str, wanted: object) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while owner.execute(statement).fetchone() != (wanted,):
        assert time.monotonic() < deadline, owner.execute(statement).fetchone()
        time.sleep(0.02)


READINGS = "SELECT count(*) FROM reading"
RECEIVED = "SELECT coalesce(sum(received), 0)::int FROM ingest_count"


def test_what_is_published_is_stored(work: Work, broker: Broker, owner: Connection) -> None:
    with work():
        publish(broker, [body(n) for n in range(500)])
        until(owner, READINGS, 500)
    assert owner.execute("SELECT sum(stored)::int FROM ingest_count").fetchone() == (500,)


def test_what_comes_while_no_worker_runs_waits_at_the_broker(work: Work, broker: Broker, owner: Connection) -> None:
    with work():
        publish(broker, [body(0)])
        until(owner, READINGS, 1)
    publish(broker, [body(n) for n in range(1, 300)])
    with work():
        until(owner, READINGS, 300)
    until(owner, RECEIVED, 300)  # acknowledged before the stop, so nothing came twice


def test_a_device_registered_while_the_worker_runs_is_known_at_once(
    work: Work, broker: Broker, owner: Connection
) -> None:
    with work():
        publish(broker, [body(0, "newcomer")])
        until(owner, "SELECT count(*) FROM quarantine WHERE reason = 'unknown_device'", 1)
        register(owner, "newcomer")
        publish(broker, [body(1, "newcomer")])
        until(owner, READINGS, 1)


def test_a_message_the_store_refuses_is_set_aside_and_its_neighbours_stored(
    work: Work, broker: Broker, owner: Connection
) -> None:
    owner.execute("ALTER TABLE reading ADD CHECK (value <> 20.07)")
    with work():
        publish(broker, [body(n) for n in range(20)])
        until(owner, READINGS, 19)
    assert owner.execute("SELECT reason, payload FROM quarantine").fetchall() == [
        ("refused_by_store", json.dumps(body(7)).encode())
    ]


def test_a_lost_database_connection_loses_nothing(work: Work, broker: Broker, owner: Connection) -> None:
    with work():
        for start in range(0, 500, 50):
            publish(broker, [body(n) for n in range(start, start + 50)])
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'hereabouts ingest' AND datname = current_database()"
            )
        until(owner, READINGS, 500)
    assert owner.execute("SELECT count(*) FROM uplink_key").fetchone() == (500,)


def test_a_store_that_cannot_take_anything_is_tried_again_with_growing_delay(
    work: Work, broker: Broker, owner: Connection
) -> None:
    owner.execute("CREATE SEQUENCE tries; GRANT USAGE ON tries TO hereabouts_ingest")
    owner.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('tries');"
        " RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"
    )
    owner.execute("CREATE TRIGGER full_disk BEFORE INSERT ON uplink_key EXECUTE FUNCTION full_disk()")
    with work():
        publish(broker, [body(0)])
        until(owner, "SELECT last_value >= 4 FROM tries", True)
        began = time.monotonic()
        until(owner, "SELECT last_value >= 5 FROM tries", True)
        assert time.monotonic() - began > 0.5  # the fifth wait is 1.6 to 4.8 s
        owner.execute("DROP TRIGGER full_disk ON uplink_key")
        until(owner, READINGS, 1)


def test_the_broker_started_again_is_found_again(work: Work, broker: Broker, owner: Connection) -> None:
    with work():
        publish(broker, [body(0)])
        until(owner, READINGS, 1)
        broker.stop()
        broker.start()
        publish(broker, [body(1)])
        until(owner, READINGS, 2)


def test_a_retained_message_without_its_own_time_is_ignored_and_counted(
    work: Work, broker: Broker, owner: Connection
) -> None:
    publish(broker, [{"device": "sensor-1", "temperature": 21}], retain=True)
    with work():
        until(owner, "SELECT coalesce(sum(ignored), 0)::int FROM ingest_count", 1)
    assert owner.execute(READINGS).fetchone() == (0,)
