"""The town's publisher against real brokers: everything is taken, a broker that was away is found again."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hereabouts_deploy.demo.clock import origin_before
from hereabouts_deploy.demo.publisher import publish_town
from hereabouts_deploy.demo.world import World, live_through
from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.mqtt_address import MqttAddress

DEADLINE_S = 40
DAYS = 12


@pytest.fixture(scope="module")
def world() -> World:
    now = datetime.now(UTC)
    return live_through(1, origin_before(now, DAYS), now)


class Ear:
    """A subscriber to everything, which comes back when the broker does."""

    def __init__(self, broker: Broker) -> None:
        self.topics: list[str] = []
        self.subscribed = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set(broker.login.username, broker.login.password)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_message = lambda _c, _d, message: self.topics.append(message.topic)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe("#", qos=1)

    def __enter__(self) -> "Ear":
        assert self.subscribed.wait(DEADLINE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class Publishing:
    """`publish_town` in a thread of its own."""

    def __init__(self, world: World, port: int) -> None:
        self.stop = threading.Event()
        self.taken = 0
        self._thread = threading.Thread(target=self._run, args=(world, MqttAddress(host="127.0.0.1", port=port)))
        self._thread.start()

    def _run(self, world: World, address: MqttAddress) -> None:
        self.taken = publish_town(world, address, self.stop)

    def __enter__(self) -> "Publishing":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()


def test_everything_is_taken_and_arrives(broker: Broker, world: World) -> None:
    roots = ("v3/", "application/", "demo-town/reading/")
    with Ear(broker) as ear:
        with Publishing(world, broker.port) as publishing:
            until(lambda: all(any(topic.startswith(root) for topic in ear.topics) for root in roots))
        until(lambda: len(ear.topics) >= publishing.taken)
        assert len(ear.topics) == publishing.taken


def test_a_broker_that_was_away_is_found_again(broker: Broker, world: World) -> None:
    with Publishing(world, broker.port), Ear(broker) as ear:
        until(lambda: bool(ear.topics))
        broker.stop()
        ear.topics.clear()
        broker.start()
        until(lambda: bool(ear.topics))
