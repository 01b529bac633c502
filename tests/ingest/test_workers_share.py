"""Several workers on one feed: every message once, whoever dies, and a slot can be given up without loss."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.sharing import require_sharing
from hereabouts_ingest.worker import run_ingest
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.errors import ConfigError

DEADLINE_S = 60
Working = Callable[[IngestSettings], AbstractContextManager[None]]  # of conftest.py
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)


def settings_of(broker: Broker, database_url: str, folder: Path) -> IngestSettings:
    return IngestSettings(
        database_url=database_url,
        mqtt_host="127.0.0.1",
        mqtt_port=broker.port,
        username=broker.login.username,
        password=broker.login.password,
        spool_dir=folder,
        shared=True,
    )


def publish(broker: Broker, first: int, count: int) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent = [client.publish("hereabouts/gateway/up", body(number), qos=1) for number in range(first, first + count)]
    for one in sent:
        one.wait_for_publish(DEADLINE_S)
    client.disconnect()
    client.loop_stop()


def body(number: int) -> bytes:
    at = START + timedelta(seconds=number)
    return json.dumps({"device": "sensor-1", "time": at.isoformat(), "temperature": 20.0}).encode()


def until_stored(owner: Connection, count: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while owner.execute("SELECT count(*) FROM reading").fetchone() != (count,):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def received_by(owner: Connection) -> dict[int, int]:
    return dict(owner.execute("SELECT slot, sum(received)::int FROM ingest_count GROUP BY slot").fetchall())


def test_two_workers_share_a_feed_and_each_message_goes_to_one(
    owner: Connection, brokers: Callable[[BrokerKind], Broker], database_url: str, tmp_path: Path, working: Working
) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    first = settings_of(broker, database_url, tmp_path)
    with working(first), working(replace(first, slot=1)):
        publish(broker, 0, 1000)
        until_stored(owner, 1000)
    shares = received_by(owner)
    assert sum(shares.values()) == 1000
    assert min(shares[0], shares[1]) > 0


def test_one_worker_that_becomes_two_hears_nothing_twice(
    owner: Connection, brokers: Callable[[BrokerKind], Broker], database_url: str, tmp_path: Path, working: Working
) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    first = settings_of(broker, database_url, tmp_path)
    with working(replace(first, shared=False)):
        publish(broker, 0, 100)
        until_stored(owner, 100)
    with working(first), working(replace(first, slot=1)):
        publish(broker, 100, 1000)
        until_stored(owner, 1100)
    assert sum(received_by(owner).values()) == 1100


def test_a_drained_slot_leaves_nothing_behind_and_gets_nothing_more(
    owner: Connection, brokers: Callable[[BrokerKind], Broker], database_url: str, tmp_path: Path, working: Working
) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    first = settings_of(broker, database_url, tmp_path)
    second = replace(first, slot=1)
    with working(first), working(second):
        publish(broker, 0, 100)
        until_stored(owner, 100)
    publish(broker, 100, 500)  # the broker queues a share of them for each absent member
    run_ingest(replace(second, drain=True), threading.Event())
    drained = received_by(owner)[1]
    with working(first):
        until_stored(owner, 600)
        publish(broker, 600, 100)  # all for the one that is left
        until_stored(owner, 700)
    assert received_by(owner)[1] == drained
    with working(first), working(second):  # it is needed again: the broker knows no session of it, as it should not
        pass
    assert lost_sessions(owner) == 0


def test_a_slot_that_only_took_webhooks_had_no_session_to_lose(
    owner: Connection, brokers: Callable[[BrokerKind], Broker], database_url: str, tmp_path: Path, working: Working
) -> None:
    owner.execute("INSERT INTO ingest_count (source_id, hour, slot, received, stored) VALUES (4, now(), 0, 1, 1)")
    with working(settings_of(brokers(BrokerKind.MOSQUITTO), database_url, tmp_path)):
        pass
    assert lost_sessions(owner) == 0


def test_a_broker_without_shared_subscriptions_is_refused_with_a_sentence(
    owner: Connection, brokers: Callable[[BrokerKind], Broker], database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(brokers(BrokerKind.AMQTT), database_url, tmp_path)
    with pytest.raises(ConfigError, match="grants no shared subscriptions"):
        require_sharing(settings)
    with pytest.raises(ConfigError, match="grants no shared subscriptions"):
        run_ingest(settings, threading.Event())


def test_a_broker_that_forgot_the_session_is_counted_as_a_possible_loss(
    owner: Connection, brokers: Callable[[BrokerKind], Broker], database_url: str, tmp_path: Path, working: Working
) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    settings = settings_of(broker, database_url, tmp_path)
    with working(settings):
        publish(broker, 0, 10)
        until_stored(owner, 10)
    with working(settings):  # it still knows us
        publish(broker, 10, 10)
        until_stored(owner, 20)
    assert lost_sessions(owner) == 0
    forget(broker, settings.client_id)
    with working(settings):
        deadline = time.monotonic() + DEADLINE_S
        while not lost_sessions(owner):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def lost_sessions(owner: Connection) -> int:
    row = owner.execute("SELECT count(*) FROM loss_estimate WHERE kind = 'session_lost' AND source_id = 4").fetchone()
    return int(row[0]) if row else 0


def forget(broker: Broker, client_id: str) -> None:
    """What a broker without saved sessions does when it is started again."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True)
    client.username_pw_set(broker.login.username, broker.login.password)
    gone = threading.Event()
    client.on_disconnect = lambda *_: gone.set()
    client.connect("127.0.0.1", broker.port)
    client.on_connect = lambda *_: client.disconnect()
    client.loop_start()
    assert gone.wait(DEADLINE_S)
    client.loop_stop()
