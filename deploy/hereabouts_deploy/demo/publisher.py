"""The live town on the broker: one MQTT client that publishes what the devices' networks would."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hereabouts_deploy.demo.bins import NOBODY, Served
from hereabouts_deploy.demo.networks import Wire
from hereabouts_deploy.demo.traffic import Traffic
from hereabouts_deploy.demo.world import World
from hereabouts_deploy.mqtt_address import MqttAddress

log = structlog.get_logger(__name__)

KEEPALIVE_S = 30
TICK_S = 0.5
FAREWELL_S = 5.0
MOST_UNDER_WAY = 2000


def publish_town(
    world: World, broker: MqttAddress, stop: threading.Event, served: Callable[[], Served] = lambda: NOBODY
) -> int:
    """Publish the town's traffic at QoS 1 from now until `stop`; returns how many messages the broker took.

    Where the address has no login the client is anonymous, which the embedded broker allows on loopback. It reconnects
    by itself. While the broker is away or does not keep up nothing is made up: the devices go on, and their first
    message afterwards speaks of then. `served` says who has emptied bins by now.
    """
    traffic = Traffic(world, datetime.now(UTC))
    publisher = _Publisher(broker)
    while not stop.wait(TICK_S):
        traffic.hear(served())
        if publisher.is_keeping_up():
            for sent in traffic.due(datetime.now(UTC)):
                publisher.publish(sent.wire)
    publisher.leave()
    log.info("the demo town has stopped publishing", action="demo_stopped", taken=publisher.taken)
    return publisher.taken


class _Publisher:
    """A client that counts what the broker has acknowledged."""

    def __init__(self, broker: MqttAddress) -> None:
        self.taken = 0
        self._published = 0
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="hereabouts-demo-town", protocol=mqtt.MQTTv311
        )
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if broker.use_tls:
            self._client.tls_set()
        self._client.on_publish = self._on_publish
        self._client.reconnect_delay_set(min_delay=1, max_delay=30)
        self._client.connect_async(broker.host, broker.port, KEEPALIVE_S)
        self._client.loop_start()

    def is_keeping_up(self) -> bool:
        """Whether the broker is there and has taken nearly all it was given."""
        return self._client.is_connected() and self._published - self.taken < MOST_UNDER_WAY

    def publish(self, wire: Wire) -> None:
        """Hand over one message; one that a lost connection caught under way goes out again after the next."""
        self._client.publish(wire.topic, wire.payload, qos=1)
        self._published += 1

    def leave(self) -> None:
        """Disconnect once everything is taken, or after a few seconds."""
        deadline = time.monotonic() + FAREWELL_S
        while self._client.is_connected() and self.taken < self._published and time.monotonic() < deadline:
            time.sleep(0.05)
        self._client.disconnect()
        self._client.loop_stop()

    def _on_publish(
        self, _client: mqtt.Client, _data: object, _mid: int, _code: ReasonCode, _properties: Properties
    ) -> None:
        self.taken += 1
