"""Asking a broker about itself, as a client."""

import secrets
import threading
import time
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hereabouts_deploy.mqtt_address import MqttAddress
from hereabouts_schemas.errors import HereaboutsError

PATIENCE_S = 10.0
QUIET_S = 2.0  # after so long without a message, nothing more is coming
VERSION = "$SYS/broker/version"
DROPPED = "$SYS/broker/publish/messages/dropped"


class NoBroker(HereaboutsError):
    """The broker does not answer, or does not take the login."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokerStatus:
    """What a broker tells of itself under $SYS, where it does: its version, how many messages it dropped."""

    version: str | None
    dropped: int | None


@dataclass
class Visit:
    """One connection to a broker, which collects what it hears."""

    address: MqttAddress
    client_id: str
    clean: bool = True
    heard: dict[str, bytes] = field(default_factory=dict)
    count: int = 0
    last_at: float = 0.0

    def __enter__(self) -> "Visit":
        """Connect.

        Raises:
            NoBroker: it does not answer within `PATIENCE_S`, or refuses.
        """
        self._answered = threading.Event()
        self._subscribed = threading.Event()
        self._code: ReasonCode | None = None
        self.client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id,
            clean_session=self.clean,
            reconnect_on_failure=False,
        )
        client.username_pw_set(self.address.username, self.address.password)
        if self.address.use_tls:
            client.tls_set()
        client.max_inflight_messages_set(1000)
        client.on_connect, client.on_subscribe, client.on_message = self._connected, self._granted, self._hear
        try:
            client.connect(self.address.host, self.address.port)
        except OSError as error:
            raise NoBroker(f"it does not answer ({error}).") from error
        client.loop_start()
        if not self._answered.wait(PATIENCE_S) or self._code is None or self._code.is_failure:
            client.loop_stop()
            raise NoBroker(f"it refuses the login ({self._code})." if self._code else "it does not answer.")
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def subscribe(self, topic_filter: str) -> bool:
        """Subscribe with QoS 1; whether it was granted in time (a broker may grant and still send nothing)."""
        self.last_at = time.monotonic()
        self.client.subscribe(topic_filter, 1)
        return self._subscribed.wait(PATIENCE_S)

    def wait_for_quiet(self) -> None:
        """Return when nothing has come for `QUIET_S`."""
        while time.monotonic() - self.last_at < QUIET_S:
            time.sleep(0.05)

    def _connected(self, _client: object, _data: object, _flags: object, code: ReasonCode, _props: object) -> None:
        self.last_at = time.monotonic()
        self._code = code
        self._answered.set()

    def _granted(self, _client: object, _data: object, _mid: int, codes: list[ReasonCode], _props: object) -> None:
        if not codes[0].is_failure:
            self._subscribed.set()

    def _hear(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.last_at = time.monotonic()
        self.count += 1
        if message.topic.startswith("$SYS"):
            self.heard[message.topic] = bytes(message.payload)


def broker_status(address: MqttAddress) -> BrokerStatus:
    """What the broker tells of itself under $SYS; nothing where it has none or shows it to nobody.

    Raises:
        NoBroker: it does not answer, or does not take the login.
    """
    with Visit(address, f"hereabouts-doctor-{secrets.token_hex(4)}") as visit:
        for topic in (VERSION, DROPPED):
            visit.subscribe(topic)
        deadline = time.monotonic() + QUIET_S
        while len(visit.heard) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    version, dropped = visit.heard.get(VERSION), visit.heard.get(DROPPED)
    return BrokerStatus(
        version=version.decode(errors="replace") if version else None,
        dropped=int(dropped) if dropped is not None and dropped.isdigit() else None,
    )


def kept_for_an_absent_client(address: MqttAddress, count: int) -> int | None:
    """Publish `count` messages for a session of ours that is away; how many of them it finds when it comes back.

    Uses a topic and a session of its own, which are gone afterwards. None when the broker does not let us.

    Raises:
        NoBroker: it does not answer, or does not take the login.
    """
    token = secrets.token_hex(8)
    client_id, topic = f"hereabouts-doctor-{token}", f"hereabouts-doctor/{token}"
    with Visit(address, client_id, clean=False) as before:
        granted = before.subscribe(topic)
    if not granted:
        return None
    with Visit(address, f"{client_id}-sender") as sender:
        for sent in [sender.client.publish(topic, b"x" * 200, qos=1) for _ in range(count)]:
            sent.wait_for_publish(PATIENCE_S)
    with Visit(address, client_id, clean=False) as after:
        after.wait_for_quiet()
    with Visit(address, client_id):
        pass  # a clean session of the same name takes the kept one away
    return after.count
