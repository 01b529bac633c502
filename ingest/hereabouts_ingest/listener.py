"""The MQTT side of a worker: a persistent session, QoS 1, acknowledgements only when told.

Speaks MQTT 5 with an explicit receive maximum (without one brokers keep only 20 messages in flight) and falls back to
3.1.1 where the broker knows no better. It never acknowledges over another connection than the one a message came by.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hereabouts_ingest.bulk_client import BulkClient
from hereabouts_ingest.feeds import Feeds
from hereabouts_ingest.inbox import Arrival, Inbox
from hereabouts_ingest.losses import Losses
from hereabouts_ingest.packets import Publish
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.sharing import HANDSHAKE_S, NO_SHARING, grants_sharing
from hereabouts_schemas.message import Message, Source

log = structlog.get_logger(__name__)

SESSION_EXPIRY_S = 0xFFFFFFFF  # never: the broker keeps what arrives while we are away
KEEPALIVE_S = 30
FLIP_AFTER_S = 1.0
_UNSUPPORTED = ("Unsupported protocol version", "Protocol error", "Malformed packet")


class Listener:
    """Fills an inbox from a broker. Reconnects by itself, with growing delay.

    Attributes:
        subscribed: set while every source is granted.
        absences: from when to when nobody listened, oldest first; None where that began before this process did.
        holds_session: whether the broker took a subscription of ours, and so keeps messages for us when we are away.
        unfit: why this worker cannot work with this broker at all, if so.

    Args:
        knew_session: whether a broker should hold a session of this slot: one that knows none then has lost it.
    """

    def __init__(
        self,
        settings: IngestSettings,
        sources: Sequence[Source],
        inbox: Inbox,
        losses: Losses,
        *,
        knew_session: bool = False,
    ) -> None:
        self._settings = settings
        self._feeds = Feeds(sources)
        self._inbox = inbox
        self._losses = losses
        self._had_session = knew_session
        self._protocol = mqtt.MQTTv5
        self._client: BulkClient | None = None
        self._gone: set[str] = set()  # what a session may still be subscribed to and should not be
        self._asked: dict[int, tuple[Source, ...]] = {}
        self._refused = threading.Event()
        self._waiting_since: float | None = None
        self._away_since: datetime | None = None
        self._started = 0.0
        self._last_heard = 0.0
        self._ever_connected = False
        self.subscribed = threading.Event()
        self.absences: deque[tuple[datetime | None, datetime]] = deque()
        self.holds_session = False
        self.unfit: str | None = None

    def start(self) -> None:
        """Begin to connect, in a thread of its own."""
        self._started = time.monotonic()
        client = self._client = self._make_client()
        host, port = self._settings.mqtt_host, self._settings.mqtt_port
        if self._protocol == mqtt.MQTTv5:
            properties = self._connect_properties()
            client.connect_async(host, port, KEEPALIVE_S, clean_start=False, properties=properties)
        else:
            client.connect_async(host, port, KEEPALIVE_S)
        client.loop_start()

    def stop(self, *, forget: bool = False) -> None:
        """Disconnect; the broker keeps the session and everything not acknowledged, unless told to `forget` it."""
        client = self._client
        if client is None:
            return
        properties = None
        if forget and self._protocol == mqtt.MQTTv5:
            properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]  # untyped in paho
            properties.SessionExpiryInterval = 0
        client.disconnect(properties=properties)
        client.loop_stop()

    def tend(self) -> None:
        """Called now and then: tries the other version of MQTT when the broker refused this one."""
        now = time.monotonic()
        kept_silent = self._waiting_since is not None and now - self._waiting_since > HANDSHAKE_S
        if (self._refused.is_set() or kept_silent) and now - self._started > FLIP_AFTER_S:
            self._refused.clear()
            self._waiting_since = None
            self.stop()
            self._protocol = mqtt.MQTTv311 if self._protocol == mqtt.MQTTv5 else mqtt.MQTTv5
            log.info("the broker refused our version of MQTT; trying the other", action="mqtt_fallback")
            self.start()

    def follow(self, sources: Sequence[Source]) -> None:
        """Listen to these sources from now on: subscribe to what is new, unsubscribe from what is gone."""
        wanted, client = Feeds(sources), self._client
        if wanted.sources == self._feeds.sources or client is None or self._settings.drain:
            return
        shared = self._settings.shared
        self._gone |= set(self._feeds.filters(shared=shared))
        self._gone -= set(wanted.filters(shared=shared))
        self._feeds = wanted
        if self.subscribed.is_set():
            self._subscribe(client)

    def acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        """Acknowledge committed messages that came over the present connection.

        Those of an earlier connection come again by themselves and are recognised as duplicates.
        """
        client = self._client
        if client is None:
            return
        by_connection: dict[int, list[int]] = {}
        for arrival in arrivals:
            if arrival.qos:
                by_connection.setdefault(arrival.connection, []).append(arrival.packet_id)
        for connection, packet_ids in by_connection.items():
            client.acknowledge(packet_ids, connection)

    @property
    def quiet_s(self) -> float:
        """Seconds since a message came, or since the broker took our subscriptions; 0 while it has not."""
        return time.monotonic() - self._last_heard if self.subscribed.is_set() else 0.0

    @property
    def has_died(self) -> bool:
        """Whether the network's thread ended though nobody stopped it."""
        client = self._client
        return client is not None and client.has_died

    def source_of(self, topic: str) -> Source:
        """The source that a topic falls to."""
        return self._feeds.source_of(topic)

    def _make_client(self) -> BulkClient:
        client = BulkClient(
            CallbackAPIVersion.VERSION2,
            client_id=self._settings.client_id,
            clean_session=None if self._protocol == mqtt.MQTTv5 else False,
            protocol=self._protocol,
            manual_ack=True,
            on_run=self._on_run,
            wait_for_room=self._inbox.wait_for_room,
        )
        client.username_pw_set(self._settings.username, self._settings.password)
        if self._settings.use_tls:
            client.tls_set()
        client.reconnect_delay_set(min_delay=1, max_delay=30)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
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
        self,
        client: mqtt.Client,
        _data: object,
        flags: mqtt.ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._waiting_since = None
        if code.is_failure:
            log.warning("the broker refused the connection", action="mqtt_refused", reason=str(code))
            if str(code) in _UNSUPPORTED:
                self._refused.set()
            return
        if self._settings.shared and not grants_sharing(self._protocol, properties):
            self.unfit = NO_SHARING
            return
        if self._had_session and not flags.session_present:
            self._count_lost_session()
        self._had_session = flags.session_present
        self._ever_connected = True
        log.info("connected to the broker", action="mqtt_connected", session_present=flags.session_present)
        if self._settings.drain:
            client.unsubscribe([*self._feeds.filters(shared=True), *self._feeds.filters(shared=False)])
        else:  # always anew: a persistent session keeps what it had, and knows nothing of a source added since
            self._subscribe(client)

    def _count_lost_session(self) -> None:
        log.warning("the broker forgot our session; messages may be lost", action="mqtt_session_lost")
        for source in self._feeds.sources:
            self._losses.add(source.id, datetime.now(UTC), "session_lost")

    def _subscribe(self, client: mqtt.Client) -> None:
        filters = self._feeds.filters(shared=self._settings.shared)
        if self._gone:
            client.unsubscribe(sorted(self._gone))
        if not filters:  # all come by webhook
            self.subscribed.set()
            return
        if self._protocol == mqtt.MQTTv5:
            retained = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
            once = SubscribeOptions(qos=1, retainHandling=retained)
            _, mid = client.subscribe([(topic_filter, once) for topic_filter in filters])
        else:
            _, mid = client.subscribe([(topic_filter, 1) for topic_filter in filters])
        if mid is not None:
            self._asked[mid] = self._feeds.sources

    def _on_subscribe(
        self, client: mqtt.Client, _data: object, mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        sources = self._asked.pop(mid, self._feeds.sources)
        refused = [source.name for source, code in zip(sources, codes, strict=True) if code.is_failure]
        if refused:
            log.error("the broker refused subscriptions", action="mqtt_subscribe_refused", sources=refused)
            return
        if self._protocol == mqtt.MQTTv5:  # what one worker alone, or one of several, subscribed to before
            client.unsubscribe(self._feeds.filters(shared=not self._settings.shared))
        if not self.subscribed.is_set():
            self.absences.append((self._away_since, datetime.now(UTC)))
        self._had_session = self.holds_session = True
        self.subscribed.set()

    def _on_unsubscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, _codes: list[ReasonCode], _properties: object
    ) -> None:
        if self._settings.drain:
            self._last_heard = time.monotonic()
            self.subscribed.set()

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        if self.subscribed.is_set():
            self._away_since = datetime.now(UTC)
        self.subscribed.clear()
        self._asked.clear()
        if code.is_failure:
            log.warning("lost the broker", action="mqtt_disconnected", reason=str(code))
            if self._waiting_since is not None:  # hung up instead of answering: perhaps it knows no MQTT 5
                self._waiting_since = None
                self._refused.set()

    def _on_run(self, run: Sequence[Publish], generation: int) -> None:
        """Must never raise: an exception here would end paho's thread."""
        self._last_heard = time.monotonic()
        received_at, read = datetime.now(UTC), self._feeds.read
        arrivals = []
        for publish in run:
            topic, source = read(publish.topic)
            message = Message(
                source=source,
                topic=topic,
                payload=publish.payload,
                received_at=received_at,
                retained=publish.retained,
            )
            arrivals.append(Arrival(message, publish.packet_id, publish.qos, generation))
        self._inbox.put(arrivals)
