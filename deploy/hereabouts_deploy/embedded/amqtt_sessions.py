"""amqtt's broker with sessions that keep their promise: while it lives, it forgets nothing that it acknowledged.

As it comes, amqtt 0.12 acknowledges a message before passing it on, gives up on a subscriber that takes more than five
seconds to acknowledge, drops what was in flight when a subscriber goes, and marks what waited for it as retained. Here
a publisher is acknowledged after its message stands in every subscriber's queue; a message leaves that queue into a
window of `IN_FLIGHT` and is kept until the subscriber acknowledges it, over as many connections as that takes.

A client that logs in keeps its session. An anonymous one may publish, not subscribe, and leaves nothing behind. Tied to
amqtt 0.12.1: the parts changed here are not its public interface.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from amqtt.broker import Broker, RetainedApplicationMessage
from amqtt.contexts import Action
from amqtt.errors import AMQTTError
from amqtt.mqtt.connack import NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.constants import QOS_0, QOS_1, QOS_2
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.pubcomp import PubcompPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.pubrec import PubrecPacket
from amqtt.mqtt.pubrel import PubrelPacket
from amqtt.session import ApplicationMessage, OutgoingApplicationMessage, Session

from hereabouts_deploy.embedded.mqtt_probe import Login

log = logging.getLogger(__name__)

IN_FLIGHT = 4000


def keeps_session(session: Session) -> bool:
    """Whether what arrives for this client while it is away is kept."""
    return not session.clean_session and not session.is_anonymous


class DurableHandler(BrokerProtocolHandler):  # type: ignore[misc]  # amqtt is untyped
    """One connection: takes in what its client publishes, sends out what waits in its session."""

    def __init__(self, broker: "DurableBroker") -> None:
        super().__init__(broker.plugins_manager)
        self._broker = broker
        self._sender: asyncio.Task[None] | None = None
        self._window = asyncio.Event()

    def handle_publish(self, publish_packet: PublishPacket) -> Coroutine[Any, Any, None]:
        """Pass a message on, and return what acknowledges it.

        amqtt runs what is returned as a task, and cancels it when the client has already gone; so the message goes on
        before. QoS 2 is taken as at least once: what comes again after a lost connection goes on again.
        """
        topic, data = publish_packet.topic_name, publish_packet.data
        if self._broker.is_closing or topic is None or data is None:
            return self._refuse()
        if not self._broker.pass_on(topic, data, retain=publish_packet.retain_flag):
            log.warning("closing a connection that published to a topic with a wildcard or a leading $")
            return self._refuse()
        return self._acknowledge(publish_packet)

    async def _acknowledge(self, publish_packet: PublishPacket) -> None:
        if publish_packet.qos == QOS_1:
            await self._send_packet(PubackPacket.build(publish_packet.packet_id))
        elif publish_packet.qos == QOS_2:
            await self._send_packet(PubrecPacket.build(publish_packet.packet_id))

    async def _refuse(self) -> None:
        await self.handle_connection_closed()

    async def handle_pubrel(self, pubrel: PubrelPacket) -> None:
        """Second half of QoS 2: the message went on with the first."""
        await self._send_packet(PubcompPacket.build(pubrel.packet_id))

    async def handle_puback(self, puback: PubackPacket) -> None:
        """The client has it: forget it and make room."""
        self.session.inflight_out.pop(puback.variable_header.packet_id, None)
        self._window.set()

    def start_sending(self) -> None:
        """From now until `stop`, send what waits in the session."""
        self._sender = asyncio.create_task(self._send_what_waits(self.session))

    async def stop(self) -> None:
        """End the connection; what was not acknowledged stays in the session."""
        if self._sender is not None:
            self._sender.cancel()
        await super().stop()

    async def _retry_deliveries(self) -> None:
        """Nothing is awaited here: `start_sending` begins with what an earlier connection left unacknowledged."""

    async def _send_what_waits(self, session: Session) -> None:
        try:
            for message in list(session.inflight_out.values()):
                await self._send_packet(message.build_publish_packet(dup=True))
            while True:
                await self._wait_for_room(session)
                await self._send(session, await session.retained_messages.get())
        except (AMQTTError, OSError):
            return  # the connection is going; the session keeps what was in flight

    async def _wait_for_room(self, session: Session) -> None:
        while len(session.inflight_out) >= IN_FLIGHT:
            self._window.clear()
            await self._window.wait()

    async def _send(self, session: Session, message: ApplicationMessage) -> None:
        packet_id = session.next_packet_id if message.qos == QOS_1 else None
        outgoing = OutgoingApplicationMessage(packet_id, message.topic, message.qos, message.data, message.retain)
        if packet_id is not None:
            session.inflight_out[packet_id] = outgoing
        await self._send_packet(outgoing.build_publish_packet())


class DurableBroker(Broker):  # type: ignore[misc]  # amqtt is untyped
    """The broker: passes each message into the queues of its subscribers at once.

    Args:
        port: loopback port.
        login: the one client that may subscribe, and whose session is kept.
        before_listening: called when the broker is about to take connections, to `restore` sessions.
    """

    def __init__(self, port: int, login: Login, before_listening: Callable[["DurableBroker"], None]) -> None:
        super().__init__({"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}, "plugins": {}})
        self._login = login
        self._before_listening = before_listening
        self.is_closing = False

    def pass_on(self, topic: str, data: bytes, *, retain: bool) -> bool:
        """Put a message in the queue of everyone who subscribed; False when `topic` is not one to publish to."""
        if not topic or topic.startswith("$") or "#" in topic or "+" in topic:
            return False
        for subscriber, qos in self._subscribers(topic):
            if subscriber.transitions.state == "connected" or (qos > QOS_0 and keeps_session(subscriber)):
                subscriber.retained_messages.put_nowait(ApplicationMessage(None, topic, qos, data, retain=False))
        if retain and data:
            self._retained_messages[topic] = RetainedApplicationMessage(None, topic, data)
        elif retain:
            self._retained_messages.pop(topic, None)
        return True

    def restore(self, client_id: str, subscriptions: dict[str, int], waiting: list[ApplicationMessage]) -> None:
        """Make the session of a client that is away, as it was saved."""
        handler, session = self.create_offline_session(client_id)
        session.clean_session = False
        self._sessions[client_id] = (session, handler)
        for topic_filter, qos in subscriptions.items():
            self._subscriptions.setdefault(topic_filter, []).append((session, qos))
        for message in waiting:
            session.retained_messages.put_nowait(message)

    def kept_sessions(self) -> Iterator[tuple[Session, dict[str, int]]]:
        """Every session that is kept, with its subscriptions (topic filter -> QoS)."""
        for session, _ in self._sessions.values():
            if keeps_session(session):
                yield (
                    session,
                    {
                        topic_filter: qos
                        for topic_filter, subscribers in self._subscriptions.items()
                        for subscriber, qos in subscribers
                        if subscriber is session
                    },
                )

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        """Subscribe; QoS 2 is granted as 1."""
        topic_filter, qos = subscription
        return int(await super().add_subscription((topic_filter, min(qos, QOS_1)), session))

    async def _start_listeners(self) -> None:
        self._before_listening(self)  # here, for `start` begins by forgetting every session
        await super()._start_listeners()

    async def _initialize_client_session(self, *connection: Any) -> tuple[DurableHandler, Session]:
        _, session = await super()._initialize_client_session(*connection)
        return DurableHandler(self), session

    async def _handle_client_session(self, reader: Any, writer: Any, session: Session, *rest: Any) -> None:
        if not await self._authenticate(session, None):
            await ConnackPacket.build(0, NOT_AUTHORIZED).to_stream(writer)
            await writer.close()
            return
        await super()._handle_client_session(reader, writer, session, *rest)

    async def _authenticate(self, session: Session, _listener: object) -> bool:
        session.is_anonymous = not session.username
        if session.is_anonymous:
            return True
        given = f"{session.username}\0{session.password}".encode()
        return hmac.compare_digest(given, f"{self._login.username}\0{self._login.password}".encode())

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:  # noqa: ARG002 - amqtt calls it
        return action != Action.SUBSCRIBE or not session.is_anonymous

    async def _broadcast_message(self, _session: object, topic: str, data: bytes, _qos: int | None = None) -> None:
        """How amqtt sends the will of a client that vanished."""
        self.pass_on(topic, data, retain=False)

    def _subscribers(self, topic: str) -> list[tuple[Session, int]]:
        """Each once, however many of its filters match, with the highest QoS among them."""
        found: dict[str, tuple[Session, int]] = {}
        for topic_filter, subscribers in self._subscriptions.items():
            if self._matches(topic, topic_filter):
                for session, qos in subscribers:
                    best = found.get(session.client_id, (session, QOS_0))[1]
                    found[session.client_id] = (session, max(best, qos))
        return list(found.values())

    async def _publish_session_retained_messages(self, session: Session) -> None:
        """Called once a connection stands."""
        self._get_handler(session).start_sending()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        topic_filter, qos = subscription
        if all(subscriber is not session for subscriber, _ in self._subscriptions.get(topic_filter, [])):
            return
        for topic, retained in self._retained_messages.items():
            if self._matches(topic, topic_filter):
                message = ApplicationMessage(None, topic, min(qos, QOS_1), retained.data, retain=True)
                session.retained_messages.put_nowait(message)

    async def _handle_disconnect(self, session: Session, handler: DurableHandler, waiter: asyncio.Future[Any]) -> None:
        if self._get_handler(session) is handler:  # else a newer connection has taken the session over
            await super()._handle_disconnect(session, handler, waiter)
