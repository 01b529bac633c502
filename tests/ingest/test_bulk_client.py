"""Our reader in paho's client at a real broker: long messages, odd properties, holding still, late acknowledgements."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_ingest.bulk_client import BulkClient
from hereabouts_ingest.packets import Publish

DEADLINE_S = 60


class Consumer:
    """A client of ours under test, and what it got."""

    def __init__(self, broker: Broker, protocol: int = mqtt.MQTTv5) -> None:
        self.got: list[tuple[Publish, int]] = []
        self.lost = 0
        self.has_room = threading.Event()
        self.has_room.set()
        self.client = BulkClient(
            CallbackAPIVersion.VERSION2, client_id="under-test", protocol=protocol, manual_ack=True,
            clean_session=None if protocol == mqtt.MQTTv5 else False,
            on_run=self._on_run, wait_for_room=self.has_room.wait,
        )  # fmt: skip
        self.client.username_pw_set(broker.login.username, broker.login.password)
        self.client.on_disconnect = self._on_disconnect
        self.port, self.protocol = broker.port, protocol

    def start(self, keepalive_s: int = 30) -> None:
        granted = threading.Event()
        self.client.on_connect = lambda client, *_: client.subscribe("hereabouts/#", 1) and None
        self.client.on_subscribe = lambda *_: granted.set()
        if self.protocol == mqtt.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 3600
            self.client.connect("127.0.0.1", self.port, keepalive_s, clean_start=False, properties=properties)
        else:
            self.client.connect("127.0.0.1", self.port, keepalive_s)
        self.client.loop_start()
        assert granted.wait(DEADLINE_S)

    def stop(self) -> None:
        self.has_room.set()
        self.client.disconnect()
        self.client.loop_stop()

    def cut(self) -> None:
        """Lose the connection, when all that was to be sent is sent; the client comes back by itself."""
        deadline = time.monotonic() + DEADLINE_S
        while self.client.want_write():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        connection = self.client.socket()
        assert connection is not None
        connection.shutdown(socket.SHUT_RDWR)

    def until(self, count: int) -> list[Publish]:
        deadline = time.monotonic() + DEADLINE_S
        while len(self.got) < count:
            assert time.monotonic() < deadline, f"{len(self.got)} of {count}"
            time.sleep(0.01)
        return [publish for publish, _ in self.got]

    def _on_run(self, run: Sequence[Publish], generation: int) -> None:
        self.got += [(publish, generation) for publish in run]

    def _on_disconnect(self, *_: object) -> None:
        self.lost += 1


@pytest.fixture
def mosquitto(brokers: Callable[[BrokerKind], Broker]) -> Broker:
    return brokers(BrokerKind.MOSQUITTO)


@pytest.fixture
def consumer(mosquitto: Broker) -> Iterator[Consumer]:
    made = Consumer(mosquitto)
    yield made
    made.stop()


def publish(broker: Broker, payloads: Sequence[bytes], properties: Properties | None = None) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent = [client.publish("hereabouts/a/up", payload, qos=1, properties=properties) for payload in payloads]
    for each in sent:
        each.wait_for_publish(DEADLINE_S)
    client.disconnect()
    client.loop_stop()


def test_messages_of_all_sizes_come_whole_and_in_order(mosquitto: Broker, consumer: Consumer) -> None:
    payloads = [b"x" * size for size in (0, 1, 100, 127, 128, 5_000_000, 16_383, 16_384, 3)]
    consumer.start()
    publish(mosquitto, payloads)
    assert [each.payload for each in consumer.until(len(payloads))] == payloads


def test_a_property_that_stock_paho_hangs_up_on_is_passed_over(mosquitto: Broker, consumer: Consumer) -> None:
    properties = Properties(PacketTypes.PUBLISH)
    properties.UserProperty = ("unit", "\ufeffCel")
    consumer.start()
    publish(mosquitto, [b"one"], properties)
    publish(mosquitto, [b"two"])
    assert [each.payload for each in consumer.until(2)] == [b"one", b"two"]
    assert consumer.lost == 0


@pytest.mark.parametrize("protocol", [mqtt.MQTTv311, mqtt.MQTTv5])
def test_while_there_is_no_room_nothing_is_read_and_the_connection_lives(mosquitto: Broker, protocol: int) -> None:
    consumer = Consumer(mosquitto, protocol)
    consumer.start(keepalive_s=1)
    try:
        consumer.has_room.clear()
        publish(mosquitto, [b"waits"])
        held_until = time.monotonic() + 4  # the broker gives up after 1.5 times the keepalive
        while time.monotonic() < held_until:
            time.sleep(0.1)
            assert consumer.got == []
        consumer.has_room.set()
        assert [each.payload for each in consumer.until(1)] == [b"waits"]
        assert consumer.lost == 0
    finally:
        consumer.stop()


def test_what_is_acknowledged_does_not_come_again_and_the_rest_does(mosquitto: Broker, consumer: Consumer) -> None:
    consumer.start()
    publish(mosquitto, [b"one", b"two", b"three"])
    consumer.until(3)
    first, generation = consumer.got[0]
    consumer.client.acknowledge([first.packet_id], generation)
    consumer.cut()
    assert sorted(each.payload for each in consumer.until(5)[3:]) == [b"three", b"two"]


def test_an_acknowledgement_of_an_earlier_connection_is_never_sent(mosquitto: Broker, consumer: Consumer) -> None:
    consumer.start()
    publish(mosquitto, [b"one"])
    consumer.until(1)
    stale, generation = consumer.got[0]
    consumer.cut()
    consumer.until(2)
    assert consumer.got[1][1] > generation
    consumer.client.acknowledge([stale.packet_id], generation)  # its number may mean another message by now
    consumer.cut()
    assert [each.payload for each in consumer.until(3)] == [b"one", b"one", b"one"]
