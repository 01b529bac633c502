"""The MQTT side of a worker: a persistent session, QoS 1, acknowledgements only when told.

Speaks MQTT 5 with an explicit receive maximum (without one brokers keep only 20 messages in flight) and falls back to
3.1.1 where the broker knows no better. It never acknowledges over another connection than the one a message came by.
"""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hereabouts_ingest.inbox import Arrival, Inbox
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.storable import storable
from hereabouts_schemas.message import Message, Source

log = structlog.get_logger(__name__)

SESSION_EXPIRY_S = 0xFFFFFFFF  # never: the broker keeps what arrives while we are away
KEEPALIVE_S = 30
HANDSHAKE_S = 3.0  # a broker that knows no MQTT 5 may just keep silent instead of refusing
MOST_TOPICS, MOST_REMEMBERED_CHARACTERS = 100_000, 256  # remembered topic -> source; others are matched each time
MOST_TOPIC_CHARACTERS = 65_535  # what MQTT allows
FLIP_AFTER_S = 1.0
_UNSUPPORTED = ("Unsupported protocol version", "Protocol error", "Malformed packet")


class Listener:
    """Fills an inbox from a broker. Reconnects by itself, with growing delay."""

    def __init__(self, settings: IngestSettings, sources: Sequence[Source], inbox: Inbox) -> None:
        self._settings = settings
        filters = [(source.topic_filter, source) for source in sources if source.topic_filter]
        self._filters = sorted(filters, key=lambda pair: _openness(pair[0]))
        self._inbox = inbox
        self._by_topic: dict[str, Source] = {}
        self._connection = 0
        self._ever_connected = False
        self._protocol = mqtt.MQTTv5
        self._client: mqtt.Client | None = None
        self._lock = threading.Lock()
        self.subscribed = threading.Event()
        self._refused = threading.Event()
        self._waiting_since: float | None = None
        self._started = 0.0

    def start(self) -> None:
        """Begin to connect, in a thread of its own; `subscribed` is set once every source is granted."""
        self._started = time.monotonic()
        client = self._client = self._make_client()
        host, port = self._settings.mqtt_host, self._settings.mqtt_port
        if self._protocol == mqtt.MQTTv5:
            properties = self._connect_properties()
            client.connect_async(host, port, KEEPALIVE_S, clean_start=False, properties=properties)
        else:
            client.connect_async(host, port, KEEPALIVE_S)
        client.loop_start()

    def stop(self) -> None:
        """Disconnect; the broker keeps the session and everything not acknowledged."""
        client = self._client
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def tend(self) -> None:
        """Called by the worker now and then: tries the other version of MQTT when the broker refused this one."""
        now = time.monotonic()
        kept_silent = self._waiting_since is not None and now - self._waiting_since > HANDSHAKE_S
        if (self._refused.is_set() or kept_silent) and now - self._started > FLIP_AFTER_S:
            self._refused.clear()
            self._waiting_since = None
            self.stop()
            self._protocol = mqtt.MQTTv311 if self._protocol == mqtt.MQTTv5 else mqtt.MQTTv5
            log.info("the broker refused our version of MQTT; trying the other", action="mqtt_fallback")
            self.start()

    def acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        """Acknowledge committed messages that came over the present connection.

        Those of an earlier connection come again by themselves and are recognised as duplicates.
        """
        with self._lock:
            client, connection = self._client, self._connection
        if client is None:
            return
        for arrival in arrivals:
            if arrival.connection == connection and arrival.qos > 0:
                client.ack(arrival.packet_id, arrival.qos)

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._settings.client_id,
            clean_session=None if self._protocol == mqtt.MQTTv5 else False,
            protocol=self._protocol,
            manual_ack=True,
        )
        client.username_pw_set(self._settings.username, self._settings.password)
        if self._settings.use_tls:
            client.tls_set()
        client.reconnect_delay_set(min_delay=1, max_delay=30)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_socket_open = self._on_socket_open
        return client

    def _connect_properties(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        properties.ReceiveMaximum = self._settings.receive_maximum
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        return properties

    def _on_socket_open(self, _client: mqtt.Client, _data: object, _socket: object) -> None:
        if not self._ever_connected:
            self._waiting_since = time.monotonic()

    def _on_connect(
        self, client: mqtt.Client, _data: object, flags: mqtt.ConnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        self._waiting_since = None
        if code.is_failure:
            log.warning("the broker refused the connection", action="mqtt_refused", reason=str(code))
            if str(code) in _UNSUPPORTED:
                self._refused.set()
            return
        with self._lock:
            self._connection += 1
        if self._ever_connected and not flags.session_present:
            log.warning("the broker forgot our session; messages may be lost", action="mqtt_session_lost")
        self._ever_connected = True
        log.info("connected to the broker", action="mqtt_connected", session_present=flags.session_present)
        # Always subscribed anew: a persistent session keeps what it had, and knows nothing of a source added since.
        once = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        if self._protocol == mqtt.MQTTv5:
            client.subscribe([(topic_filter, once) for topic_filter, _ in self._filters])
        else:
            client.subscribe([(topic_filter, 1) for topic_filter, _ in self._filters])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        refused = [source.name for (_, source), code in zip(self._filters, codes, strict=True) if code.is_failure]
        if refused:
            log.error("the broker refused subscriptions", action="mqtt_subscribe_refused", sources=refused)
        else:
            self.subscribed.set()

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        self.subscribed.clear()
        if code.is_failure:
            log.warning("lost the broker", action="mqtt_disconnected", reason=str(code))
            if self._waiting_since is not None:  # hung up instead of answering: perhaps it knows no MQTT 5
                self._waiting_since = None
                self._refused.set()

    def _on_message(self, _client: mqtt.Client, _data: object, packet: mqtt.MQTTMessage) -> None:
        """Must never raise: an exception here would end paho's thread."""
        try:
            topic = packet.topic
        except UnicodeDecodeError:
            topic = "(topic is not UTF-8)"
        message = Message(
            source=self._by_topic.get(topic) or self._source_of(topic),
            topic=storable(topic, MOST_TOPIC_CHARACTERS),
            payload=bytes(packet.payload),
            received_at=datetime.now(UTC),
            retained=packet.retain,
        )
        self._inbox.put(Arrival(message=message, packet_id=packet.mid, qos=packet.qos, connection=self._connection))

    def _source_of(self, topic: str) -> Source:
        """The source whose filter takes this topic, the closest where several do (the broker may then send it twice).

        A session can hold subscriptions of an earlier configuration; what they bring falls to one source, whose
        envelope cannot read it, and so to quarantine with its topic: seen, not lost.
        """
        taken = [source for topic_filter, source in self._filters if mqtt.topic_matches_sub(topic_filter, topic)]
        source = taken[0] if taken else self._filters[0][1]
        if len(self._by_topic) < MOST_TOPICS and len(topic) <= MOST_REMEMBERED_CHARACTERS:
            self._by_topic[topic] = source
        return source


def _openness(topic_filter: str) -> tuple[bool, int]:
    """How much a topic filter leaves open: `#` most, then the fewer levels it names."""
    levels = topic_filter.split("/")
    return "#" in levels, -sum(level not in "+#" for level in levels)
