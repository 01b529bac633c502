"""A whole worker at a real broker: what was published at quality 0 while it was away comes by itself."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hereabouts_deploy.embedded.broker import Broker
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.connection import Connection

DEADLINE_S = 60
Working = Callable[[IngestSettings], AbstractContextManager[None]]  # of conftest.py


def until(owner: Connection, statement: str, wanted: object) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while (found := owner.execute(statement).fetchall()) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


@contextmanager
def network(broker: Broker, storage: Any) -> Iterator[Any]:
    """The Things Stack: publishes at quality 0 and keeps a copy, of which some fields differ.

    Its own broker holds nothing for a session that is away, as ours would: then there is the copy alone.
    """
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()

    def send(*numbers: int, heard: bool = True) -> None:
        for number in numbers:
            body = storage.uplink(number, datetime.now(UTC))
            storage.keep(body)
            if heard:
                text = json.dumps({**body, "correlation_ids": [f"as:up:{number}"]})
                client.publish("v3/council@tenant/devices/sensor-1/up", text, qos=0).wait_for_publish(DEADLINE_S)

    yield send
    client.disconnect()
    client.loop_stop()


def test_what_came_while_nobody_listened_appears_by_itself(
    broker: Broker, settings: IngestSettings, owner: Connection, storage: Any, working: Working
) -> None:
    settings = replace(settings, mqtt_port=broker.port, username=broker.login.username, password=broker.login.password)
    frames = "SELECT f_cnt FROM uplink WHERE outcome = 'stored' ORDER BY f_cnt"
    with network(broker, storage) as send:
        with working(settings):
            send(*range(5))
            until(owner, frames, [(n,) for n in range(5)])
            assert owner.execute("SELECT count(*) FROM backfill_request").fetchone() == (0,)
        send(*range(5, 12), heard=False)
        with working(settings):
            send(*range(12, 15))
            until(owner, frames, [(n,) for n in range(15)])
            until(owner, "SELECT cause, state, stored FROM backfill_request", [("absence", "done", 7)])
    assert owner.execute("SELECT count(*) FROM reading").fetchone() == (15,)
    assert owner.execute("SELECT sum(received - stored - duplicate)::int FROM ingest_count").fetchone() == (0,)
